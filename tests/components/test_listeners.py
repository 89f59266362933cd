"""Listeners: open ports, Services and network policy agree."""

from __future__ import annotations

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder, rules_open_to_all

PROXIED = "exposure: {type: clusterIp, tls: {terminateAt: haproxy}}"
BALANCED = "exposure: {type: loadBalancer, proxyProtocol: true}"


def container_ports(built: Builder, asked: str) -> dict[str, int]:
    """Return the brokers' ports by name, without those among brokers."""
    ports = {each["name"]: each["containerPort"] for each in built(asked).broker["ports"]}
    assert (ports.pop("ekka"), ports.pop("genrpc")) == (4370, 5369)
    return ports


def allowed(rules: list[Manifest]) -> list[str]:
    """Return the ports that rules name."""
    return [port["port"] for rule in rules for port in rule["ports"]]


@pytest.mark.parametrize(
    ("listeners", "ports"),
    [
        ("{}", {"mqtt": 1883, "dashboard": 18083}),
        ("{ws: true}", {"mqtt": 1883, "dashboard": 18083, "ws": 8083}),
        ("{mqtt: 2883, ws: {port: 9083}}", {"mqtt": 2883, "dashboard": 18083, "ws": 9083}),
        ("{mqtt: false, ws: true}", {"dashboard": 18083, "ws": 8083}),
        ("{dashboard: false}", {"mqtt": 1883}),
        ("{dashboard: 28083}", {"mqtt": 1883, "dashboard": 28083}),
    ],
)
def test_settings_and_ports_agree(built: Builder, listeners: str, ports: dict[str, int]) -> None:
    """What EMQX opens is what the container, the Services and the policy know."""
    asked = f"emqx: {{listeners: {listeners}}}"
    result = built(asked)

    assert container_ports(built, asked) == ports
    assert result.ports("emqx-internal") == {name: (port, name) for name, port in ports.items()}
    clients = {name for name in ports if name != "dashboard"}
    assert set(result.ports()) == clients
    assert set(allowed(list(rules_open_to_all(result.ingress())))) == clients
    for name, kind in {"mqtt": "TCP", "ws": "WS"}.items():
        key = f"EMQX_LISTENERS__{kind}__DEFAULT"
        assert result.settings[f"{key}__ENABLE"] == str(name in ports).lower()
        assert result.settings.get(f"{key}__BIND") == (str(ports[name]) if name in ports else None)
    dashboard = result.settings["EMQX_DASHBOARD__LISTENERS__HTTP__BIND"]
    assert dashboard == str(ports.get("dashboard", 0))


@pytest.mark.parametrize("asked", ["", PROXIED, BALANCED, "emqx: {listeners: {ws: true}}"])
def test_tls_listeners_are_off(built: Builder, asked: str) -> None:
    """The certificates that EMQX ships with have a public key: nothing listens with them."""
    settings = built(asked).settings

    for kind in ("SSL", "WSS"):
        assert settings[f"EMQX_LISTENERS__{kind}__DEFAULT__ENABLE"] == "false"
        assert f"EMQX_LISTENERS__{kind}__DEFAULT__BIND" not in settings


def test_4_4_turns_listeners_off_by_an_empty_port(built: Builder) -> None:
    """An empty variable deletes a setting of 4.4, and what has no port does not listen."""
    settings = built("emqx: {version: 4.4.19, listeners: {ws: 8090}}").settings

    assert settings["EMQX_LISTENER__TCP__EXTERNAL"] == "1883"
    assert settings["EMQX_LISTENER__WS__EXTERNAL"] == "8090"
    assert settings["EMQX_LISTENER__SSL__EXTERNAL"] == ""
    assert settings["EMQX_LISTENER__WSS__EXTERNAL"] == ""
    assert settings["EMQX_DASHBOARD__LISTENER__HTTP"] == "18083"
    assert settings["EMQX_MANAGEMENT__LISTENER__HTTP"] == "8081"
    assert not [key for key in settings if key.startswith("EMQX_LISTENERS__")]


@pytest.mark.parametrize(
    ("asked", "peers"),
    [
        (PROXIED, [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "emqx-proxy"}}}]),
        (BALANCED, None),
    ],
)
def test_proxy_headers_have_a_listener_of_their_own(
    built: Builder, asked: str, peers: list[Manifest] | None
) -> None:
    """Clients inside the cluster send none, and keep the plain listener; our proxies' one is open
    to the proxies alone.
    """
    result = built(asked)
    (rule,) = (each for each in result.ingress() if allowed([each]) == ["mqtt-proxy"])

    assert result.settings["EMQX_LISTENERS__TCP__PROXY__BIND"] == "1893"
    assert result.settings["EMQX_LISTENERS__TCP__PROXY__PROXY_PROTOCOL"] == "true"
    assert "EMQX_LISTENERS__TCP__DEFAULT__PROXY_PROTOCOL" not in result.settings
    assert container_ports(built, asked)["mqtt-proxy"] == 1893
    assert result.ports("emqx-internal")["mqtt"] == (1883, "mqtt")
    for found, expected in zip(rule.get("from", ()), peers or (), strict=True):
        labels = found["podSelector"]["matchLabels"]
        assert labels.items() >= expected["podSelector"]["matchLabels"].items()


def test_the_balancer_reaches_the_listener_with_headers(built: Builder) -> None:
    """The clients' Service keeps its port and leads to the listener that expects the header."""
    assert built(BALANCED).ports() == {"mqtt": (1883, "mqtt-proxy")}


def test_new_listeners_of_4_4_get_the_limits_of_its_own(built: Builder) -> None:
    """The image raises those of its own listeners only: others would take 1,024 clients."""
    asked = (
        "emqx: {version: 4.4.19, listeners: {wss: true}}\n"
        "exposure: {type: clusterIp, tls: {terminateAt: haproxy}}"
    )
    settings = built(asked).settings

    assert settings["EMQX_LISTENER__TCP__PROXY"] == "1893"
    assert settings["EMQX_LISTENER__TCP__PROXY__PROXY_PROTOCOL"] == "on"
    assert settings["EMQX_LISTENER__TCP__PROXY__MAX_CONNECTIONS"] == "1024000"
    assert settings["EMQX_LISTENER__WS__PROXY__MAX_CONNECTIONS"] == "102400"
    for kind in ("TCP", "WS"):
        assert settings[f"EMQX_LISTENER__{kind}__PROXY__ZONE"] == "external"


def test_tls_listeners_behind_headers_leave_the_internal_service(built: Builder) -> None:
    """A balancer that sends headers does so on TLS ports, too: nobody else may use those."""
    result = built(
        "exposure: {type: loadBalancer, proxyProtocol: true, tls: {terminateAt: listener}}"
    )

    assert result.settings["EMQX_LISTENERS__SSL__DEFAULT__PROXY_PROTOCOL"] == "true"
    assert result.ports() == {"mqtts": (8883, "mqtts")}
    assert set(result.ports("emqx-internal")) == {"mqtt", "dashboard"}
