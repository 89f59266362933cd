"""What a choice adds to the base: settings, operations on the pod, objects of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emqx_gitops.constructs import names
from emqx_gitops.kustomize.documents import (
    ConfigMapGenerator,
    Image,
    Kustomization,
    Operation,
    Patch,
    Target,
)
from emqx_gitops.manifests import Manifest

CONTROLLERS = "StatefulSet|Deployment"
"""Workloads whose pod lies in a template."""

TEMPLATE = "/spec/template"


@dataclass(frozen=True, kw_only=True)
class Addition:
    """
    Changes to the base, whichever workload it has.

    *pod* holds operations whose paths start at the pod template (``/spec/containers/0/env/-``),
    *workload* such on the workload itself, *patches* those on other objects by kind and name.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    pod: tuple[Operation, ...] = ()
    workload: tuple[Operation, ...] = ()
    patches: Mapping[tuple[str, str], tuple[Operation, ...]] = field(default_factory=dict)
    objects: tuple[Manifest, ...] = ()
    generators: tuple[ConfigMapGenerator, ...] = ()
    images: tuple[Image, ...] = ()
    replicas: Mapping[str, int] = field(default_factory=dict)

    def kustomization(self, *, workload: str = "", source: str = "") -> Kustomization:
        """
        Return the component that makes these changes.

        Without *workload*, the kind is open: each patch of the pod is written twice, for workloads
        with a template and for a bare Pod, and exactly one of the two finds its target.
        """
        merged = ConfigMapGenerator(name=names.SETTINGS, settings=self.settings, behavior="merge")
        return Kustomization(
            kind="Component",
            objects=self.objects,
            generators=((merged,) if self.settings else ()) + self.generators,
            images=self.images,
            replicas=self.replicas,
            patches=(*self._workload_patches(workload), *self._other_patches()),
            source=source,
        )

    def _workload_patches(self, workload: str) -> Iterable[Patch]:
        if workload:
            prefix = "" if workload == "Pod" else TEMPLATE
            operations = (*_below(prefix, self.pod), *self.workload)
            if operations:
                yield _patch(workload, operations, f"patch-{workload.lower()}-{names.BROKER}.yaml")
            return
        if self.workload:
            yield _patch(CONTROLLERS, self.workload, "patch-workload.yaml")
        if self.pod:
            yield _patch(CONTROLLERS, _below(TEMPLATE, self.pod), "patch-pod-template.yaml")
            yield _patch("Pod", self.pod, "patch-pod.yaml")

    def _other_patches(self) -> Iterable[Patch]:
        for (kind, name), operations in sorted(self.patches.items()):
            if operations:
                yield Patch(
                    file=f"patch-{kind.lower()}-{name}.yaml",
                    target=Target(kind=kind, name=name),
                    operations=operations,
                )


def combine(additions: Iterable[Addition]) -> Addition:
    """
    Return one addition that makes the changes of all, in order.

    Raises ValueError when two of them set the same setting.
    """
    items = tuple(additions)
    settings: dict[str, str] = {}
    patches: dict[tuple[str, str], tuple[Operation, ...]] = {}
    for item in items:
        twice = settings.keys() & item.settings.keys()
        if twice:
            msg = f"two choices set {', '.join(sorted(twice))}"
            raise ValueError(msg)
        settings |= item.settings
        for target, operations in item.patches.items():
            patches[target] = patches.get(target, ()) + operations
    return Addition(
        settings=settings,
        patches=patches,
        pod=tuple(op for item in items for op in item.pod),
        workload=tuple(op for item in items for op in item.workload),
        objects=tuple(each for item in items for each in item.objects),
        generators=tuple(each for item in items for each in item.generators),
        images=tuple(each for item in items for each in item.images),
        replicas={name: count for item in items for name, count in item.replicas.items()},
    )


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A component under ``dist/components`` that is the same for all environments."""

    path: str
    addition: Addition


@dataclass(frozen=True, kw_only=True)
class Part:
    """
    What one choice means for one environment.

    *components* are paths below ``dist/components``, *own* is what only this environment has.
    """

    components: tuple[str, ...] = ()
    own: Addition = field(default_factory=Addition)


def _patch(kind: str, operations: tuple[Operation, ...], file: str) -> Patch:
    return Patch(file=file, target=Target(kind=kind, name=names.BROKER), operations=operations)


def _below(prefix: str, operations: Iterable[Operation]) -> tuple[Operation, ...]:
    return tuple(each | {"path": prefix + each["path"]} for each in operations)
