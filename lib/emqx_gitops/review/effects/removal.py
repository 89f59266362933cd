"""Objects that go, or come back under another name or kind."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects import removal_rules as rules
from emqx_gitops.review.effects.pods import (
    WORKLOADS,
    command,
    count,
    kind_of,
    pod_spec,
    title,
    workloads,
)
from emqx_gitops.review.effects.reading import at, listed, mappings
from emqx_gitops.review.effects.selecting import selected
from emqx_gitops.review.effects.ways import PRUNING, named, pruning
from emqx_gitops.review.model import Change, Effect, EffectRule, Kind, Surroundings

DATA = frozenset(
    {"CustomResourceDefinition", "Namespace", "PersistentVolume", "PersistentVolumeClaim"}
)
"""Kinds that hold data, or that take others along when they go."""

_SERVING = WORKLOADS | {"CronJob", "Pod"}
_ROADS = frozenset({"Gateway", "HTTPRoute", "Ingress", "Service", "TCPRoute", "TLSRoute"})
_METRICS = frozenset({"PodMonitor", "Probe", "PrometheusRule", "ServiceMonitor"})
_RIGHTS = frozenset({"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what is lost with an object that goes, is renamed or becomes another kind."""
    if change.old is None or change.kind in {Kind.ADDED, Kind.CHANGED}:
        return
    if change.kind is Kind.RENAMED:
        yield from _renamed(change)
    elif change.kind is Kind.REPLACED:
        yield from _replaced(change)
    else:
        yield from _removed(change.old.manifest, surroundings)


def _removed(old: Manifest, surroundings: Surroundings) -> Iterator[Effect]:
    ways = pruning(old, surroundings.apply)
    if not ways:
        yield _stays(old, surroundings)
        return
    who = named(ways)
    verb = "deletes" if len(ways) == 1 else "delete"
    rule, what = _loss(old, surroundings)
    yield rule.on((), f"{who} {verb} {title(old)}{what}")


def _stays(old: Manifest, surroundings: Surroundings) -> Effect:
    guarded = bool(surroundings.apply & {*PRUNING})
    why = "a guard says so" if guarded else "kubectl apply deletes nothing"
    advice = f"Delete it by hand when it is not needed any more:\n{command(old, 'delete')}"
    return rules.STAYS.on((), f"{title(old)} stays in the cluster: {why}", advice)


def _loss(old: Manifest, surroundings: Surroundings) -> tuple[EffectRule, str]:
    kind = kind_of(old)
    if kind in DATA:
        return rules.DATA_GONE, _WITH.get(kind, "")
    if kind in _SERVING:
        if kind == "StatefulSet" and _deletes_claims(old):
            return rules.DATA_GONE, ", and the claims of its pods with it"
        return rules.PODS_GONE, f" and its pods ({count(old)})"
    if kind == "NetworkPolicy":
        left = [title(each) for each in selected(old, surroundings.new).values()]
        return (rules.OPENED, f": pods of {listed(left)} are open") if left else _plain()
    if kind == "PodDisruptionBudget":
        left = [title(each) for each in selected(old, surroundings.new, empty=False).values()]
        return (rules.UNGUARDED, f": drains may evict all of {listed(left)}") if left else _plain()
    return _by_use(old, surroundings)


def _by_use(old: Manifest, surroundings: Surroundings) -> tuple[EffectRule, str]:
    kind = kind_of(old)
    if kind in _ROADS:
        return rules.ROAD_GONE, ", and its clients are cut off"
    if kind in _METRICS:
        return rules.METRICS_GONE, ", and its metrics end"
    if kind in _RIGHTS:
        return rules.RIGHTS_GONE, ", and whoever is bound loses its rights"
    users = _users(old, surroundings)
    if users:
        return rules.NEEDED, f", which pods of {listed(users)} still need"
    return _plain()


def _plain() -> tuple[EffectRule, str]:
    return rules.GONE, ""


_WITH = {
    "CustomResourceDefinition": ", and every object of its kind with it",
    "Namespace": ", and everything in it",
    "PersistentVolume": ": its claim is lost",
    "PersistentVolumeClaim": " once no pod uses it, and its volume as the reclaim policy says",
}


def _deletes_claims(manifest: Manifest) -> bool:
    where = ("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
    return at(manifest, *where) == "Delete" and bool(
        mappings(manifest, "spec", "volumeClaimTemplates")
    )


def _users(old: Manifest, surroundings: Surroundings) -> list[str]:
    name, namespace = at(old, "metadata", "name"), str(at(old, "metadata", "namespace") or "")
    key = {"ConfigMap": "configMap", "Secret": "secret"}.get(kind_of(old))
    found = []
    for each in workloads(surroundings.new, namespace):
        spec = pod_spec(each)
        if kind_of(old) == "ServiceAccount":
            used = spec.get("serviceAccountName") == name
        else:
            used = key is not None and _mentions(spec, key, name)
        if used:
            found.append(title(each))
    return found


def _mentions(value: object, key: str, name: object) -> bool:
    """Tell whether something in a pod's spec refers to a ConfigMap or Secret of that name."""
    if isinstance(value, dict):
        for step, each in value.items():
            refers = str(step).startswith(key) and isinstance(each, dict)
            if refers and name in (each.get("name"), each.get("secretName")):
                return True
            if _mentions(each, key, name):
                return True
    return isinstance(value, list) and any(_mentions(each, key, name) for each in value)


def _renamed(change: Change) -> Iterator[Effect]:
    if change.old is None or change.new is None:
        return
    old, new = change.old.manifest, change.new.manifest
    path = ("metadata", "name" if change.old.id.name != change.new.id.name else "namespace")
    what = f"{title(old)} becomes {title(new)}"
    kind = kind_of(new)
    if kind in DATA or mappings(new, "spec", "volumeClaimTemplates"):
        yield rules.NEW_DATA.on(path, f"{what}: the new one starts empty")
    elif kind in _SERVING or kind in _ROADS:
        yield rules.RENAMED.on(path, f"{what}: the old one goes, a new one starts")
    else:
        yield rules.MOVED.on(path, what)


def _replaced(change: Change) -> Iterator[Effect]:
    if change.old is None or change.new is None:
        return
    old, new = change.old.manifest, change.new.manifest
    message = f"{title(old)} becomes {title(new)}: all pods are replaced"
    first = f"{rules.SWAPPED.fix}\n{command(old, 'delete')}"
    yield rules.SWAPPED.on(("kind",), message, first)
