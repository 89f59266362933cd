"""Brokers as a StatefulSet."""

from __future__ import annotations

from tests.builds import Builder


def test_nodes_start_together_and_roll_one_by_one(built: Builder) -> None:
    """Nodes that all went down wait for each other: in order they would for ever."""
    spec = built().workload["spec"]

    assert built().workload["kind"] == "StatefulSet"
    assert spec["podManagementPolicy"] == "Parallel"
    assert spec["updateStrategy"] == {"type": "RollingUpdate"}
    assert spec["serviceName"] == "emqx-headless"
    assert spec["minReadySeconds"] >= 30


def test_three_nodes_unless_said(built: Builder) -> None:
    """An odd number that survives the loss of one."""
    assert built().workload["spec"]["replicas"] == 3
    assert built("emqx: {replicas: 5}").workload["spec"]["replicas"] == 5
