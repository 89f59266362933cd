"""Discovery by a list: every node knows all names from the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.discovery.names import (
    HEADLESS_DOMAIN,
    Discovery,
    needs_hostnames,
    stable_host,
    variable,
)
from emqx_gitops.components.site import Site, generation
from emqx_gitops.constructs import names
from emqx_gitops.emqx.wiring import GENERATIONS
from emqx_gitops.findings import Finding


class Static(Discovery):
    """List all nodes as seeds; scaling changes the list, and so restarts every node."""

    variants: ClassVar = ({"strategy": "static"},)

    strategy: Literal["static"] = "static"

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component for each generation of keys; the seeds depend on the number of nodes."""
        for keys in GENERATIONS:
            addition = Addition(settings={keys.discovery: "static"}, pod=(stable_host(),))
            yield Shared(path=f"discovery/static/{generation(keys)}", addition=addition)

    def part(self, site: Site) -> Part:
        """Add the list of seeds, one for each replica."""
        pods = (
            [names.BROKER]
            if site.workload == "Pod"
            else [f"{names.BROKER}-{ordinal}" for ordinal in range(site.replicas)]
        )
        seeds = ",".join(f"{names.BROKER}@{pod}.{HEADLESS_DOMAIN}" for pod in pods)
        return Part(
            components=(f"discovery/static/{site.generation}",),
            own=Addition(pod=(variable(site.keys.static_seeds, seeds),)),
        )

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse a list of names where pods have none."""
        yield from needs_hostnames(site, "static", "strategy")
