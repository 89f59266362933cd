"""An EMQX cluster as its manifests describe it: ours, a chart's, or anybody's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from emqx_gitops.emqx import Edition, Keys, Line, Version, hocon, line_of
from emqx_gitops.emqx import keys_of as names_of
from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.emqx.facts import Fact, Place
from emqx_gitops.review.effects.emqx.variables import Side, variables
from emqx_gitops.review.model import Item, Path, ids_of
from emqx_gitops.rules.lenient import mapping, number, text
from emqx_gitops.rules.pods import TEMPLATES, Container, Pod, read_pod

_EDITIONS: Mapping[str, Edition | None] = {
    "emqx": None,
    "emqx-edge": Edition.EDGE,
    "emqx-ee": Edition.ENTERPRISE,
    "emqx-enterprise": Edition.ENTERPRISE,
}
"""EMQX's own images, without registry and owner; None where the version decides."""

_SIGNS = tuple(
    f"EMQX_{root}__"
    for root in ("CLUSTER", "DASHBOARD", "LICENSE", "LISTENER", "LISTENERS", "NODE", "RPC")
)
"""How settings begin that only EMQX itself reads."""

_WORKLOADS = frozenset({"Deployment", "Pod", "ReplicaSet", "StatefulSet"})

_V59 = Version(5, 9, 0)


@dataclass(frozen=True, eq=False)
class Cluster:
    """The nodes of one workload, and what is set for them."""

    pod: Pod
    container: Container
    settings: Mapping[str, Fact]
    """Variables by name, as the kubelet sets them."""
    side: Side
    """All objects beside it."""

    @classmethod
    def of(cls, manifests: Iterable[Manifest]) -> Cluster | None:
        """Return the first cluster among *manifests*, None where there is none."""
        return next(clusters_of({ResourceId.of(each): each for each in manifests}), None)

    @cached_property
    def id(self) -> ResourceId:
        """The workload's identity."""
        return ResourceId.of(self.pod.owner)

    @property
    def name(self) -> str:
        """The workload's name."""
        return self.pod.name

    @property
    def namespace(self) -> str:
        """The workload's namespace, as commands name it."""
        return self.pod.namespace or "default"

    @property
    def kind(self) -> str:
        """The workload's kind."""
        return self.pod.kind

    @property
    def spec(self) -> Manifest:
        """The workload's ``spec``."""
        return mapping(self.pod.owner.get("spec"))

    @property
    def replicas(self) -> int:
        """How many nodes are asked for."""
        return 1 if self.kind == "Pod" else number(self.spec.get("replicas"), 1)

    @cached_property
    def version(self) -> Version | None:
        """The version that the image's tag names."""
        tag = self.container.image.partition("@")[0].rpartition("/")[2].partition(":")[2]
        match = re.match(r"[ve]?([0-9]+\.[0-9]+\.[0-9]+)(?![0-9])", tag)
        try:
            return Version.parse(match[1]) if match else None
        except ValueError:
            return None

    @property
    def edition(self) -> Edition:
        """The edition that the image's name tells; from 5.9 on there is one."""
        known = _EDITIONS.get(_image_name(self.container))
        version = self.version
        if known is None and version is not None and version >= _V59:
            return Edition.ENTERPRISE
        return known or Edition.OPENSOURCE

    @cached_property
    def line(self) -> Line:
        """The line, or the nearest to it that is known."""
        version = self.version
        if version is None:
            old = {"EMQX_CLUSTER__DISCOVERY", "EMQX_LISTENER__TCP__EXTERNAL"} & self.settings.keys()
            return Line.V4_4 if old else Line.V5_10
        oldest = Line.V5_7 if version < _V59 else Line.V6
        return line_of(version) or (Line.V4_4 if version.major < 5 else oldest)  # noqa: PLR2004

    @cached_property
    def keys(self) -> Keys:
        """The names that its generation has for settings."""
        return names_of(self.line)

    def get(self, *keys: str) -> str | None:
        """Return the value of the first of *keys* that is set, as EMQX reads it."""
        for key in keys:
            fact = self.settings.get(key)
            if fact is not None:
                value = fact.value
                return value if value is None or self.line.is_v4 else hocon.read(value)
        return None

    def at(self, *path: str | int | Item) -> Place:
        """Return a place in the workload."""
        return Place(self.id, path)

    @property
    def container_path(self) -> Path:
        """Where the container stands in the workload."""
        name = text(self.container.body.get("name"))
        return (*TEMPLATES[self.kind], "spec", "containers", Item((("name", name),)))

    def in_container(self, *path: str | int | Item) -> Place:
        """Return a place in the container."""
        return Place(self.id, (*self.container_path, *path))

    def in_pod(self, *path: str | int | Item) -> Place:
        """Return a place in the pod's specification."""
        return Place(self.id, (*TEMPLATES[self.kind], "spec", *path))

    def among(self, kind: str) -> Iterator[tuple[ResourceId, Manifest]]:
        """Yield the objects of *kind* beside it, in its namespace or without one."""
        for namespace in dict.fromkeys((self.pod.namespace, "")):
            for key in ids_of(self.side, kind, namespace):
                yield key, self.side[key]

    @property
    def nodes(self) -> str:
        """Its size in words."""
        return "1 node" if self.replicas == 1 else f"{self.replicas} nodes"


def clusters_of(side: Side, namespaces: frozenset[str] | None = None) -> Iterator[Cluster]:
    """Yield the clusters among the objects of *side*; only those in *namespaces* where given."""
    keys = [key for kind in _WORKLOADS for key in ids_of(side, kind)]
    for key in keys:
        here = namespaces is None or key.namespace in namespaces
        if here and key.group in {"", "apps"}:
            pod = read_pod(side[key])
            if pod is not None:
                yield from _clusters(pod, side)


def _clusters(pod: Pod, side: Side) -> Iterator[Cluster]:
    for container in pod.containers:
        if "initContainers" in container.path:
            continue
        name = Item((("name", text(container.body.get("name"))),))
        path: Path = (*TEMPLATES[pod.kind], "spec", "containers", name)
        settings = variables(pod, container, path, side)
        if _image_name(container) in _EDITIONS or _is_labelled(pod, settings):
            yield Cluster(pod, container, settings, side)
            return


def _is_labelled(pod: Pod, settings: Mapping[str, Fact]) -> bool:
    """Tell a mirrored image of another name by its settings, or by the usual label."""
    named = pod.labels.get("app.kubernetes.io/name") in _EDITIONS and len(pod.containers) == 1
    return named or any(key.startswith(_SIGNS) for key in settings)


def _image_name(container: Container) -> str:
    return container.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
