"""The law of clustering: the name that a node gives itself is the name that others find."""

from __future__ import annotations

import itertools

import pytest

from tests.builds import Builder, codes
from tests.components.discovery.nodes import nodes_of

LINES = ("4.4.19", "5.8.9")
DISCOVERIES = {
    "srv": "{strategy: dns, recordType: srv}",
    "a": "{strategy: dns, recordType: a}",
    "hostname": "{strategy: k8s, addressType: hostname}",
    "ip": "{strategy: k8s, addressType: ip}",
    "dns": "{strategy: k8s, addressType: dns}",
    "static": "{strategy: static}",
    "singleton": "{strategy: singleton}",
}
NAMED_BY_IP = {"a", "ip", "dns"}
NEEDS_NAMES = {"srv", "hostname", "static"}


def asked(workload: str, discovery: str, version: str) -> str:
    """Return an environment with as many nodes as the choices allow, up to three."""
    replicas = 1 if workload == "pod" or discovery == "singleton" else 3
    return (
        f"emqx: {{version: {version}, replicas: {replicas}}}\n"
        f"workload: {{kind: {workload}}}\n"
        f"discovery: {DISCOVERIES[discovery]}\n"
    )


CASES = [
    (workload, discovery, version)
    for workload, discovery, version in itertools.product(
        ("statefulset", "deployment", "pod"), DISCOVERIES, LINES
    )
    if workload != "deployment" or discovery not in NEEDS_NAMES
]


def test_own_name_is_the_discovered_name(built: Builder) -> None:
    """All nodes find exactly each other; names hold a pod's IP only where no data is kept, and no
    variable that Kubernetes leaves unexpanded.
    """
    results = built.together(asked(*case) for case in CASES)
    for case, result in zip(CASES, results, strict=True):
        nodes = nodes_of(result)
        names = [node.own for node in nodes]

        assert len(set(names)) == len(nodes), case
        for node in nodes:
            assert node.discovered(nodes) == set(names), case
            assert "$(" not in "".join(node.seen.values()), case
        by_ip = {"10.0.0" in own.replace("-", ".") for own in names}
        assert by_ip == {case[1] in NAMED_BY_IP}, case


def test_namespace_and_domain_reach_the_names(built: Builder) -> None:
    """Neither is written into the tree: both come from the pod."""
    clusters = "clusters: {default: {domain: k8s.example.com}}"
    result = built("namespace: broker", clusters=clusters)

    assert nodes_of(result)[0].own == "emqx@emqx-0.emqx-headless.broker.svc.k8s.example.com"


@pytest.mark.parametrize("version", LINES)
def test_the_distribution_port_is_the_known_one(built: Builder, version: str) -> None:
    """A name that ended in a digit would move port 4370 by that number; the other port is fixed."""
    result = built(f"emqx: {{version: {version}}}")

    assert not result.settings["EMQX_NAME"][-1].isdigit()
    assert result.settings["EMQX_RPC__PORT_DISCOVERY"] == "manual"
    assert {4370, 5369} <= {each["containerPort"] for each in result.broker["ports"]}


@pytest.mark.parametrize("discovery", sorted(NEEDS_NAMES))
def test_a_deployment_has_no_names(discovery: str) -> None:
    """What needs a name for each pod is refused, with what would do."""
    assert codes(asked("deployment", discovery, "5.8.9")) == {"EG203"}
