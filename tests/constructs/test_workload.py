"""The three ways to run brokers."""

from __future__ import annotations

import pytest

from tests.builds import Builder


@pytest.mark.parametrize("kind", ["statefulset", "deployment"])
def test_drains_take_one_node_at_a_time(built: Builder, kind: str) -> None:
    """A node that never became ready does not keep its machine from being emptied."""
    result = built(f"workload: {{kind: {kind}}}")
    budget = result.one("PodDisruptionBudget", "emqx")["spec"]

    assert budget["maxUnavailable"] == 1
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    assert budget["selector"] == result.workload["spec"]["selector"]


@pytest.mark.parametrize("kind", ["statefulset", "deployment"])
def test_the_selector_fits_the_template(built: Builder, kind: str) -> None:
    """The API server refuses a workload that would not find its own pods."""
    spec = built(f"workload: {{kind: {kind}}}").workload["spec"]

    labels = spec["template"]["metadata"]["labels"].items()
    assert spec["selector"]["matchLabels"].items() <= labels


def test_few_old_revisions_are_kept(built: Builder) -> None:
    """Each keeps the name of a settings map alive."""
    assert built().workload["spec"]["revisionHistoryLimit"] == 3


def test_a_bare_pod_names_an_account_only_where_it_needs_one(built: Builder) -> None:
    """Flux could never make it otherwise: it is refused until an account of that name is there."""
    pod = "workload: {kind: pod}\nemqx: {version: 5.8.9, replicas: 1}\n"

    assert "serviceAccountName" not in built(pod).workload["spec"]
    asks = built(f"{pod}discovery: {{strategy: k8s, addressType: ip}}\n").workload["spec"]
    assert asks["serviceAccountName"] == "emqx"
