"""Facts of HAProxy's files that no test on the real program would show."""

from __future__ import annotations

import re

from emqx_gitops.constructs.proxy import Frontend, ProxyOptions, haproxy_files

MQTTS = Frontend("mqtts", 8883, tls=True, upstream_port=1893, send_proxy=True)
DASHBOARD = Frontend("dashboard", 18083, tls=True, upstream_port=18083, send_proxy=False)
LONGEST_KEEPALIVE = 65535 * 1.5


def configuration(*frontends: Frontend, **options: object) -> str:
    """Return haproxy.cfg for *frontends*, MQTT over TLS if none are given."""
    return haproxy_files(ProxyOptions(frontends or (MQTTS,), **options))["haproxy.cfg"]  # type: ignore[arg-type]


def server_of(text: str, backend: str) -> str:
    """Return the line of the servers of *backend*."""
    return text.partition(f"\nbackend {backend}\n")[2].splitlines()[0].strip()


def test_variables_stand_in_double_quotes() -> None:
    """HAProxy takes a variable outside of double quotes literally."""
    for line in configuration().splitlines():
        if "${" in line:
            assert re.search(r'"[^"]*\$\{[^"]*"', line), line


def test_idle_clients_outlast_any_keepalive() -> None:
    """The broker, who knows the keepalive, closes a quiet connection first."""
    hours = re.search(r"timeout tunnel (\d+)h", configuration())

    assert hours
    assert int(hours[1]) * 3600 > LONGEST_KEEPALIVE


def test_health_checks_ask_the_status_port() -> None:
    """Checks name their port and path, which for EMQX 4.4 are others."""
    text = configuration(status_port=8081, status_path="/ready")

    assert "check port 8081 " in text
    assert "meth GET uri /ready " in text


def test_proxy_header_follows_the_frontend() -> None:
    """Only a frontend that asks for it sends a PROXY header, with the name if clients have one."""
    plain = configuration(MQTTS, DASHBOARD)

    assert server_of(plain, "mqtts").endswith(':1893" send-proxy-v2')
    assert server_of(plain, "dashboard").endswith(':18083"')
    assert server_of(configuration(client_ca=True), "mqtts").endswith(" send-proxy-v2-ssl-cn")


def test_max_nodes_sets_the_places() -> None:
    """There is a server's place for as many brokers as asked."""
    assert server_of(configuration(max_nodes=7), "mqtts").startswith("server-template broker 7 ")


def test_same_options_give_the_same_text() -> None:
    """Nothing but the options is in the text."""
    assert configuration() == configuration()
    assert configuration().endswith("\n")
