"""The names of other objects in a pod's specification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.lenient import entries, mapping, text

CONTAINERS = ("initContainers", "containers")

_SOURCES = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that must be there before a pod can start."""

    kind: str
    name: str
    path: str
    """Where it stands in the object that holds the pod."""

    keys: tuple[str, ...] = ()
    """Keys that a ConfigMap or Secret must have."""


def references_of(spec: Manifest, path: str) -> Iterator[Reference]:
    """Yield the names in a pod's specification, which stands at *path* of its owner."""
    account = text(spec.get("serviceAccountName"))
    if account:
        yield Reference("ServiceAccount", account, f"{path}.serviceAccountName")
    for index, each in enumerate(entries(spec.get("imagePullSecrets"))):
        yield Reference("Secret", text(each.get("name")), f"{path}.imagePullSecrets[{index}]")
    for index, each in enumerate(entries(spec.get("volumes"))):
        yield from _of_volume(each, f"{path}.volumes[{index}]")
    for kind in CONTAINERS:
        for index, each in enumerate(entries(spec.get(kind))):
            yield from _of_container(each, f"{path}.{kind}[{index}]")


def _of_container(container: Manifest, path: str) -> Iterator[Reference]:
    for index, each in enumerate(entries(container.get("env"))):
        source = each.get("valueFrom")
        if source is None:
            continue
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            ref = mapping(mapping(source).get(field))
            if ref and ref.get("optional") is not True:
                place = f"{path}.env[{index}].valueFrom.{field}"
                yield Reference(kind, text(ref.get("name")), place, (text(ref.get("key")),))
    for index, each in enumerate(entries(container.get("envFrom"))):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            ref = mapping(each.get(field))
            if ref and ref.get("optional") is not True:
                place = f"{path}.envFrom[{index}].{field}"
                yield Reference(kind, text(ref.get("name")), place)


def _of_volume(volume: Manifest, path: str) -> Iterator[Reference]:
    claim = volume.get("persistentVolumeClaim")
    if claim is not None:
        name = text(mapping(claim).get("claimName"))
        yield Reference("PersistentVolumeClaim", name, f"{path}.persistentVolumeClaim")
    for field, (kind, key) in _SOURCES.items():
        if field in volume:
            yield from _of_source(mapping(volume[field]), kind, key, f"{path}.{field}")
    for index, each in enumerate(entries(mapping(volume.get("projected")).get("sources"))):
        for field, (kind, _) in _SOURCES.items():
            if field in each:
                place = f"{path}.projected.sources[{index}].{field}"
                yield from _of_source(mapping(each[field]), kind, "name", place)


def _of_source(source: Manifest, kind: str, key: str, path: str) -> Iterator[Reference]:
    if source.get("optional") is not True:
        keys = tuple(text(item.get("key")) for item in entries(source.get("items")))
        yield Reference(kind, text(source.get(key)), path, keys)
