"""What workload choices share: where pods may run, and how they are spread."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from emqx_gitops.components.addition import Addition, Part
from emqx_gitops.components.choice import Choice, Fields, LabelKey, LabelValue, ObjectName
from emqx_gitops.components.site import Site
from emqx_gitops.constructs import pod
from emqx_gitops.kustomize.documents import Operation, add, pointer, replace


class Toleration(Fields):
    """A taint that pods put up with, as Kubernetes writes it."""

    key: LabelKey | None = None
    """Key of the taint; every taint where left out."""

    operator: Literal["Equal", "Exists"] = "Equal"
    """`Exists` needs no value."""

    value: LabelValue | None = None
    """Value of the taint."""

    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """Effect of the taint; every effect where left out."""

    toleration_seconds: int | None = None
    """How long a `NoExecute` taint is put up with; for ever where left out."""

    @model_validator(mode="after")
    def _as_kubernetes_takes_it(self) -> Self:
        if self.operator == "Exists" and self.value is not None:
            raise ValueError("Exists compares no value; remove `value`, or write `operator: Equal`")
        if self.operator == "Equal" and self.key is None:
            raise ValueError("no key means every taint; write `key`, or `operator: Exists`")
        if self.toleration_seconds is not None and self.effect != "NoExecute":
            raise ValueError("only `NoExecute` has a time; write `effect: NoExecute`")
        return self


class Spread(Fields):
    """How pods are spread."""

    over: LabelKey = "kubernetes.io/hostname"
    """Node label whose values are the domains to spread over."""

    required: bool = False
    """Leave a pod Pending rather than put two into one domain more than into another."""


class Workload(Choice):
    """What runs the brokers, and where its pods may run."""

    object_kind: ClassVar[Literal["StatefulSet", "Deployment", "Pod"]]
    """Kubernetes kind."""

    base: ClassVar[str]
    """Folder below ``dist/base``."""

    node_selector: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels that a node must have."""

    tolerations: tuple[Toleration, ...] = ()
    """Taints that pods put up with."""

    priority_class_name: ObjectName | None = None
    """PriorityClass of the pods."""

    spread: Spread = Spread()
    """How pods are spread; over machines, where there is room, unless said."""

    grace_period_seconds: Annotated[int, Field(ge=120, le=86400)] = pod.GRACE_SECONDS
    """Time for a node to stop; EMQX itself waits 120 s."""

    min_ready_seconds: Annotated[int, Field(ge=30, le=3600)] = pod.MIN_READY_SECONDS
    """How long a node must be ready before the next one is touched."""

    annotations: dict[LabelKey, str] = Field(default_factory=dict)
    """Annotations on the pods."""

    def part(self, site: Site) -> Part:
        """Set what differs from the base."""
        del site
        operations: list[Operation] = []
        if self.node_selector:
            operations.append(add("/spec/nodeSelector", dict(self.node_selector)))
        if self.tolerations:
            entries = [
                each.model_dump(by_alias=True, exclude_none=True) for each in self.tolerations
            ]
            operations.append(add("/spec/tolerations", entries))
        if self.priority_class_name:
            operations.append(add("/spec/priorityClassName", self.priority_class_name))
        if self.spread != Spread():
            constraint = pod.spread(required=self.spread.required, key=self.spread.over)
            operations.append(replace("/spec/topologySpreadConstraints/0", constraint))
        if self.grace_period_seconds != pod.GRACE_SECONDS:
            path = "/spec/terminationGracePeriodSeconds"
            operations.append(replace(path, self.grace_period_seconds))
        operations.extend(annotate(*pair) for pair in sorted(self.annotations.items()))
        own: tuple[Operation, ...] = ()
        if self.min_ready_seconds != pod.MIN_READY_SECONDS and self.object_kind != "Pod":
            own = (replace("/spec/minReadySeconds", self.min_ready_seconds),)
        return Part(own=Addition(pod=tuple(operations), workload=own))


def annotate(key: str, value: str) -> Operation:
    """Return the operation that puts an annotation on the pods."""
    return add(f"/metadata/annotations/{pointer(key)}", value)
