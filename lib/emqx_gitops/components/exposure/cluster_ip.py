"""Clients inside the cluster only."""

from __future__ import annotations

from typing import ClassVar, Literal

from emqx_gitops.components.addition import Part
from emqx_gitops.components.exposure.service import Exposure
from emqx_gitops.components.site import Site


class ClusterIp(Exposure):
    """Serve clients inside the cluster only."""

    object_type: ClassVar = "ClusterIP"
    variants: ClassVar = ({"type": "clusterIp"},)

    type: Literal["clusterIp"] = "clusterIp"

    def part(self, site: Site) -> Part:
        """Set the ports where they are not the usual ones."""
        return Part(own=self.service(site))
