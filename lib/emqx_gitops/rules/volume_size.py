"""Rules on the size of volumes."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.components.choice import to_bytes
from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where

SMALL_VOLUME = Rule(
    code="EG505",
    name="small-volume",
    severity=Severity.WARNING,
    what="A node gets less than 1Gi for its data.",
    why=(
        "Retained messages, sessions and the database's own logs fill it, EMQX stops at a full "
        "disk, and a claim cannot grow through a StatefulSet."
    ),
    fix="Write `size: 10Gi`, or at least 1Gi.",
    source="EMQX chart 5.7.1, persistence.size (20Mi, far too small)",
)

RULES = (SMALL_VOLUME,)

_LEAST = "1Gi"


def check(resolved: Resolved) -> Iterator[Finding]:
    """Warn of volumes that fill soon; an existing claim's size is not known here."""
    size = getattr(resolved.asked.storage, "size", None)
    if isinstance(size, str) and to_bytes(size) < to_bytes(_LEAST):
        where = Where(environment=resolved.name, path="storage.size")
        yield SMALL_VOLUME.at(where, f"{size} for a node's data is less than {_LEAST}")
