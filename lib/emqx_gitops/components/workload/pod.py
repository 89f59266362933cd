"""One broker as a bare Pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from emqx_gitops.components.site import Site
from emqx_gitops.components.workload.scheduling import Workload
from emqx_gitops.findings import Finding, Rule, Severity, Where

POD_IS_ONE_NODE = Rule(
    code="EG201",
    name="pod-is-one-node",
    severity=Severity.ERROR,
    what="A bare Pod is one node, and more are asked for.",
    why="Nothing makes a second Pod, and nothing replaces the first one when its machine goes.",
    fix="Set emqx.replicas to 1, or choose workload `statefulset` or `deployment`.",
    source="Kubernetes documentation, Pods",
)


class Pod(Workload):
    """Run one broker without a controller, to try things out: nothing restarts it elsewhere."""

    object_kind: ClassVar = "Pod"
    base: ClassVar = "pod"
    variants: ClassVar = ({"kind": "pod"},)

    kind: Literal["pod"] = "pod"

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse more than one node."""
        if site.replicas > 1:
            message = f"a bare Pod with {site.replicas} replicas"
            where = Where(environment=site.environment, path="workload.kind")
            yield POD_IS_ONE_NODE.at(where, message)


RULES = (POD_IS_ONE_NODE,)
