"""Rules on what environments take from each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emqx_gitops.findings import Finding
from emqx_gitops.rules.subjects import Claims


def check_fleet(claims: Sequence[Claims]) -> Iterator[Finding]:
    """Yield what two environments of one cluster both claim."""
    del claims
    yield from ()
