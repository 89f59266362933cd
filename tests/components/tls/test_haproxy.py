"""HAProxy's own."""

from __future__ import annotations

from tests.builds import Builder

ENDED = "exposure: {type: clusterIp, tls: {terminateAt: haproxy%s}}\n"


def test_it_runs_the_stock_image(built: Builder) -> None:
    """Started by our script, with our configuration."""
    result = built(ENDED % "")
    (container,) = result.proxy["containers"]

    assert container["image"].startswith("haproxy:")
    assert container["command"] == ["/bin/sh", "/etc/proxy/config/entrypoint.sh"]
    assert set(result.one("ConfigMap", "emqx-proxy")["data"]) == {"entrypoint.sh", "haproxy.cfg"}


def test_it_asks_brokers_on_their_status_port(built: Builder) -> None:
    """The port is that of the line and the listener."""
    for emqx, port in (
        ("{version: 5.8.9}", 18083),
        ("{listeners: {dashboard: 28083}}", 28083),
        ("{version: 4.4.19}", 8081),
    ):
        text = built(f"{ENDED % ''}emqx: {emqx}").one("ConfigMap", "emqx-proxy")["data"]

        assert f"check port {port} " in text["haproxy.cfg"]


def test_it_passes_the_certificates_name(built: Builder) -> None:
    """With mutual TLS, the header carries the client's common name."""
    plain, mutual = (
        built(ENDED % fields).one("ConfigMap", "emqx-proxy")["data"]["haproxy.cfg"]
        for fields in ("", ", clientCA: {secretName: ca}")
    )

    assert "send-proxy-v2-ssl-cn" in mutual
    assert "send-proxy-v2-ssl-cn" not in plain
    assert "send-proxy-v2" in plain
