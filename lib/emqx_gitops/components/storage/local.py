"""A folder on a disk of one named Kubernetes node for each EMQX node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from emqx_gitops.components.addition import Addition, Part
from emqx_gitops.components.choice import AbsolutePath, ObjectName, Quantity
from emqx_gitops.components.site import Site
from emqx_gitops.components.storage.volumes import (
    PerNode,
    bound_volume,
    claim_template,
    node_folders,
)
from emqx_gitops.constructs import names
from emqx_gitops.findings import Finding, Rule, Severity, Where

LOCAL_NEEDS_NODES = Rule(
    code="EG503",
    name="local-needs-a-node-each",
    severity=Severity.ERROR,
    what="There are fewer nodes with a local disk than EMQX nodes.",
    why="The order of `storage.nodes` is the ordinal: a pod without a volume stays Pending.",
    fix="Name one Kubernetes node for each replica.",
    source="Kubernetes documentation, Persistent Volumes (local)",
)

LOCAL_NODE_TWICE = Rule(
    code="EG504",
    name="local-node-twice",
    severity=Severity.ERROR,
    what="One Kubernetes node is to hold the disks of two EMQX nodes.",
    why="When that machine fails, both nodes fail, and their disks with them.",
    fix="Name another Kubernetes node for each replica.",
    source="Kubernetes documentation, Persistent Volumes (local)",
)

RULES = (LOCAL_NEEDS_NODES, LOCAL_NODE_TWICE)


class Local(PerNode):
    """Keep each node's data on a disk of one Kubernetes node, to which its pod is then bound."""

    variants: ClassVar = (
        {
            "type": "local",
            "nodes": ["worker-1", "worker-2", "worker-3"],
            "path": "/var/lib/emqx",
            "size": "10Gi",
        },
    )

    type: Literal["local"] = "local"

    nodes: Annotated[tuple[ObjectName, ...], Field(min_length=1)]
    """Kubernetes nodes; their order is the ordinal, so append and never reorder."""

    path: AbsolutePath
    """Folder on each of them; data lies in `<path>/<namespace>/<pod>`."""

    size: Quantity
    """Capacity of each volume."""

    def part(self, site: Site) -> Part:
        """Add the claim template and one volume for each node, pinned to its machine."""
        folders = node_folders(site, self.path)
        volumes = tuple(
            bound_volume(
                site,
                ordinal,
                size=self.size,
                source={"local": {"path": folder}, "nodeAffinity": _pinned(node)},
            )
            for ordinal, (folder, node) in enumerate(zip(folders, self.nodes, strict=False))
        )
        template = claim_template(self.size, "")
        return Part(
            components=("storage/per-node",),
            own=Addition(workload=(template,), objects=volumes),
        )

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse too few machines, or one machine twice."""
        yield from super().findings(site)
        where = Where(environment=site.environment, path="storage.nodes")
        if len(self.nodes) < site.replicas:
            message = f"{len(self.nodes)} nodes for {site.replicas} replicas"
            yield LOCAL_NEEDS_NODES.at(where, message)
        twice = (node for node, count in Counter(self.nodes).items() if count > 1)
        for node in sorted(twice):
            yield LOCAL_NODE_TWICE.at(where, f"{node} is named more than once")

    def locations(self, site: Site) -> tuple[str, ...]:
        """Return each folder with its machine."""
        pairs = zip(self.nodes, node_folders(site, self.path), strict=False)
        return tuple(f"local://{node}{folder}" for node, folder in pairs)

    def prepare(self, site: Site) -> tuple[str, ...]:
        """Return what to run on each machine: the kubelet does not make local folders."""
        owner = f"{names.UID}:{names.UID}"
        pairs = zip(self.nodes, node_folders(site, self.path), strict=False)
        return tuple(
            f"ssh {node} 'mkdir -p {folder} && chown {owner} {folder}'" for node, folder in pairs
        )


def _pinned(node: str) -> dict[str, object]:
    term = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}}
