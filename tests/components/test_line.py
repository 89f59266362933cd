"""Where nodes of each line tell their status."""

from __future__ import annotations

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def asked(built: Builder, environment: str) -> list[Manifest]:
    """Return what the three probes do, without their timing."""
    broker = built(environment).broker
    questions = ("httpGet", "tcpSocket", "exec")
    return [
        {key: value for key, value in broker[probe].items() if key in questions} for probe in PROBES
    ]


@pytest.mark.parametrize(
    ("environment", "port"),
    [
        ("emqx: {version: 4.4.19}", "management"),
        ("emqx: {version: 5.7.1}", "dashboard"),
        ("emqx: {version: 5.8.9, listeners: {dashboard: 28083}}", "dashboard"),
        ("exposure: {type: clusterIp, tls: {terminateAt: haproxy}}", "dashboard"),
        ("workload: {kind: pod}", "dashboard"),
    ],
)
def test_status_is_asked_by_http(built: Builder, environment: str, port: str) -> None:
    """`/status` is on the management API's port: the dashboard's, or one of its own on 4.4."""
    expected = {"httpGet": {"path": "/status", "port": port}}

    assert asked(built, environment) == [expected] * 3


@pytest.mark.parametrize(
    ("environment", "port"),
    [
        ("emqx: {listeners: {dashboard: false}}", "mqtt"),
        ("emqx: {version: 4.4.19, listeners: {management: false}}", "mqtt"),
        ("emqx: {listeners: {dashboard: false, mqtt: false, ws: true}}", "ws"),
        (
            (
                "emqx: {listeners: {dashboard: false}}\n"
                "exposure: {type: loadBalancer, proxyProtocol: true}"
            ),
            "mqtt",
        ),
    ],
)
def test_without_status_a_connection_must_do(built: Builder, environment: str, port: str) -> None:
    """A port is tried that takes connections without a PROXY header."""
    assert asked(built, environment) == [{"tcpSocket": {"port": port}}] * 3


def test_start_has_ten_minutes(built: Builder) -> None:
    """A node that loads its data is not killed; liveness begins after that only."""
    probe = built().broker["startupProbe"]

    assert probe["periodSeconds"] * probe["failureThreshold"] == 600
