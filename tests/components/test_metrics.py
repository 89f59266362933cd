"""Metrics for the Prometheus Operator."""

from __future__ import annotations

from tests.builds import Builder, codes

ASKED = "metrics: {serviceMonitor: true}"


def test_none_unless_asked(built: Builder) -> None:
    """The kind of object is unknown to clusters without the operator."""
    assert not built().of("ServiceMonitor")


def test_it_finds_one_service(built: Builder) -> None:
    """Its selector fits the internal Service, which has the port, and no other."""
    result = built(ASKED)
    monitor = result.one("ServiceMonitor", "emqx")["spec"]
    wanted = monitor["selector"]["matchLabels"].items()
    fitting = [
        each for each in result.of("Service") if wanted <= each["metadata"]["labels"].items()
    ]

    assert [each["metadata"]["name"] for each in fitting] == ["emqx-internal"]
    (endpoint,) = monitor["endpoints"]
    assert endpoint["port"] in result.ports("emqx-internal")
    assert endpoint["path"] == "/api/v5/prometheus/stats"
    assert endpoint["interval"] == "30s"


def test_the_interval_is_free(built: Builder) -> None:
    """Another interval is a value of the environment."""
    result = built("metrics: {serviceMonitor: true, interval: 15s}")

    assert result.one("ServiceMonitor", "emqx")["spec"]["endpoints"][0]["interval"] == "15s"


def test_metrics_that_nobody_serves_are_refused() -> None:
    """4.4 has none by itself, and others serve them on the dashboard's port."""
    assert codes(f"emqx: {{version: 4.4.19}}\n{ASKED}") == {"EG212"}
    assert codes(f"emqx: {{listeners: {{dashboard: false}}}}\n{ASKED}") == {"EG214"}
