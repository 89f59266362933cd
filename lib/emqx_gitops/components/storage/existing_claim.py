"""One claim that exists already, for one node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from emqx_gitops.components.addition import Addition, Part
from emqx_gitops.components.choice import ObjectName
from emqx_gitops.components.site import Site
from emqx_gitops.components.storage.volumes import ONE_CLAIM_ONE_NODE, Storage, mount, volume
from emqx_gitops.findings import Finding, Where
from emqx_gitops.kustomize.documents import replace


class ExistingClaim(Storage):
    """Use a claim that somebody else made; it serves one node only."""

    variants: ClassVar = ({"type": "existingClaim", "claimName": "emqx-data"},)

    type: Literal["existingClaim"] = "existingClaim"

    claim_name: ObjectName
    """A PersistentVolumeClaim in the environment's namespace."""

    def part(self, site: Site) -> Part:
        """Mount the claim; a Deployment lets go of it before the next pod takes it."""
        claim = {"persistentVolumeClaim": {"claimName": self.claim_name}}
        recreate = (replace("/spec/strategy", {"type": "Recreate"}),)
        return Part(
            own=Addition(
                pod=(mount(), volume(claim)),
                workload=recreate if site.workload == "Deployment" else (),
            )
        )

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse several nodes on one claim."""
        if site.replicas > 1:
            message = f"claim {self.claim_name} for {site.replicas} nodes"
            where = Where(environment=site.environment, path="storage.claimName")
            yield ONE_CLAIM_ONE_NODE.at(where, message)
        else:
            yield from super().findings(site)
