"""Rules on the number of nodes."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where

EVEN_NUMBER_OF_NODES = Rule(
    code="EG308",
    name="even-number-of-nodes",
    severity=Severity.WARNING,
    what="The number of nodes is even.",
    why=(
        "When the network splits a cluster in two, autoheal needs a majority of the nodes to "
        "decide which side restarts; equal halves have none, and both go on alone. An even number "
        "outlives no more failures than the odd one below it."
    ),
    fix="Set emqx.replicas to an odd number: 3 or 5.",
    source="mria_autoheal.erl, mria 0.8.10; EMQX chart 5.7.1, values.yaml (replicaCount)",
)

RULES = (EVEN_NUMBER_OF_NODES,)


def check(resolved: Resolved) -> Iterator[Finding]:
    """Warn of numbers that have no majority when they are halved."""
    nodes = resolved.replicas
    if nodes % 2:
        return
    where = Where(environment=resolved.name, path="emqx.replicas")
    message = f"{nodes} nodes split into halves without a majority"
    fix = "write 3" if nodes == 2 else f"write {nodes - 1} or {nodes + 1}"  # noqa: PLR2004
    yield EVEN_NUMBER_OF_NODES.at(where, message, fix)
