"""The clients' Service."""

from __future__ import annotations

import pytest

from tests.builds import Builder


@pytest.mark.parametrize(
    ("exposure", "listeners", "ports"),
    [
        ("type: clusterIp", "{}", {"mqtt": (1883, "mqtt")}),
        ("type: clusterIp", "{mqtt: 2883}", {"mqtt": (2883, "mqtt")}),
        (
            "type: clusterIp",
            "{ws: true}",
            {"mqtt": (1883, "mqtt"), "ws": (8083, "ws")},
        ),
        (
            "type: clusterIp, tls: {terminateAt: listener}",
            "{wss: true}",
            {"mqtts": (8883, "mqtts"), "wss": (8084, "wss")},
        ),
        (
            "type: clusterIp, tls: {terminateAt: listener}",
            "{mqtt: {public: true}}",
            {"mqtt": (1883, "mqtt"), "mqtts": (8883, "mqtts")},
        ),
        (
            "type: clusterIp, tls: {terminateAt: haproxy}",
            "{wss: true, mqtts: 8885}",
            {"mqtts": (8885, "mqtts"), "wss": (8084, "wss")},
        ),
        (
            "type: loadBalancer, provider: aws, tls: {terminateAt: cloud, certificate: a}",
            "{wss: true}",
            {"mqtts": (8883, "mqtt-proxy"), "wss": (8084, "ws-proxy")},
        ),
        (
            (
                "type: loadBalancer, provider: aws, proxyProtocol: false,"
                " tls: {terminateAt: cloud, certificate: a}"
            ),
            "{}",
            {"mqtts": (8883, "mqtt")},
        ),
    ],
)
def test_clients_see_their_ports(
    built: Builder, exposure: str, listeners: str, ports: dict[str, tuple[int, str]]
) -> None:
    """Each public listener is a port; behind it is the one that serves it, TLS ended or not."""
    result = built(f"exposure: {{{exposure}}}\nemqx: {{listeners: {listeners}}}")

    assert result.ports() == ports


@pytest.mark.parametrize(
    ("end", "role"), [("none", "emqx"), ("listener", "emqx"), ("haproxy", "emqx-proxy")]
)
def test_it_leads_where_tls_ends(built: Builder, end: str, role: str) -> None:
    """Its selector fits the brokers, or the proxies before them, and nothing else."""
    result = built(f"exposure: {{type: clusterIp, tls: {{terminateAt: {end}}}}}")
    selector = result.one("Service", "emqx")["spec"]["selector"]

    assert selector["app.kubernetes.io/name"] == role
    for each in result.objects:
        labels = each.get("spec", {}).get("template", {}).get("metadata", {}).get("labels", {})
        if labels:
            fits = selector.items() <= labels.items()
            assert fits == (each["metadata"]["name"] == role)


def test_tls_keeps_plain_listeners_inside(built: Builder) -> None:
    """With TLS, plain MQTT is for clients inside the cluster, unless it is said to be public."""
    result = built(
        "exposure: {type: nodePort, tls: {terminateAt: listener}}\nemqx: {listeners: {ws: true}}"
    )

    assert set(result.ports()) == {"mqtts"}
    assert {"mqtt", "ws"} <= set(result.ports("emqx-internal"))
