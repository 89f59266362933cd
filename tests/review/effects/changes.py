"""Small objects, and what a review says of a change to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.compare import compare
from emqx_gitops.review.effects.registry import effects_of
from emqx_gitops.review.model import Apply, Change, Effect, Object, Surroundings

LABELS = {"app": "emqx"}
GUARDS = {
    "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}
ALL = frozenset(Apply)
TEMPLATE = ("spec", "template", "spec")
CONTAINER = (*TEMPLATE, "containers", 0)
"""Where the pods of a workload stand, and their only container."""

Edit = Callable[[Manifest], object]


def made(kind: str, api: str = "v1", name: str = "emqx", **parts: Any) -> Manifest:
    """Return an object in namespace `demo`."""
    metadata = {"name": name, "namespace": "demo", "labels": dict(LABELS), "annotations": {}}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **deepcopy(parts)}


_SECURE = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}
POD: Manifest = {
    "containers": [
        {
            "name": "emqx",
            "image": "emqx/emqx:5.8.9",
            "env": [{"name": "HOME", "value": "/home"}, {"name": "LANG", "value": "C"}],
            "ports": [{"name": "mqtt", "containerPort": 1883, "protocol": "TCP"}],
            "resources": {"limits": {"memory": "1Gi"}},
            "securityContext": _SECURE,
        }
    ],
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "serviceAccountName": "emqx",
}


def workload(kind: str = "StatefulSet", replicas: int = 3, **spec: Any) -> Manifest:
    """Return a workload of three pods."""
    template = {"metadata": {"labels": dict(LABELS)}, "spec": POD}
    base = {"replicas": replicas, "selector": {"matchLabels": dict(LABELS)}, "template": template}
    return made(kind, "apps/v1", spec={**base, **spec})


def claiming(**spec: Any) -> Manifest:
    """Return a StatefulSet with a claim for each pod."""
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
    }
    return workload(serviceName="headless", volumeClaimTemplates=[claim], **spec)


def service(**spec: Any) -> Manifest:
    """Return a Service before those pods."""
    ports = [{"name": "mqtt", "port": 1883, "targetPort": "mqtt", "protocol": "TCP"}]
    return made("Service", spec={"selector": dict(LABELS), "ports": ports, **spec})


def edited(old: Manifest, edit: Edit) -> Manifest:
    """Return a copy of *old* that *edit* has changed."""
    new = deepcopy(old)
    edit(new)
    return new


def told(
    old: Manifest | None,
    new: Manifest | None,
    beside: Iterable[Manifest] = (),
    *,
    beside_old: Iterable[Manifest] | None = None,
    apply: frozenset[Apply] = ALL,
) -> tuple[Effect, ...]:
    """Return all that a review says of one object, with others *beside* it on both sides."""
    sides = [None if each is None else Object(each) for each in (old, new)]
    fields = compare(old, new) if old is not None and new is not None else ()
    rest = list(beside)
    before = rest if beside_old is None else list(beside_old)
    around = Surroundings(_by_id(before, old), _by_id(rest, new), apply)
    return effects_of(Change(sides[0], sides[1], fields), around)


def effects(
    old: Manifest | None, new: Manifest | None, beside: Iterable[Manifest] = (), **how: Any
) -> tuple[Effect, ...]:
    """Return what a review says of one object, but for what it says of EMQX."""
    return tuple(each for each in told(old, new, beside, **how) if each.rule.code < "EG900")


def _by_id(objects: Iterable[Manifest], own: Manifest | None) -> dict[ResourceId, Manifest]:
    return {ResourceId.of(each): each for each in (*objects, own) if each is not None}


def codes(
    old: Manifest | None, new: Manifest | None, beside: Iterable[Manifest] = (), **how: Any
) -> set[str]:
    """Return the codes of what a review says of one object."""
    return {each.rule.code for each in effects(old, new, beside, **how)}


def at(manifest: Manifest, *steps: str | int) -> Any:
    """Return what stands at *steps*."""
    found: Any = manifest
    for step in steps:
        found = found[step]
    return found


def put(*steps: Any) -> Edit:
    """Return an edit that puts the last of *steps* at the ones before."""
    *path, key, value = steps

    def edit(manifest: Manifest) -> None:
        at(manifest, *path)[key] = deepcopy(value)

    return edit


def drop(*steps: str | int) -> Edit:
    """Return an edit that takes out what stands at *steps*."""
    *path, key = steps

    def edit(manifest: Manifest) -> None:
        del at(manifest, *path)[key]

    return edit
