"""Rules on metrics: whether Prometheus is let in."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where

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

RULES = (PROMETHEUS_NOT_LET_IN,)


def check(resolved: Resolved) -> Iterator[Finding]:
    """Warn of metrics that nobody outside of the namespace would get."""
    network = resolved.asked.network
    if resolved.asked.metrics.service_monitor and not (
        network.metrics_from or network.dashboard_from
    ):
        where = Where(environment=resolved.name, path="metrics.serviceMonitor")
        yield PROMETHEUS_NOT_LET_IN.at(where, "no other namespace may read metrics")
