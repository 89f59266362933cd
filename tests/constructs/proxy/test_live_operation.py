"""What both proxies do while certificates, brokers and clients come and go: real programs."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator

import pytest

from emqx_gitops.constructs.proxy import ProxyOptions
from tests.constructs.proxy.pod import eventually
from tests.constructs.proxy.stage import BROKER, FRONTENDS, Launch

STOP_SIGNALS = {"haproxy": signal.SIGUSR1, "nginx": signal.SIGQUIT}
"""What the stock images ask to be stopped with."""

pytestmark = pytest.mark.slow


def test_broker_comes_back_at_another_address(kind: str, launch: Launch) -> None:
    """A dead broker makes the proxy unready; one at another address is found without a reload."""
    stage = launch(kind)
    client = stage.client()
    stage.cluster.stop_broker(BROKER)
    assert not client.alive
    eventually(lambda: not stage.ready, "dead broker noticed", 30)
    assert stage.ask("/healthz")[0] == 200

    fresh = stage.cluster.start_broker("127.0.0.12")
    eventually(lambda: stage.ready, "new broker found", 30)
    with stage.client() as client:
        assert client.alive
    assert len(fresh.headers) == 1
    assert "reloaded" not in stage.proxy.output


def test_renewed_certificate_is_served(kind: str, launch: Launch) -> None:
    """A renewed certificate reaches new clients, and those connected before stay so."""
    stage = launch(kind)
    before = stage.client()
    stage.pod.fill("tls", stage.authorities.renew().secret)

    eventually(lambda: stage.serial != before.served_serial, "renewed certificate")
    assert before.alive


def test_renewed_client_ca_is_asked(kind: str, launch: Launch) -> None:
    """Another client CA lets its own clients in, and the former CA's no more."""
    stage = launch(kind, ProxyOptions(FRONTENDS, client_ca=True))
    client, stranger = stage.authorities.client, stage.authorities.stranger
    before = stage.client(own=client)
    stage.pod.fill("client-ca", {"ca.crt": stage.authorities.strangers.certificate.read_text()})

    eventually(lambda: not stage.refuses(own=stranger), "renewed client CA")
    eventually(lambda: stage.refuses(own=client), "end of the former one")
    assert before.alive


def test_useless_certificate_is_not_served(kind: str, launch: Launch) -> None:
    """A key that does not fit its certificate changes nothing, and is reported once."""
    stage = launch(kind)
    wrong = stage.authorities.server.secret | {"tls.key": stage.authorities.client.key.read_text()}
    stage.pod.fill("tls", wrong)
    eventually(lambda: "the old one stays" in stage.proxy.output, "complaint")
    time.sleep(2.5)

    with stage.client() as client:
        assert client.alive
    assert stage.proxy.output.count("the old one stays") == 1
    assert stage.proxy.code is None


def test_renewal_waits_for_dns(kind: str, launch: Launch) -> None:
    """While DNS is down the old process goes on serving; the renewed certificate follows later."""
    stage = launch(kind)
    old = stage.serial
    stage.cluster.dns_works = False
    stage.pod.fill("tls", stage.authorities.renew().secret)
    eventually(lambda: "the old one stays" in stage.proxy.output, "complaint", 60)
    assert stage.serial == old

    stage.cluster.dns_works = True
    eventually(lambda: stage.serial != old, "renewed certificate", 60)


@pytest.mark.parametrize("number", [signal.SIGTERM, *STOP_SIGNALS.values()])
def test_stop_in_steps(kind: str, number: signal.Signals, launch: Launch) -> None:
    """Whatever an image's stop signal: clients still come, then none, then all are cut off."""
    stage = launch(kind, LINGER_SECONDS="2", DRAIN_SECONDS="5")
    client = stage.client()
    stage.proxy.send(number)
    eventually(lambda: "stopping" in stage.proxy.output, "first step")
    assert stage.serial
    eventually(stage.refuses, "second step")
    assert client.alive
    assert stage.proxy.wait() == 0
    assert not client.alive


def test_stop_does_not_wait_without_need(kind: str, launch: Launch) -> None:
    """With the last client gone, the proxy ends before its time is up."""
    stage = launch(kind, DRAIN_SECONDS="60")
    stage.proxy.send(signal.SIGTERM)

    assert stage.proxy.wait(10) == 0


def test_clients_above_the_limit_are_refused(kind: str, launch: Launch) -> None:
    """A full proxy refuses clients before TLS, stays alive and ready, and recovers."""
    stage = launch(kind, MAX_CONNECTIONS="5")
    clients = [stage.client() for _ in range(5)]

    assert stage.seconds_of_silence(5) < 1
    assert (stage.ask("/healthz")[0], stage.ask("/readyz")[0]) == (200, 200)
    assert all(client.alive for client in clients)
    clients[0].socket.close()
    eventually(lambda: not stage.refuses(), "room for another client")


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process open as many files as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_two_thousand_clients_stay(kind: str, launch: Launch) -> None:
    """2,000 clients connect, and stay while a certificate is renewed."""
    stage = launch(kind)
    clients = [stage.client(source=f"127.0.1.{number % 200 + 1}") for number in range(2000)]
    stage.pod.fill("tls", stage.authorities.renew().secret)
    eventually(lambda: "connections stay" in stage.proxy.output, "renewal")

    assert sum(client.alive for client in clients) == 2000


def test_pod_is_as_strict_as_the_real_one(kind: str, launch: Launch) -> None:
    """The proxy ran as user 1000, without capabilities, on a read-only file system."""
    stage = launch(kind)
    status = stage.pod.run("grep", "-E", "^(Uid|CapBnd|NoNewPrivs)", "/proc/self/status")
    assert status.wait() == 0
    assert status.output.split()[1::5][:1] == ["1000"]
    assert "CapBnd:\t0000000000000000" in status.output
    for path in ("/etc/new", "/usr/new", "/etc/proxy/config/new"):
        assert stage.pod.run("touch", path).wait() == 1, path
    assert stage.pod.run("touch", "/run/proxy/new").wait() == 0


def test_health_port_answers_nothing_else(kind: str, launch: Launch) -> None:
    """Whatever is neither a probe nor a metric is not found."""
    assert launch(kind).ask("/")[0] == 404
