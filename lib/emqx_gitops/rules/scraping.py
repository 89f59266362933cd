"""Rules on metrics: whether Prometheus finds them, and is let in."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where

NO_PORT_FOR_METRICS = Rule(
    code="EG416",
    name="no-port-for-metrics",
    severity=Severity.ERROR,
    what="A ServiceMonitor is asked for, and the listener that serves metrics is off.",
    why="Prometheus would find no port of that name, and drop the target without a word.",
    fix="Leave emqx.listeners.dashboard on, which is not exposed by that.",
    source="apps/emqx_prometheus/src/emqx_prometheus_api.erl, EMQX v5.7.1",
)

PROMETHEUS_NOT_LET_IN = Rule(
    code="EG417",
    name="prometheus-not-let-in",
    severity=Severity.WARNING,
    what="A ServiceMonitor is asked for, and no other namespace may read metrics.",
    why=(
        "The network policy lets in pods of the environment's own namespace only; Prometheus "
        "mostly runs in another, and its requests time out."
    ),
    fix="Name Prometheus's namespace in network.metricsFrom: [monitoring].",
    source="Kubernetes documentation, Network Policies",
)

RULES = (NO_PORT_FOR_METRICS, PROMETHEUS_NOT_LET_IN)


def check(resolved: Resolved) -> Iterator[Finding]:
    """Refuse and warn of metrics that nobody would get."""
    asked = resolved.asked
    if not asked.metrics.service_monitor:
        return
    where = Where(environment=resolved.name, path="metrics.serviceMonitor")
    if "dashboard" not in resolved.listeners:
        yield NO_PORT_FOR_METRICS.at(
            where, "metrics are served on the dashboard's port, which is off"
        )
    elif not (asked.network.metrics_from or asked.network.dashboard_from):
        yield PROMETHEUS_NOT_LET_IN.at(where, "no other namespace may read metrics")
