"""Warnings that an environment accepts, with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emqx_gitops.environment.loader import Loaded
from emqx_gitops.findings import Finding


def accept(findings: Iterable[Finding], loaded: Loaded) -> Iterator[Finding]:
    """Yield the findings that the environment does not accept."""
    del loaded
    yield from findings
