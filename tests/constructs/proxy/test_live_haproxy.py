"""What only HAProxy does: it follows DNS and asks each broker how it is."""

from __future__ import annotations

import itertools
import time

import pytest

from emqx_gitops.constructs.proxy import ProxyOptions, haproxy_files
from tests.constructs.proxy.pod import eventually
from tests.constructs.proxy.stage import ENVIRONMENT, FRONTENDS, Launch

CONFIG = "/etc/proxy/config/haproxy.cfg"

pytestmark = pytest.mark.slow


def test_configuration_raises_no_warning(launch: Launch) -> None:
    """HAProxy accepts the text of every combination of options without a word."""
    stage = launch("haproxy")
    for ca, proxy, nodes in itertools.product((False, True), (False, True), (1, 32)):
        options = ProxyOptions(FRONTENDS, client_ca=ca, accept_proxy=proxy, max_nodes=nodes)
        stage.pod.fill("config", haproxy_files(options))
        check = stage.pod.run("haproxy", "-c", "-f", CONFIG, **ENVIRONMENT)

        assert check.wait() == 0, check.output
        assert "WARNING" not in check.output


def test_unwell_broker_loses_its_clients(launch: Launch) -> None:
    """A broker whose status is not 200 is left, its clients too; they connect to another."""
    stage = launch("haproxy")
    first = stage.cluster.brokers["127.0.0.11"]
    with stage.client() as client:
        second = stage.cluster.start_broker("127.0.0.12")
        first.healthy = False
        eventually(lambda: not client.alive, "session ended", 30)
        for _ in range(5):
            with stage.client() as other:
                assert other.alive

    assert len(second.headers) == 5


def test_clients_are_spread(launch: Launch) -> None:
    """New clients go to the broker with the fewest."""
    stage = launch("haproxy")
    second = stage.cluster.start_broker("127.0.0.12")
    eventually(lambda: "broker2 administratively READY" in stage.proxy.output, "second broker")
    for _ in range(20):
        stage.client()

    assert 5 <= len(second.headers) <= 15


def test_sessions_outlive_dns(launch: Launch) -> None:
    """While DNS is down, known brokers keep their clients and get new ones."""
    stage = launch("haproxy")
    with stage.client() as client:
        stage.cluster.dns_works = False
        time.sleep(15)  # longer than any hold of an answer that was valid

        assert client.alive
        with stage.client() as other:
            assert other.alive


def test_metrics_count_servers(launch: Launch) -> None:
    """Prometheus finds the state of each broker."""
    status, metrics = launch("haproxy").ask("/metrics")

    assert status == 200
    assert 'haproxy_server_status{proxy="mqtts",server="broker1",state="UP"} 1' in metrics
