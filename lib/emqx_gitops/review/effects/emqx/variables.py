"""The variables of a container, worked out as the kubelet does, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.emqx.facts import Fact, Place, Source
from emqx_gitops.review.model import Item, Path
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.pods import Container, Pod

POD = "<pod>"
"""Stands for a name that the controller makes up, as a Deployment does."""

POD_IP = "<pod IP>"

_REFERENCE = re.compile(r"\$\$|\$\(([-._A-Za-z0-9]+)\)")

Side = Mapping[ResourceId, Manifest]


def first_pod(pod: Pod) -> str:
    """Return the name of the first pod, as far as it is known before it runs."""
    if pod.kind == "StatefulSet":
        ordinals = mapping(mapping(pod.owner.get("spec")).get("ordinals"))
        return f"{pod.name}-{ordinals.get('start', 0)}"
    return pod.name if pod.kind == "Pod" else POD


def variables(pod: Pod, container: Container, path: Path, side: Side) -> dict[str, Fact]:
    """Return the variables of *container*, which stands at *path* of its workload."""
    owner = ResourceId.of(pod.owner)
    known: dict[str, Fact] = {}
    for index, (kind, name, prefix) in enumerate(container.sources):
        here = Place(owner, (*path, "envFrom", index))
        for key, fact in _whole(kind, ResourceId("", kind, pod.namespace, name), here, side):
            known[prefix + key] = fact
    for each in container.env:
        name = text(each.get("name"))
        place = Place(owner, (*path, "env", Item((("name", name),))))
        known[name] = _single(each, place, pod, known, side)
    return known


def _whole(kind: str, key: ResourceId, here: Place, side: Side) -> Iterator[tuple[str, Fact]]:
    """Yield what a whole ConfigMap or Secret brings."""
    manifest = side.get(key, {})
    for name, value in mapping(manifest.get("data")).items():
        if kind == "Secret":
            yield name, Fact(None, (Source(here, f"Secret {key.name}"),), (key.name, name))
        elif type(value) is str:
            yield name, Fact(value, (Source(Place(key, ("data", name)), value),))
    if kind == "Secret":
        for name in mapping(manifest.get("stringData")):
            yield name, Fact(None, (Source(here, f"Secret {key.name}"),), (key.name, name))


def _single(entry: Manifest, place: Place, pod: Pod, known: Mapping[str, Fact], side: Side) -> Fact:
    value_from = mapping(entry.get("valueFrom"))
    if not value_from:
        return _expanded(text(entry.get("value")), place, known)
    secret = mapping(value_from.get("secretKeyRef"))
    if secret:
        said = f"key {secret.get('key')} of Secret {secret.get('name')}"
        name_and_key = text(secret.get("name")), text(secret.get("key"))
        return Fact(None, (Source(place, said),), name_and_key)
    configmap = mapping(value_from.get("configMapKeyRef"))
    if configmap:
        return _of_map(configmap, place, pod.namespace, side)
    field = text(mapping(value_from.get("fieldRef")).get("fieldPath"))
    return _of_field(field, place, pod)


def _of_map(reference: Manifest, place: Place, namespace: str, side: Side) -> Fact:
    name, key = text(reference.get("name")), text(reference.get("key"))
    owner = ResourceId("", "ConfigMap", namespace, name)
    value: Any = mapping(mapping(side.get(owner)).get("data")).get(key)
    nearest = Source(place, f"key {key} of ConfigMap {name}")
    if type(value) is not str:
        return Fact(None, (nearest,))
    # The value first: a generated map has another name whenever it changes.
    return Fact(value, (Source(Place(owner, ("data", key)), value), nearest))


def _of_field(field: str, place: Place, pod: Pod) -> Fact:
    nearest = Source(place, field)
    owner = ResourceId.of(pod.owner)
    if field == "metadata.namespace":
        where = Source(Place(owner, ("metadata", "namespace")), pod.namespace)
        return Fact(pod.namespace or "default", (nearest, where))
    if field == "metadata.name":
        where = Source(Place(owner, ("metadata", "name")), pod.name)
        return Fact(first_pod(pod), (nearest, where))
    value = POD_IP if field in {"status.podIP", "status.podIPs"} else f"<{field or 'unknown'}>"
    return Fact(value, (nearest,))


def _expanded(raw: str, place: Place, known: Mapping[str, Fact]) -> Fact:
    """Put earlier variables into *raw*, as the kubelet does in ``value`` and nowhere else."""
    sources = [Source(place, raw)]
    unknown = False

    def put(match: re.Match[str]) -> str:
        nonlocal unknown
        fact = known.get(match[1]) if match[1] else None
        if fact is None:
            return "$" if match[0] == "$$" else match[0]
        sources.extend(fact.sources)
        unknown = unknown or fact.value is None
        return fact.value or ""

    value = _REFERENCE.sub(put, raw)
    return Fact(None if unknown else value, tuple(sources))


def volumes_of(pod: Pod) -> dict[str, Manifest]:
    """Return the volumes of *pod* by name."""
    return {text(each.get("name")): each for each in entries(pod.spec.get("volumes"))}
