"""Facts of NGINX's files that no test on the real program would show."""

from __future__ import annotations

import re

from emqx_gitops.constructs.proxy import Frontend, ProxyOptions, nginx_files

MQTTS = Frontend("mqtts", 8883, tls=True, upstream_port=1893, send_proxy=True)
MQTT = Frontend("mqtt", 1883, tls=False, upstream_port=1893, send_proxy=True)
DASHBOARD = Frontend("dashboard", 18083, tls=True, upstream_port=18083, send_proxy=False)
LONGEST_KEEPALIVE = 65535 * 1.5


def configuration(*frontends: Frontend, **options: object) -> str:
    """Return nginx.conf for *frontends*, MQTT over TLS if none are given."""
    return nginx_files(ProxyOptions(frontends or (MQTTS,), **options))["nginx.conf"]  # type: ignore[arg-type]


def server_of(text: str, name: str) -> str:
    """Return the server block that passes clients to the upstream *name*."""
    return next(block for block in text.split("server {") if f"proxy_pass {name};" in block)


def test_idle_clients_outlast_any_keepalive() -> None:
    """The broker, who knows the keepalive, closes a quiet connection first."""
    hours = re.search(r"proxy_timeout (\d+)h;", configuration())

    assert hours
    assert int(hours[1]) * 3600 > LONGEST_KEEPALIVE


def test_old_workers_are_never_hurried() -> None:
    """No directive ends the old workers while they have clients."""
    assert not re.search(r"^\s*worker_shutdown_timeout", configuration(), re.MULTILINE)


def test_readiness_asks_the_status_port() -> None:
    """Readiness is the brokers' own, through their Service."""
    text = configuration(status_port=8081, status_path="/ready")

    assert "proxy_pass http://emqx-brokers:8081/ready;" in text


def test_proxy_header_follows_the_frontend() -> None:
    """Only a frontend that asks for it sends a PROXY header."""
    text = configuration(MQTTS, DASHBOARD)

    assert "proxy_protocol on;" in server_of(text, "mqtts")
    assert "proxy_protocol" not in server_of(text, "dashboard")


def test_tls_is_absent_where_nothing_ends_it() -> None:
    """Without a frontend with TLS no certificate is named, and none is watched."""
    files = nginx_files(ProxyOptions((MQTT,)))

    assert "ssl_certificate" not in files["nginx.conf"]
    assert "tls.crt" not in files["entrypoint.sh"]


def test_text_names_no_namespace() -> None:
    """The brokers' Service has a short name, so that the text serves every namespace."""
    assert set(re.findall(r"server (\S+):\d+ ", configuration())) == {"emqx-brokers"}
