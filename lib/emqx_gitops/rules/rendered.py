"""Rules on the objects that an overlay builds to."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.findings import Finding, Rule
from emqx_gitops.rules.subjects import Rendered

RULES: tuple[Rule, ...] = ()


def check_rendered(rendered: Rendered) -> Iterator[Finding]:
    """Yield what is wrong with the objects of one overlay."""
    del rendered
    yield from ()
