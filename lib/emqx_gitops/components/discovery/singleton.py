"""No discovery: one node, alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from emqx_gitops.components.addition import Addition, Part
from emqx_gitops.components.discovery.names import Discovery, stable_host, variable
from emqx_gitops.components.site import Site
from emqx_gitops.constructs import names
from emqx_gitops.emqx import discovery_value
from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.kustomize.documents import replace

SINGLETON_HAS_ONE_NODE = Rule(
    code="EG202",
    name="singleton-has-one-node",
    severity=Severity.ERROR,
    what="Discovery `singleton` is for one node, and more are asked for.",
    why="Nodes that look for nobody stay alone: clients of one would not reach clients of another.",
    fix="Set emqx.replicas to 1, or choose discovery `dns`, `k8s` or `static`.",
    source="emqx_conf_schema.erl, EMQX v5.8.0 (discovery_strategy)",
)


class Singleton(Discovery):
    """One node that looks for no others."""

    variants: ClassVar = ({"strategy": "singleton"},)

    strategy: Literal["singleton"] = "singleton"

    def part(self, site: Site) -> Part:
        """Name the strategy as the version calls it, and the node so that it finds its data."""
        # Only a StatefulSet gives a name that outlives the pod; else the loopback address does.
        host = (
            stable_host()
            if site.workload == "StatefulSet"
            else variable("EMQX_NODE_NAME", f"{names.BROKER}@127.0.0.1")
        )
        settings = {site.keys.discovery: discovery_value(site.line, "singleton")}
        # Two nodes that look for nobody would split the clients while one replaces the other.
        alone = (replace("/spec/strategy", {"type": "Recreate"}),)
        workload = alone if site.workload == "Deployment" else ()
        return Part(own=Addition(settings=settings, pod=(host,), workload=workload))

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse more than one node."""
        if site.replicas > 1:
            message = f"discovery singleton with {site.replicas} replicas"
            where = Where(environment=site.environment, path="discovery.strategy")
            yield SINGLETON_HAS_ONE_NODE.at(where, message)


RULES = (SINGLETON_HAS_ONE_NODE,)
