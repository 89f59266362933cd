"""What clients meet at both proxies: real programs, with the generated files unchanged."""

from __future__ import annotations

import dataclasses
import ssl
import time

import pytest

from emqx_gitops.constructs.proxy import ProxyOptions
from tests.constructs.proxy.certificates import HOST
from tests.constructs.proxy.mqtt import Client, client_context, takes_plain_text
from tests.constructs.proxy.stage import BROKER, FRONTENDS, MQTTS, WSS, Launch

pytestmark = pytest.mark.slow

ALLOW_OLD_TLS = {
    "ssl-min-ver TLSv1.2": "ssl-min-ver TLSv1.1",
    "ssl_protocols TLSv1.2": "ssl_protocols TLSv1.1 TLSv1.2",
    "ECDHE-RSA-CHACHA20-POLY1305\n": "ECDHE-RSA-CHACHA20-POLY1305:ALL:@SECLEVEL=0\n",
    "ECDHE-RSA-CHACHA20-POLY1305;": "ECDHE-RSA-CHACHA20-POLY1305:ALL:@SECLEVEL=0;",
}
OLD_TLS = ssl.TLSVersion.TLSv1_1


@pytest.mark.parametrize("version", ["tlsv1.2", "tlsv1.3"])
def test_clients_publish_and_subscribe(kind: str, version: str, launch: Launch) -> None:
    """Mosquitto's clients publish and subscribe over TLS 1.2 and 1.3."""
    stage = launch(kind)
    common = ["-h", "127.0.0.1", "-p", f"{MQTTS}", "--cafile", "/mnt/ca.crt"]
    common += ["--tls-version", version, "-t", "meters/17"]

    publisher = stage.pod.run("mosquitto_pub", *common, "-r", "-q", "1", "-m", "42 kWh")
    assert publisher.wait() == 0, publisher.output
    subscriber = stage.pod.run("mosquitto_sub", *common, "-C", "1", "-W", "10")

    assert subscriber.wait() == 0
    assert subscriber.output == "42 kWh\n"


def test_plain_text_is_refused(kind: str, launch: Launch) -> None:
    """A client that speaks no TLS on the TLS port is cut off, and no broker hears of it."""
    stage = launch(kind)

    assert not takes_plain_text(stage.pod.connect(MQTTS))
    assert stage.cluster.brokers[BROKER].headers == []


def test_messages_reach_a_websocket(kind: str, launch: Launch) -> None:
    """What is published over TLS arrives at a subscriber in a WebSocket over TLS."""
    stage = launch(kind)
    message = "42 kWh"
    with stage.client(WSS) as subscriber:
        subscriber.subscribe("meters/17")
        common = ["-h", "127.0.0.1", "-p", f"{MQTTS}", "--cafile", "/mnt/ca.crt"]
        publisher = stage.pod.run("mosquitto_pub", *common, "-t", "meters/17", "-m", message)

        assert publisher.wait() == 0, publisher.output
        assert subscriber.message("meters/17", len(message)) == message.encode()


@pytest.mark.filterwarnings("ignore:.*TLSv1_1 is deprecated")
@pytest.mark.parametrize(("changes", "version"), [({}, None), (ALLOW_OLD_TLS, "TLSv1.1")])
def test_old_tls_is_refused(
    kind: str, changes: dict[str, str], version: str | None, launch: Launch
) -> None:
    """TLS 1.1 is refused; a configuration that was changed to allow it shows that we would see."""
    stage = launch(kind, changes=changes)
    context = client_context(stage.authorities.servers, version=OLD_TLS)
    connection = stage.pod.connect(MQTTS)
    try:
        with context.wrap_socket(connection, server_hostname=HOST) as client:
            shaken = client.version()
    except (ConnectionError, ssl.SSLError):
        shaken = None

    assert shaken == version


@pytest.mark.parametrize("port", [MQTTS, WSS])
def test_broker_learns_the_client_s_address(kind: str, port: int, launch: Launch) -> None:
    """The PROXY header before MQTT, plain or in WebSocket, holds the client's address and port."""
    stage = launch(kind)
    with stage.client(port, source="127.0.0.77") as client:
        header = stage.cluster.brokers[BROKER].headers[0]

        assert client.alive
        assert client.socket.getsockname() == (header.source, header.port)
        assert header.source == "127.0.0.77"
        assert header.version == {"haproxy": 2, "nginx": 1}[kind]


def test_plain_listener_tells_the_address_too(kind: str, launch: Launch) -> None:
    """A frontend without TLS sends the PROXY header as well."""
    stage = launch(kind)
    arguments = ["-p", "1884", "-A", "127.0.0.78", "-t", "meters/17", "-m", "42 kWh"]

    assert stage.pod.run("mosquitto_pub", *arguments).wait() == 0
    assert stage.cluster.brokers[BROKER].headers[0].source == "127.0.0.78"


def test_missing_proxy_header_shows(kind: str, launch: Launch) -> None:
    """Where one side leaves the PROXY protocol out, no client gets through."""
    silent = tuple(dataclasses.replace(one, send_proxy=False) for one in FRONTENDS)
    stage = launch(kind, ProxyOptions(silent))

    assert stage.refuses()
    assert "no PROXY header" in stage.cluster.brokers[BROKER].refused[0]


def test_balancer_s_proxy_header_is_passed_on(kind: str, launch: Launch) -> None:
    """An address that the balancer tells replaces its own; a client without a header is cut off."""
    stage = launch(kind, ProxyOptions(FRONTENDS, accept_proxy=True))
    connection = stage.pod.connect(MQTTS)
    connection.sendall(b"PROXY TCP4 203.0.113.9 192.0.2.1 40000 8883\r\n")
    with Client(connection, client_context(stage.authorities.servers)) as client:
        header = stage.cluster.brokers[BROKER].headers[0]

        assert client.alive
        assert (header.source, header.port) == ("203.0.113.9", 40000)
    assert stage.refuses()


def test_client_certificates_are_checked(kind: str, launch: Launch) -> None:
    """With a client CA, no certificate or one of another CA is refused; HAProxy tells the name."""
    stage = launch(kind, ProxyOptions(FRONTENDS, client_ca=True))
    with stage.client(own=stage.authorities.client) as client:
        assert client.alive
    header = stage.cluster.brokers[BROKER].headers.pop()

    assert header.common_name == {"haproxy": "meter-17", "nginx": ""}[kind]
    assert stage.refuses()
    assert stage.refuses(own=stage.authorities.stranger)
    assert stage.cluster.brokers[BROKER].headers == []


def test_silence_before_tls_is_cut_and_after_mqtt_is_not(kind: str, launch: Launch) -> None:
    """Who does not shake hands has 15 s; a quiet MQTT client stays for longer than that."""
    stage = launch(kind)
    quiet = stage.client()

    assert 10 < stage.seconds_of_silence(25) < 20
    time.sleep(2)
    assert quiet.alive
