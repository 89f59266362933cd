"""Brokers as a StatefulSet."""

from __future__ import annotations

from typing import ClassVar, Literal

from emqx_gitops.components.workload.scheduling import Workload


class StatefulSet(Workload):
    """Run brokers with stable names and, where asked, a volume each."""

    object_kind: ClassVar = "StatefulSet"
    base: ClassVar = "statefulset"
    variants: ClassVar = ({"kind": "statefulset"},)

    kind: Literal["statefulset"] = "statefulset"
