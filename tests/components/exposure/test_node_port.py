"""A port on every machine of the cluster."""

from __future__ import annotations

from emqx_gitops.manifests import Manifest
from tests.builds import Builder, codes


def spec(built: Builder, fields: str) -> Manifest:
    """Return the clients' Service of an exposure by node ports."""
    found: Manifest = built(f"exposure: {{type: nodePort{fields}}}").one("Service", "emqx")["spec"]
    return found


def test_kubernetes_chooses_unless_told(built: Builder) -> None:
    """No port is fixed by itself, so that no two environments meet."""
    assert spec(built, "")["type"] == "NodePort"
    assert "nodePort" not in spec(built, "")["ports"][0]


def test_fixed_ports_are_fixed(built: Builder) -> None:
    """The guide's: a fixed port for the dashboard puts it on the Service, and none else does."""
    ports = spec(built, ", nodePorts: {mqtt: 32596, dashboard: 32717}")["ports"]

    assert {each["name"]: each["nodePort"] for each in ports} == {
        "mqtt": 32596,
        "dashboard": 32717,
    }


def test_the_traffic_policy_is_kubernetes_own_unless_asked(built: Builder) -> None:
    """`Local` would have only machines that run a broker answer."""
    assert "externalTrafficPolicy" not in spec(built, "")
    local = spec(built, ", externalTrafficPolicy: Local")
    assert local["externalTrafficPolicy"] == "Local"


def test_other_services_stay_inside(built: Builder) -> None:
    """Only the clients' Service is opened."""
    result = built("exposure: {type: nodePort}")
    types = {each["metadata"]["name"]: each["spec"]["type"] for each in result.of("Service")}

    assert types == {"emqx": "NodePort", "emqx-headless": "ClusterIP", "emqx-internal": "ClusterIP"}


def test_a_port_for_a_listener_that_is_off_is_refused() -> None:
    """It would be ignored without a word."""
    assert codes("exposure: {type: nodePort, nodePorts: {ws: 32000}}") == {"EG414"}
