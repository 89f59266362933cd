"""Data that goes with its pod."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.choice import Quantity, to_bytes
from emqx_gitops.components.site import Site
from emqx_gitops.components.storage.volumes import Storage, mount, volume

_SIZE = "1Gi"


class Ephemeral(Storage):
    """Keep data in the pod: a restarted node starts empty and takes the cluster's copy."""

    persistent: ClassVar[bool] = False
    variants: ClassVar = ({"type": "ephemeral"},)

    type: Literal["ephemeral"] = "ephemeral"

    size: Quantity = _SIZE
    """Limit; a pod that writes more is evicted."""

    @property
    def disk_limit(self) -> str:
        """Limit of what a pod may write: its data, and as much again as logs may take."""
        if self.size == _SIZE:
            return super().disk_limit
        return str(to_bytes(self.size) + to_bytes("1Gi"))

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component, with the default limit."""
        yield Shared(path="storage/ephemeral", addition=_addition(_SIZE))

    def part(self, site: Site) -> Part:
        """Use the shared component, or another limit."""
        del site
        if self.size == _SIZE:
            return Part(components=("storage/ephemeral",))
        return Part(own=_addition(self.size))


def _addition(size: str) -> Addition:
    empty: dict[str, Any] = {"emptyDir": {"sizeLimit": size}}
    return Addition(pod=(mount(), volume(empty)))
