"""Brokers as a Deployment."""

from __future__ import annotations

from tests.builds import Builder

ASKED = "workload: {kind: deployment}"


def test_a_new_node_is_ready_before_an_old_one_goes(built: Builder) -> None:
    """The newcomer joins under its own address and has the data when another leaves."""
    spec = built(ASKED).workload["spec"]

    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
    }
    assert spec["minReadySeconds"] >= 30


def test_a_slow_start_is_no_failure(built: Builder) -> None:
    """The controller waits longer than a node may take to start."""
    result = built(ASKED)
    probe = result.broker["startupProbe"]

    budget = probe["periodSeconds"] * probe["failureThreshold"]
    ready = result.workload["spec"]["minReadySeconds"]
    assert result.workload["spec"]["progressDeadlineSeconds"] > budget + ready


def test_nodes_find_each_other_by_address(built: Builder) -> None:
    """Its pods have no names, so the Kubernetes API is asked for addresses."""
    settings = built(ASKED).settings

    assert settings["EMQX_CLUSTER__DISCOVERY_STRATEGY"] == "k8s"
    assert settings["EMQX_CLUSTER__K8S__ADDRESS_TYPE"] == "ip"
