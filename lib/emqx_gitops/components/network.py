"""Who besides clients may connect to the brokers."""

from __future__ import annotations

from emqx_gitops.components.addition import Addition, Part
from emqx_gitops.components.choice import Choice, DnsLabel
from emqx_gitops.components.site import Site
from emqx_gitops.constructs import names
from emqx_gitops.constructs.ports import policy_ports
from emqx_gitops.kustomize.documents import Operation, add


class NetworkAccess(Choice):
    """
    Who besides clients may connect; what leaves the pods stays open.

    The environment's own namespace always reaches the dashboard and metrics.
    """

    dashboard_from: tuple[DnsLabel, ...] = ()
    """Namespaces that may use the dashboard and its API."""

    metrics_from: tuple[DnsLabel, ...] = ()
    """Namespaces that may read metrics, of brokers (dashboard's port) and proxies: `monitoring`."""

    def part(self, site: Site) -> Part:
        """Let the named namespaces in; everyone, where the dashboard is public."""
        staff = [name for name in ("dashboard", "management") if name in site.listeners]
        rules: list[Operation] = []
        public = [name for name in staff if site.listeners[name].public]
        if public and site.tls_end != "proxy":
            rules.append(add("/spec/ingress/-", {"ports": policy_ports(*public)}))
        named = sorted({*self.dashboard_from, *self.metrics_from})
        if named and staff:
            rules.append(_let_in(named, staff))
        proxies: tuple[Operation, ...] = ()
        if self.metrics_from and site.tls_end == "proxy":
            proxies = (_let_in(sorted({*self.metrics_from}), ["health"]),)
        patches = {
            ("NetworkPolicy", names.BROKER): tuple(rules),
            ("NetworkPolicy", names.PROXY): proxies,
        }
        return Part(own=Addition(patches=patches))


def _let_in(namespaces: list[str], ports: list[str]) -> Operation:
    """Return the operation that lets the pods of *namespaces* connect to *ports*."""
    label = "kubernetes.io/metadata.name"
    peers = [{"namespaceSelector": {"matchLabels": {label: name}}} for name in namespaces]
    return add("/spec/ingress/-", {"from": peers, "ports": policy_ports(*ports)})
