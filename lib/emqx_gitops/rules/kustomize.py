"""Rules on Kustomize documents: what Kustomize itself passes over in silence."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.findings import Finding, Rule
from emqx_gitops.rules.subjects import Sources

RULES: tuple[Rule, ...] = ()


def check_sources(sources: Sources) -> Iterator[Finding]:
    """Yield what is wrong with the documents of one overlay."""
    del sources
    yield from ()
