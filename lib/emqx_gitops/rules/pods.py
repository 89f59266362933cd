"""
What rules need to know of pods, gathered in one walk over each pod's specification.

A pod here is a template of a workload as well as a bare Pod.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.lenient import entries, mapping, number, text

_TEMPLATE = ("spec", "template")

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": _TEMPLATE,
    "Deployment": _TEMPLATE,
    "Job": _TEMPLATE,
    "Pod": (),
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
}
"""Where each kind of workload keeps its pod."""

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")

_CONTAINERS = ("initContainers", "containers")

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


@dataclass(frozen=True, slots=True)
class Container:
    """A container, with what several rules look at."""

    path: str
    body: Manifest
    image: str
    env: list[Manifest]
    sources: list[tuple[str, str, str]]
    """Kind, name and prefix of each ``envFrom``, in order."""

    ports: dict[str, int]
    """Ports by name."""

    probes: list[tuple[str, Any]]
    """Path and port of each probe that connects to one."""


@dataclass(frozen=True, slots=True)
class Pod:
    """A bare Pod, or the pods of a workload."""

    owner: Manifest
    kind: str
    """Kind of the owner."""

    name: str
    """Name of the owner."""

    namespace: str
    path: str
    """Where the pod's specification stands in the owner: ``spec.template.spec``."""

    labels: Manifest
    spec: Manifest
    replicas: int
    containers: tuple[Container, ...]
    references: tuple[Reference, ...]

    @property
    def account(self) -> str:
        """Name of the ServiceAccount."""
        return text(self.spec.get("serviceAccountName")) or "default"


def read_pod(owner: Manifest) -> Pod | None:
    """Return the pod in *owner*; None where it holds none."""
    keys = TEMPLATES.get(owner["kind"])
    if keys is None:
        return None
    template = owner
    for key in keys:
        template = mapping(template.get(key))
    spec = mapping(template.get("spec"))
    path = ".".join((*keys, "spec"))
    meta = mapping(owner.get("metadata"))
    containers = tuple(
        _container(f"{path}.{kind}[{index}]", body)
        for kind in _CONTAINERS
        for index, body in enumerate(entries(spec.get(kind)))
    )
    return Pod(
        owner=owner,
        kind=owner["kind"],
        name=text(meta.get("name")),
        namespace=text(meta.get("namespace")),
        path=path,
        labels=mapping(mapping(template.get("metadata")).get("labels")),
        spec=spec,
        replicas=_replicas(owner),
        containers=containers,
        references=(*_of_spec(spec, path), *(r for each in containers for r in _of_env(each))),
    )


def _replicas(owner: Manifest) -> int:
    spec = mapping(owner.get("spec"))
    if owner["kind"] == "DaemonSet":
        return 2
    return (
        number(spec.get("parallelism"), 1)
        if owner["kind"] == "Job"
        else number(spec.get("replicas"), 1)
    )


def _container(path: str, body: Manifest) -> Container:
    sources = []
    for each in entries(body.get("envFrom")):
        prefix = text(each.get("prefix"))
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if field in each:
                sources.append((kind, text(mapping(each[field]).get("name")), prefix))
    return Container(
        path=path,
        body=body,
        image=text(body.get("image")),
        env=entries(body.get("env")),
        sources=sources,
        ports={
            text(each.get("name")): number(each.get("containerPort"), 0)
            for each in entries(body.get("ports"))
            if "name" in each
        },
        probes=list(_probes(path, body)),
    )


def _probes(path: str, body: Manifest) -> Iterator[tuple[str, Any]]:
    for name in PROBES:
        probe = mapping(body.get(name))
        for how in ("httpGet", "tcpSocket", "grpc"):
            if how in probe:
                yield f"{path}.{name}.{how}.port", mapping(probe[how]).get("port")


def _of_env(container: Container) -> Iterator[Reference]:
    for index, each in enumerate(container.env):
        source = each.get("valueFrom")
        if source is None:
            continue
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            ref = mapping(mapping(source).get(field))
            if ref and ref.get("optional") is not True:
                path = f"{container.path}.env[{index}].valueFrom.{field}"
                yield Reference(kind, text(ref.get("name")), path, (text(ref.get("key")),))
    for index, each in enumerate(entries(container.body.get("envFrom"))):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            ref = mapping(each.get(field))
            if ref and ref.get("optional") is not True:
                path = f"{container.path}.envFrom[{index}].{field}"
                yield Reference(kind, text(ref.get("name")), path)


def _of_spec(spec: Manifest, path: str) -> Iterator[Reference]:
    account = text(spec.get("serviceAccountName"))
    if account:
        yield Reference("ServiceAccount", account, f"{path}.serviceAccountName")
    for index, each in enumerate(entries(spec.get("imagePullSecrets"))):
        yield Reference("Secret", text(each.get("name")), f"{path}.imagePullSecrets[{index}]")
    for index, each in enumerate(entries(spec.get("volumes"))):
        yield from _of_volume(each, f"{path}.volumes[{index}]")


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
