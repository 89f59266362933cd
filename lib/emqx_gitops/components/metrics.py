"""Metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.choice import Choice
from emqx_gitops.components.site import Site
from emqx_gitops.constructs import names
from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.kustomize.documents import Operation, replace
from emqx_gitops.manifests import Manifest

METRICS_NEED_EMQX_5 = Rule(
    code="EG212",
    name="metrics-need-emqx-5",
    severity=Severity.ERROR,
    what="A ServiceMonitor is asked for, and EMQX 4.4 serves no metrics by itself.",
    why="The plugin emqx_prometheus must be loaded first, and nothing here does that.",
    fix="Leave metrics.serviceMonitor out on 4.4, or use EMQX 5.7 or later.",
    source="EMQX v4.4.19, deploy/docker/docker-entrypoint.sh and lib-ce/emqx_prometheus",
)

METRICS_NEED_DASHBOARD = Rule(
    code="EG214",
    name="metrics-need-dashboard",
    severity=Severity.ERROR,
    what="A ServiceMonitor is asked for, and the listener that serves metrics is turned off.",
    why="EMQX serves metrics on the dashboard's port: Prometheus would find nothing to ask.",
    fix="Leave emqx.listeners.dashboard on; it is not exposed by that.",
    source="apps/emqx_prometheus/src/emqx_prometheus_api.erl, EMQX v5.7.1",
)

RULES = (METRICS_NEED_EMQX_5, METRICS_NEED_DASHBOARD)

_INTERVAL = "30s"


class Metrics(Choice):
    """What Prometheus gets."""

    variants: ClassVar = ({"serviceMonitor": True},)

    service_monitor: bool = False
    """Emit a ServiceMonitor of the Prometheus Operator."""

    interval: Annotated[str, Field(pattern=r"^[0-9]+(ms|s|m|h)$")] = _INTERVAL
    """How often Prometheus asks."""

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component: the ServiceMonitor."""
        yield Shared(path="metrics/service-monitor", addition=Addition(objects=(_monitor(),)))

    def part(self, site: Site) -> Part:
        """Use the shared ServiceMonitor."""
        del site
        if not self.service_monitor:
            return Part()
        operations: tuple[Operation, ...] = ()
        if self.interval != _INTERVAL:
            operations = (replace("/spec/endpoints/0/interval", self.interval),)
        return Part(
            components=("metrics/service-monitor",),
            own=Addition(patches={("ServiceMonitor", names.BROKER): operations}),
        )

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse metrics that nobody serves."""
        if not self.service_monitor:
            return
        where = Where(environment=site.environment, path="metrics.serviceMonitor")
        if site.keys.is_v4:
            yield METRICS_NEED_EMQX_5.at(where, f"EMQX {site.version} serves no metrics")
        elif "dashboard" not in site.listeners:
            yield METRICS_NEED_DASHBOARD.at(where, "the dashboard's listener is off")


def _monitor() -> Manifest:
    endpoint = {
        "interval": _INTERVAL,
        "path": "/api/v5/prometheus/stats",
        "port": "dashboard",
        "scheme": "http",
    }
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": names.metadata(names.BROKER),
        "spec": {
            "endpoints": [endpoint],
            "selector": {
                "matchLabels": names.selector(names.CORE) | {names.SERVICE_ROLE: "internal"}
            },
        },
    }
