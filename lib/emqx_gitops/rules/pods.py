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
from emqx_gitops.rules.pod_references import CONTAINERS, Reference, references_of

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

_MOST = 1000
"""Replicas whose claims are named one by one."""

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


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
        for kind in CONTAINERS
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
        references=tuple(references_of(spec, path)),
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


def claim_templates(pod: Pod) -> list[Manifest]:
    """Return the claim templates of a StatefulSet; none for other workloads."""
    return entries(mapping(pod.owner.get("spec")).get("volumeClaimTemplates"))


def claim_names(pod: Pod, template: Manifest) -> list[str]:
    """Return the names of the claims that a StatefulSet makes from *template*, by ordinal."""
    start = mapping(mapping(pod.owner.get("spec")).get("ordinals")).get("start")
    first = number(start, 0)
    prefix = f"{text(mapping(template.get('metadata')).get('name'))}-{pod.name}"
    return [f"{prefix}-{ordinal}" for ordinal in range(first, first + min(pod.replicas, _MOST))]
