"""One node that looks for no others."""

from __future__ import annotations

import pytest

from tests.builds import Builder, codes, environment_of

ALONE = "discovery: {strategy: singleton}\nworkload: {kind: %s}\n"


@pytest.mark.parametrize(
    ("version", "key", "value"),
    [
        ("4.4.19", "EMQX_CLUSTER__DISCOVERY", "manual"),
        ("5.7.1", "EMQX_CLUSTER__DISCOVERY_STRATEGY", "manual"),
        ("5.8.9", "EMQX_CLUSTER__DISCOVERY_STRATEGY", "singleton"),
        ("6.2.2", "EMQX_CLUSTER__DISCOVERY_STRATEGY", "singleton"),
    ],
)
def test_each_line_spells_it(built: Builder, version: str, key: str, value: str) -> None:
    """5.8.0 brought the word; before it, one node is `manual`."""
    result = built(f"emqx: {{version: {version}}}\n{ALONE % 'statefulset'}")

    assert result.settings[key] == value
    assert result.workload["spec"]["replicas"] == 1


@pytest.mark.parametrize("kind", ["deployment", "pod"])
def test_without_a_stable_name_the_loopback_is_it(built: Builder, kind: str) -> None:
    """A restarted pod of a Deployment has the same node name, and so finds its data."""
    found = environment_of(built(ALONE % kind).broker)

    assert found["EMQX_NODE_NAME"] == "emqx@127.0.0.1"
    assert "EMQX_HOST" not in found


def test_a_deployment_never_runs_two(built: Builder) -> None:
    """Two nodes that look for nobody would split the clients during a roll-out."""
    assert built(ALONE % "deployment").workload["spec"]["strategy"] == {"type": "Recreate"}


def test_a_bare_pod_is_alone_unless_said(built: Builder) -> None:
    """A Pod's discovery is `singleton` where none is given."""
    settings = built("workload: {kind: pod}").settings

    assert settings["EMQX_CLUSTER__DISCOVERY_STRATEGY"] == "singleton"


def test_more_nodes_are_refused() -> None:
    """Nodes that look for nobody stay alone."""
    assert codes("discovery: {strategy: singleton}\nemqx: {replicas: 3}") == {"EG202"}
