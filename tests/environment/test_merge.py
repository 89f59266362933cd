"""Defaults of a cluster below what an environment says."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.environment.loader import merge
from tests.builds import codes, loaded_of

BALANCED = {"type": "loadBalancer", "sourceRanges": ["10.0.0.0/8"]}


@pytest.mark.parametrize(
    ("defaults", "given", "merged"),
    [
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": {"b": 1}}, {"a": "word"}, {"a": "word"}),
        ({"a": "word"}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {}, {"a": 1}),
    ],
)
def test_maps_are_merged_and_all_else_replaced(
    defaults: dict[str, Any], given: dict[str, Any], merged: dict[str, Any]
) -> None:
    """Lists are replaced as a whole; null takes a default away."""
    assert merge(defaults, given) == merged


@pytest.mark.parametrize(
    ("field", "default", "given", "left"),
    [
        ("exposure", BALANCED, {"type": "nodePort"}, False),
        ("exposure", BALANCED, {"type": "loadBalancer", "provider": "aws"}, True),
        ("exposure", BALANCED, {"provider": "aws"}, True),
        ("storage", {"type": "nfs", "server": "a"}, {"type": "ephemeral"}, False),
        ("workload", {"kind": "deployment", "priorityClassName": "a"}, {"kind": "pod"}, False),
        ("workload", {"priorityClassName": "a"}, {"kind": "pod"}, True),
        ("discovery", {"strategy": "k8s", "addressType": "ip"}, {"strategy": "dns"}, False),
    ],
)
def test_another_choice_has_none_of_the_defaults(
    field: str, default: dict[str, Any], given: dict[str, Any], *, left: bool
) -> None:
    """What was meant for one choice says nothing to another."""
    merged = merge({field: default}, {field: given})[field]

    assert merged == (default | given if left else given)


def test_tls_is_a_choice_of_its_own() -> None:
    """Where TLS ends can differ while the exposure stays."""
    default = BALANCED | {"tls": {"terminateAt": "haproxy", "replicas": 5}}
    given = {"type": "loadBalancer", "tls": {"terminateAt": "listener"}}

    assert merge({"exposure": default}, {"exposure": given})["exposure"] == BALANCED | given


def test_labels_are_no_choice() -> None:
    """A label called `type` tells no choices apart."""
    default = {"nodeSelector": {"type": "ssd", "zone": "a"}}
    given = {"nodeSelector": {"type": "hdd"}}

    assert merge({"workload": default}, {"workload": given})["workload"] == {
        "nodeSelector": {"type": "hdd", "zone": "a"}
    }


CLUSTERS = """
clusters:
  default:
    defaults:
      exposure: {type: nodePort, nodePorts: {mqtt: 31883}}
      emqx: {settings: {EMQX_LOG__CONSOLE__LEVEL: info}, listeners: {ws: true}}
      network: {metricsFrom: [monitoring]}
"""


def test_an_environment_stands_upon_its_cluster() -> None:
    """What it does not say is what its cluster says."""
    resolved = loaded_of(
        "emqx: {settings: {EMQX_MQTT__IDLE_TIMEOUT: 20s}}", clusters=CLUSTERS
    ).resolved

    assert dict(resolved.exposure.node_port_of) == {"mqtt": 31883}
    assert set(resolved.listeners) == {"mqtt", "ws", "dashboard"}
    assert resolved.asked.network.metrics_from == ("monitoring",)
    assert resolved.asked.emqx.settings == {
        "EMQX_LOG__CONSOLE__LEVEL": "info",
        "EMQX_MQTT__IDLE_TIMEOUT": "20s",
    }


@pytest.mark.parametrize(
    "listeners",
    [
        "{mqtt: 18083}",
        "{mqtt: 8083, ws: true}",
        "{mqtt: 4370}",
        "{ws: 5369}",
        "{dashboard: 1893}",
        "{mqtt: 8404}",
    ],
)
def test_a_port_is_one_listeners(listeners: str) -> None:
    """No two listeners have one, nor one of those that nodes and proxies use themselves."""
    assert codes(f"emqx: {{listeners: {listeners}}}") == {"EG410"}
