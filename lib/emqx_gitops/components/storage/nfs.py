"""A folder on an NFS server for each node."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from emqx_gitops.components.addition import Addition, Part
from emqx_gitops.components.choice import AbsolutePath, Host, ObjectName, Quantity
from emqx_gitops.components.site import Site
from emqx_gitops.components.storage.volumes import (
    PerNode,
    bound_volume,
    claim_template,
    node_folders,
)
from emqx_gitops.constructs import names


class Nfs(PerNode):
    """
    Keep each node's data on an NFS server.

    With `server` and `path`, folders that exist are bound to nodes; with `class`, a CSI driver for
    NFS makes them.
    """

    variants: ClassVar = (
        {"type": "nfs", "server": "nfs.example.com", "path": "/srv/emqx", "size": "10Gi"},
        {"type": "nfs", "class": "nfs-csi", "size": "10Gi"},
    )

    type: Literal["nfs"] = "nfs"

    server: Host | None = None
    """Host name or address of the server, as nodes of the cluster reach it."""

    path: AbsolutePath | None = None
    """Exported folder; each node gets `<path>/<namespace>/<pod>` below it."""

    class_: ObjectName | None = Field(default=None, alias="class")
    """Storage class of a CSI driver, in place of `server` and `path`."""

    mount_options: tuple[str, ...] = ("hard", "nfsvers=4.1")
    """Options of static volumes; a soft mount would give EMQX's database write errors."""

    size: Quantity
    """Claim of each node."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        static = self.server is not None and self.path is not None
        halved = (self.server is None) != (self.path is None)
        if halved or static == (self.class_ is not None):
            msg = "does not say where data lies; give server and path, or else class"
            raise ValueError(msg)
        return self

    def part(self, site: Site) -> Part:
        """Add the claim template and, for folders that exist, one volume for each node."""
        if self.class_ is not None:
            template = claim_template(self.size, self.class_)
            return Part(components=("storage/per-node",), own=Addition(workload=(template,)))
        volumes = tuple(
            bound_volume(
                site,
                ordinal,
                size=self.size,
                source={
                    "mountOptions": list(self.mount_options),
                    "nfs": {"path": folder, "server": self.server},
                },
            )
            for ordinal, folder in enumerate(self._folders(site))
        )
        template = claim_template(self.size, "")
        return Part(
            components=("storage/per-node",),
            own=Addition(workload=(template,), objects=volumes),
        )

    def locations(self, site: Site) -> tuple[str, ...]:
        """Return each folder with its server."""
        return tuple(f"nfs://{self.server}{folder}" for folder in self._folders(site))

    def prepare(self, site: Site) -> tuple[str, ...]:
        """Return what to run on the server: Kubernetes neither makes nor owns NFS folders."""
        folders = " ".join(self._folders(site))
        if not folders:
            return ()
        owner = f"{names.UID}:{names.UID}"
        return (
            f"# on {self.server}",
            f"mkdir -p {folders}",
            f"chown {owner} {folders}",
        )

    def _folders(self, site: Site) -> tuple[str, ...]:
        return node_folders(site, self.path) if self.path is not None else ()
