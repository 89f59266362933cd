"""The objects of one overlay, sorted once for all rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emqx_gitops.findings import Finding, Rule, Where
from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.rules.kinds import BUILT_IN, group_of
from emqx_gitops.rules.lenient import mapping, text
from emqx_gitops.rules.pods import Container, Pod, read_pod
from emqx_gitops.rules.subjects import Rendered

_IMAGES = frozenset({"emqx", "emqx-edge", "emqx-ee", "emqx-enterprise"})
"""Names of EMQX's own images, without registry and owner."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A container that runs EMQX, with its settings."""

    pod: Pod
    container: Container
    settings: Mapping[str, str | None]
    """Variables by name; None where the value comes from elsewhere."""

    complete: bool
    """Whether all of them are known: an ``envFrom`` may name what is not rendered here."""


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of one overlay, by kind and by name."""

    rendered: Rendered
    kinds: Mapping[str, list[Manifest]]
    """Objects of built-in kinds, by kind."""

    index: Mapping[tuple[str, str, str], Manifest]
    """The same by kind, namespace and name."""

    custom: list[Manifest]
    """Objects of kinds that some controller brought."""

    pods: tuple[Pod, ...]
    brokers: tuple[Broker, ...]

    def of(self, kind: str) -> list[Manifest]:
        """Return the objects of a built-in *kind*."""
        return self.kinds.get(kind, [])

    def find(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return the object of that name."""
        return self.index.get((kind, namespace, name))

    def at(
        self, rule: Rule, manifest: Manifest, path: str, message: str, fix: str | None = None
    ) -> Finding:
        """Return a finding of *rule* about the value at *path* of *manifest*."""
        where = Where(
            file=self.rendered.file,
            environment=self.rendered.name,
            resource=str(ResourceId.of(manifest)),
            path=path,
        )
        return rule.at(where, message, fix)


def sort_objects(rendered: Rendered) -> Objects:
    """Return the objects of *rendered*, sorted."""
    kinds: dict[str, list[Manifest]] = {}
    index: dict[tuple[str, str, str], Manifest] = {}
    custom = []
    pods = []
    for manifest in rendered.manifests:
        kind = manifest["kind"]
        if group_of(manifest) not in BUILT_IN:
            custom.append(manifest)
            continue
        kinds.setdefault(kind, []).append(manifest)
        meta = mapping(manifest.get("metadata"))
        index[kind, text(meta.get("namespace")), text(meta.get("name"))] = manifest
        pod = read_pod(manifest)
        if pod:
            pods.append(pod)
    brokers = tuple(each for pod in pods for each in _brokers(pod, index))
    return Objects(rendered, kinds, index, custom, tuple(pods), brokers)


def variables(
    container: Container, namespace: str, index: Mapping[tuple[str, str, str], Manifest]
) -> tuple[dict[str, str | None], bool]:
    """Return the variables of *container* as the kubelet sets them, and whether all are known."""
    found: dict[str, str | None] = {}
    complete = True
    for kind, name, prefix in container.sources:
        source = index.get((kind, namespace, name))
        if source is None:
            complete = False
            continue
        for key, value in mapping(source.get("data")).items():
            found[prefix + key] = value if kind == "ConfigMap" and type(value) is str else None
        for key in mapping(source.get("stringData")):
            found[prefix + key] = None
    for each in container.env:
        literal = each.get("value")
        found[text(each.get("name"))] = literal if type(literal) is str else None
    return found, complete


def mentioned(manifests: Iterable[Manifest]) -> frozenset[str]:
    """Return every string value in *manifests*: names of what their controllers may make."""

    def strings(value: Any) -> Iterator[str]:
        if type(value) is str:
            yield value
        elif type(value) is dict:
            for each in value.values():
                yield from strings(each)
        elif type(value) is list:
            for each in value:
                yield from strings(each)

    return frozenset(word for manifest in manifests for word in strings(manifest))


def _brokers(pod: Pod, index: Mapping[tuple[str, str, str], Manifest]) -> Iterator[Broker]:
    for container in pod.containers:
        settings, complete = variables(container, pod.namespace, index)
        name = container.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
        if name in _IMAGES or any(key.startswith("EMQX_") and "__" in key for key in settings):
            yield Broker(pod, container, settings, complete)
