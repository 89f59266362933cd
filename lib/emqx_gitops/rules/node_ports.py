"""Rules on ports that are asked for, within one environment; `fleet` compares environments."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where

OUT_OF_RANGE = Rule(
    code="EG401",
    name="node-port-out-of-range",
    severity=Severity.ERROR,
    what="A fixed node port is outside of the cluster's range.",
    why="The API server refuses the Service, and with it every change to the environment.",
    fix="Write a port of the range, or give the cluster's range in overlays/clusters.yaml.",
    source="Kubernetes documentation, Service (NodePort)",
)

WITHOUT_LISTENER = Rule(
    code="EG414",
    name="port-without-listener",
    severity=Severity.ERROR,
    what="A node port or the dashboard is asked for, and its listener is off or is not public.",
    why="The port would not be opened, and nothing would say so.",
    fix="Turn the listener on and leave its `public` out, or remove what asks for it here.",
    source="emqx-gitops reference, exposure",
)

RULES = (OUT_OF_RANGE, WITHOUT_LISTENER)


def check(resolved: Resolved) -> Iterator[Finding]:
    """Refuse node ports that Kubernetes would refuse, and ports that lead to nothing."""
    low, high = resolved.cluster.node_ports
    for name, port in resolved.exposure.node_port_of.items():
        where = Where(environment=resolved.name, path=f"exposure.nodePorts.{name}")
        if not low <= port <= high:
            message = f"node port {port} of {name} is not in {low}-{high}"
            yield OUT_OF_RANGE.at(where, message, f"write a port from {low} to {high}")
        yield from _leads_somewhere(resolved, name, f"node port {port} is for {name}", where)
    if resolved.exposure.dashboard:
        where = Where(environment=resolved.name, path="exposure.dashboard")
        yield from _leads_somewhere(resolved, "dashboard", "exposure asks for dashboard", where)


def _leads_somewhere(resolved: Resolved, name: str, asked: str, where: Where) -> Iterator[Finding]:
    listener = resolved.listeners.get(name)
    if listener is None:
        yield WITHOUT_LISTENER.at(where, f"{asked}, which is off")
    elif not listener.public:
        yield WITHOUT_LISTENER.at(where, f"{asked}, which is not public")
