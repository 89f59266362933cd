"""A volume for each node, provisioned by a storage class."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.choice import ObjectName, Quantity
from emqx_gitops.components.site import Site
from emqx_gitops.components.storage.volumes import PerNode, claim_template, mount


class StorageClass(PerNode):
    """Have a storage class of the cluster provision a volume for each node."""

    variants: ClassVar = ({"type": "storageClass", "class": "fast", "size": "10Gi"},)

    type: Literal["storageClass"] = "storageClass"

    class_: ObjectName | None = Field(default=None, alias="class")
    """Storage class; the cluster's default class where left out."""

    size: Quantity
    """Claim of each node; it cannot change later through a StatefulSet."""

    access_mode: Literal["ReadWriteOnce", "ReadWriteOncePod"] = "ReadWriteOnce"
    """`ReadWriteOncePod` keeps a second pod from the volume, where the driver can."""

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component: the mount; the claim template holds values."""
        yield Shared(path="storage/per-node", addition=Addition(pod=(mount(),)))

    def part(self, site: Site) -> Part:
        """Add the claim template."""
        del site
        template = claim_template(self.size, self.class_, access_mode=self.access_mode)
        return Part(components=("storage/per-node",), own=Addition(workload=(template,)))
