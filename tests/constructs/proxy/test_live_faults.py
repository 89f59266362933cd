"""What the other tests of real proxies rest on: a fault in the configuration shows in each."""

from __future__ import annotations

import dataclasses
import time

import pytest

from emqx_gitops.constructs.proxy import ProxyOptions
from tests.constructs.proxy.cluster import BEHIND, MQTT
from tests.constructs.proxy.mqtt import takes_plain_text
from tests.constructs.proxy.pod import eventually
from tests.constructs.proxy.stage import BROKER, FRONTENDS, MQTTS, Launch

pytestmark = pytest.mark.slow

SECONDS_FOR_A_CHANGE = 5.0
"""Twice as long as a sound proxy needs to take a renewed certificate up here."""


def test_absent_tls_shows(kind: str, launch: Launch) -> None:
    """A port that does not ask for TLS takes plain text."""
    plain = tuple(dataclasses.replace(one, tls=False) for one in FRONTENDS)
    stage = launch(kind, ProxyOptions(plain))

    assert takes_plain_text(stage.pod.connect(MQTTS))
    assert stage.cluster.brokers[BROKER].headers


def test_unchecked_client_certificates_show(kind: str, launch: Launch) -> None:
    """A proxy that asks for a certificate and does not insist lets everybody in."""
    changes = {
        "verify required": "verify optional",
        "ssl_verify_client on": "ssl_verify_client optional",
    }
    stage = launch(kind, ProxyOptions(FRONTENDS, client_ca=True), changes)

    assert not stage.refuses()


def test_proxy_header_without_a_reader_shows(kind: str, launch: Launch) -> None:
    """A broker whose listener takes no PROXY header cuts off whoever is announced by one."""
    changes = {f":{MQTT}": f":{BEHIND[MQTT]}"}
    assert not launch(kind, changes=_without_header(kind) | changes).refuses()


def test_proxy_header_at_a_plain_listener_shows(kind: str, launch: Launch) -> None:
    """The same listener behind a proxy that sends the header."""
    assert launch(kind, changes={f":{MQTT}": f":{BEHIND[MQTT]}"}).refuses()


def _without_header(kind: str) -> dict[str, str]:
    return {"haproxy": {" send-proxy-v2": ""}, "nginx": {"proxy_protocol on;": ""}}[kind]


def test_connections_dropped_by_a_renewal_show(kind: str, launch: Launch) -> None:
    """Where processes from before a reload are hurried, their clients are gone."""
    changes = {
        "mworker-max-reloads 16": "mworker-max-reloads 16\n    hard-stop-after 1s",
        "daemon off;": "daemon off;\nworker_shutdown_timeout 1s;",
    }
    stage = launch(kind, changes=changes)
    before = stage.client()
    stage.pod.fill("tls", stage.authorities.renew().secret)

    eventually(lambda: stage.serial != before.served_serial, "renewed certificate")
    eventually(lambda: not before.alive, "end of the connection")


def test_unwatched_certificate_shows(kind: str, launch: Launch) -> None:
    """Where nobody looks, the old certificate goes on being served."""
    stage = launch(kind, changes={"renew &\n": ": &\n"})
    old = stage.serial
    stage.pod.fill("tls", stage.authorities.renew().secret)
    time.sleep(SECONDS_FOR_A_CHANGE)

    assert stage.serial == old


def test_address_kept_from_the_start_shows(kind: str, launch: Launch) -> None:
    """A proxy that asks DNS once never finds a broker that comes back at another address."""
    changes = {
        "default-server resolvers cluster resolve-prefer ipv4 init-addr none": "",
        "emqx-brokers": "emqx-headless",
    }
    stage = launch(kind, changes=changes)
    stage.cluster.stop_broker(BROKER)
    stage.cluster.start_broker("127.0.0.12")
    eventually(lambda: not stage.ready, "dead broker noticed", 30)
    time.sleep(15)  # a sound one has found it by then

    assert not stage.ready
    assert stage.refuses()


def test_unchecked_broker_shows(launch: Launch) -> None:
    """HAProxy without checks sends clients to a broker that says it is unwell."""
    stage = launch("haproxy", changes={"default-server check port": "default-server port"})
    with stage.client() as client:
        stage.cluster.brokers[BROKER].healthy = False
        time.sleep(SECONDS_FOR_A_CHANGE * 4)

        assert stage.ready
        assert client.alive


def test_absent_limit_shows(kind: str, launch: Launch) -> None:
    """Without the limit a sixth client gets in where five may."""
    changes = {"tcp-request connection reject": "# ", "limit_conn clients": "# "}
    stage = launch(kind, changes=changes, MAX_CONNECTIONS="5")
    for _ in range(5):
        stage.client()

    assert not stage.refuses()
