"""Ports that others refer to by name or place."""

from __future__ import annotations

from emqx_gitops.constructs.ports import (
    CLIENT_RULE,
    STAFF_RULE,
    policy_ports,
    service_port,
)
from tests.builds import Builder


def test_a_port_leads_to_the_container_port_of_its_name() -> None:
    """Unless another is named; a node port is there only where it is fixed."""
    assert service_port("mqtt", 1883) == {
        "name": "mqtt",
        "port": 1883,
        "protocol": "TCP",
        "targetPort": "mqtt",
    }
    other = service_port("mqtts", 8883, "mqtt-proxy", 31883)
    assert (other["targetPort"], other["nodePort"]) == ("mqtt-proxy", 31883)


def test_policies_name_ports() -> None:
    """A name follows the container's number."""
    assert policy_ports("mqtt") == [{"port": "mqtt", "protocol": "TCP"}]


def test_rules_stand_where_components_look_for_them(built: Builder) -> None:
    """Components change rules by their place in the base."""
    rules = built().ingress()

    assert [each["port"] for each in rules[CLIENT_RULE]["ports"]] == ["mqtt"]
    assert [each["port"] for each in rules[STAFF_RULE]["ports"]] == ["dashboard"]
