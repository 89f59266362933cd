"""Brokers as a Deployment."""

from __future__ import annotations

from typing import ClassVar, Literal

from emqx_gitops.components.workload.scheduling import Workload


class Deployment(Workload):
    """Run brokers without identity: new pods come before old ones go; no volume of their own."""

    object_kind: ClassVar = "Deployment"
    base: ClassVar = "deployment"
    variants: ClassVar = ({"kind": "deployment"},)

    kind: Literal["deployment"] = "deployment"
