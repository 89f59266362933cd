"""One claim that exists already."""

from __future__ import annotations

import pytest

from tests.builds import Builder, codes

CLAIM = "storage: {type: existingClaim, claimName: mine}\nemqx: {replicas: 1}\n"


@pytest.mark.parametrize(
    ("kind", "discovery"),
    [("statefulset", "dns"), ("deployment", "singleton"), ("pod", "singleton")],
)
def test_the_claim_is_mounted(built: Builder, kind: str, discovery: str) -> None:
    """Every workload can use it; it is not made by us."""
    result = built(f"{CLAIM}workload: {{kind: {kind}}}\ndiscovery: {{strategy: {discovery}}}")

    claim = {"persistentVolumeClaim": {"claimName": "mine"}}
    assert {"name": "data"} | claim in result.pod["volumes"]
    assert {"name": "data", "mountPath": "/opt/emqx/data"} in result.broker["volumeMounts"]
    assert not result.of("PersistentVolumeClaim")


def test_a_deployment_lets_go_first(built: Builder) -> None:
    """Two pods on one claim would corrupt the data, or wait for each other for ever."""
    result = built(f"{CLAIM}workload: {{kind: deployment}}\ndiscovery: {{strategy: singleton}}")

    assert result.workload["spec"]["strategy"] == {"type": "Recreate"}


def test_several_nodes_are_refused() -> None:
    """All nodes would write to the same files."""
    assert codes("storage: {type: existingClaim, claimName: a}\nemqx: {replicas: 3}") == {"EG207"}
