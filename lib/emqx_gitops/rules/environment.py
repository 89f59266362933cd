"""Rules on one environment, as it was resolved: before anything is built."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.environment.loader import Loaded
from emqx_gitops.findings import Finding


def check_environment(loaded: Loaded) -> list[Finding]:
    """Return what is wrong with an environment, with the place of each value at fault."""
    return [loaded.place(each) for each in _findings(loaded)]


def _findings(loaded: Loaded) -> Iterator[Finding]:
    resolved = loaded.resolved
    site = resolved.site
    for choice in (
        resolved.asked.workload,
        resolved.discovery,
        resolved.exposure,
        resolved.exposure.tls,
        resolved.asked.storage,
        resolved.asked.metrics,
        *((resolved.asked.emqx.license,) if resolved.asked.emqx.license else ()),
    ):
        yield from choice.findings(site)
