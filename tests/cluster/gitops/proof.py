"""
What must hold of a cluster that follows Git: each proof returns what it finds wrong, if anything.

Pure functions of what was read from the API server; `test_seeded_faults` shows that each can fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emqx_gitops.manifests import Manifest, ResourceId
from tests.cluster.gitops.state import WORKLOADS, State, wanted

GENERATED = "emqx-env-"
"""How the name of a map of settings begins."""


def condition(manifest: Manifest, kind: str = "Ready") -> Mapping[str, Any]:
    """Return one condition of an object's status; empty where it has none yet."""
    found = manifest.get("status", {}).get("conditions", ())
    return next((each for each in found if each["type"] == kind), {})


def applied(kustomization: Manifest, commit: str) -> Iterator[str]:
    """A Kustomization is Ready, and what it applied is *commit*."""
    name, status = kustomization["metadata"]["name"], kustomization.get("status", {})
    ready = condition(kustomization)
    if ready.get("status") != "True":
        yield f"{name} is not Ready: {ready.get('message', 'nothing told')}"
    if not str(status.get("lastAppliedRevision", "")).endswith(commit):
        yield f"{name} applied {status.get('lastAppliedRevision')}, not {commit}"


def reported(kustomization: Manifest, commit: str, words: str) -> Iterator[str]:
    """A Kustomization tells that *commit* could not be applied, with *words* that say why."""
    name, status = kustomization["metadata"]["name"], kustomization.get("status", {})
    ready = condition(kustomization)
    if ready.get("status") != "False" or words not in ready.get("message", ""):
        yield f"{name} does not tell of {words!r}, but {ready.get('message')!r}"
    if not str(status.get("lastAttemptedRevision", "")).endswith(commit):
        yield f"{name} did not attempt {commit}"
    if str(status.get("lastAppliedRevision", "")).endswith(commit):
        yield f"{name} claims to have applied {commit}"


def healthy(state: State, namespace: str) -> Iterator[str]:
    """Every node of an environment is there and ready, and every claim is bound."""
    workloads = state.of(*WORKLOADS, "Pod", namespace=namespace)
    if not workloads:
        yield f"{namespace} has no workload"
    for each in workloads:
        name, status = f"{namespace}: {each['kind']} {each['metadata']['name']}", each["status"]
        if each["kind"] == "Pod":
            if condition(each).get("status") != "True":
                yield f"{name} is not ready"
            continue
        ready, replicas = status.get("readyReplicas", 0), each["spec"]["replicas"]
        if (ready, status.get("updatedReplicas", 0)) != (replicas, replicas):
            yield f"{name} has {ready} of {replicas} ready"
    for each in state.of("PersistentVolumeClaim", namespace=namespace):
        if each["status"]["phase"] != "Bound":
            yield f"{namespace}: claim {each['metadata']['name']} is not bound"


def rolled_alone(before: State, after: State, namespace: str) -> Iterator[str]:
    """All pods of one environment are new, and all others' are those from before."""
    for each in sorted(before.namespaces):
        old, new = (state.uids("Pod", namespace=each) for state in (before, after))
        if each != namespace and old != new:
            yield f"{each}: pods changed, which was not asked"
        elif each == namespace and (old & new or len(old) != len(new)):
            yield f"{each}: {len(old & new)} of {len(old)} pods were not replaced"


def settings_in_use(state: State, namespace: str) -> set[str]:
    """Return the names of the maps of settings that pods of an environment read."""
    return {
        source["configMapRef"]["name"]
        for pod in state.of("Pod", namespace=namespace)
        for container in pod["spec"]["containers"]
        for source in container.get("envFrom", ())
        if "configMapRef" in source
    }


def maps_kept(before: State, after: State, namespace: str) -> Iterator[str]:
    """The pods read another map now, and the one from before is still there."""
    old, new = (settings_in_use(state, namespace) for state in (before, after))
    if old == new:
        yield f"{namespace}: no other map of settings is in use"
    for name in sorted(old - after.names("ConfigMap", namespace=namespace)):
        yield f"{namespace}: {name} is gone, which pods from before the change still need"


def removed(before: State, after: State, namespace: str) -> Iterator[str]:
    """What ran is gone; namespace, claims, volumes and maps are the very ones from before."""
    for each in after.of(*WORKLOADS, "Pod", "Service", "Role", namespace=namespace):
        yield f"{namespace}: {each['kind']} {each['metadata']['name']} is left"
    for kind in ("Namespace", "PersistentVolumeClaim", "PersistentVolume"):
        lost = before.uids(kind, namespace=namespace) - after.uids(kind, namespace=namespace)
        if lost:
            yield f"{namespace}: {len(lost)} {kind} lost"
    for each in after.of("PersistentVolumeClaim", namespace=namespace):
        if each["status"]["phase"] != "Bound" or "deletionTimestamp" in each["metadata"]:
            yield f"{namespace}: claim {each['metadata']['name']} holds no volume any more"
    for each in after.of("Namespace", namespace=namespace):
        if "deletionTimestamp" in each["metadata"]:
            yield f"{namespace} is being deleted"
    lost_maps = {
        name
        for name in before.names("ConfigMap", namespace=namespace)
        if name.startswith(GENERATED)
    } - after.names("ConfigMap", namespace=namespace)
    if lost_maps:
        yield f"{namespace}: maps lost: {', '.join(sorted(lost_maps))}"


def untouched(before: State, after: State) -> Iterator[str]:
    """Nothing that anybody asked for is another, and no object was made anew, pods included."""
    for each in sorted(before.objects.keys() | after.objects.keys()):
        old, new = before.objects.get(each), after.objects.get(each)
        if old is None or new is None:
            yield f"{each} is {'new' if old is None else 'gone'}"
        elif wanted(old) != wanted(new):
            yield f"{each} is not what it was"


def unwritten(before: State, after: State) -> Iterator[str]:
    """No object was written to at all, not even by Flux."""
    yield from untouched(before, after)
    for each in sorted(before.objects.keys() & after.objects.keys()):
        old, new = before.objects[each], after.objects[each]
        if _books(old) != _books(new):
            yield f"{each} was written to"


def _books(manifest: Manifest) -> list[Any]:
    """Return who wrote what and when, but for the status, which follows the pods."""
    entries = manifest["metadata"].get("managedFields", ())
    return [each for each in entries if each.get("subresource") != "status"]


def put_back(before: State, after: State, touched: ResourceId) -> Iterator[str]:
    """An object that was changed or deleted by hand is as it was; made anew is well enough."""
    if touched not in after.objects:
        yield f"{touched} is gone"
        return
    old, new = (wanted(state.objects[touched]) for state in (before, after))
    for each in (old, new):
        del each["metadata"]["uid"]
    if old != new:
        yield f"{touched} is not as Git has it"
