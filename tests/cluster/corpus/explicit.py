"""
Fields that a manifest leaves out, each with values that might be what the API server fills in.

What fields there are is read from the OpenAPI documents; what they might be by default is guessed
generously, for the API server is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Manifest = dict[str, Any]
Steps = tuple[str | int, ...]

_SCHEMAS = Path(__file__).parents[3] / "lib" / "emqx_gitops" / "rules" / "kubernetes.json"

_GUESSES: Mapping[str, tuple[Any, ...]] = {
    "apiVersion": ("v1",),
    "backoffLimit": (6,),
    "completionMode": ("NonIndexed",),
    "completions": (1,),
    "defaultMode": (0o644,),
    "divisor": ("1",),
    "dnsPolicy": ("ClusterFirst",),
    "expirationSeconds": (3600,),
    "externalTrafficPolicy": ("Cluster",),
    "failureThreshold": (3,),
    "fsGroupChangePolicy": ("Always",),
    "imagePullPolicy": ("Always", "IfNotPresent"),
    "internalTrafficPolicy": ("Cluster",),
    "ipFamilyPolicy": ("SingleStack",),
    "kind": ("PersistentVolumeClaim",),
    "maxSurge": ("25%", 0, 1),
    "maxUnavailable": ("25%", 0, 1),
    "minDomains": (1,),
    "mountPropagation": ("None",),
    "nodeAffinityPolicy": ("Honor",),
    "nodeTaintsPolicy": ("Ignore",),
    "operator": ("Equal", "Exists"),
    "parallelism": (1,),
    "partition": (0,),
    "path": ("/",),
    "pathType": ("ImplementationSpecific",),
    "periodSeconds": (10,),
    "persistentVolumeReclaimPolicy": ("Retain",),
    "podManagementPolicy": ("OrderedReady",),
    "podReplacementPolicy": ("TerminatingOrFailed",),
    "policyTypes": (["Ingress"], ["Ingress", "Egress"]),
    "preemptionPolicy": ("PreemptLowerPriority",),
    "progressDeadlineSeconds": (600,),
    "protocol": ("TCP",),
    "reclaimPolicy": ("Delete",),
    "replicas": (1,),
    "restartPolicy": ("Always",),
    "revisionHistoryLimit": (10,),
    "rollingUpdate": ({"maxSurge": "25%", "maxUnavailable": "25%"}, {"partition": 0}),
    "schedulerName": ("default-scheduler",),
    "scheme": ("HTTP",),
    "serviceAccount": ("emqx",),
    "serviceAccountName": ("default",),
    "sessionAffinity": ("None",),
    "successThreshold": (1,),
    "supplementalGroupsPolicy": ("Merge",),
    "terminationGracePeriodSeconds": (30,),
    "terminationMessagePath": ("/dev/termination-log",),
    "terminationMessagePolicy": ("File",),
    "timeoutSeconds": (1,),
    "type": ("ClusterIP", "Opaque", "RollingUpdate"),
    "unhealthyPodEvictionPolicy": ("IfHealthyBudget",),
    "volumeBindingMode": ("Immediate",),
    "volumeMode": ("Filesystem",),
    "whenDeleted": ("Retain",),
    "whenScaled": ("Retain",),
    "whenUnsatisfiable": ("DoNotSchedule",),
}

_SERVERS = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "generation",
        "managedFields",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
"""Metadata that is not for manifests."""


_GATED = frozenset({"clusterTrustBundle", "podCertificate", "schedulingGroup"})
"""Fields that a cluster drops unless a feature is turned on."""


class Explicit(NamedTuple):
    """A manifest with one field more."""

    path: Steps
    value: Any
    manifest: Manifest

    def __str__(self) -> str:
        """Return it for a list of what went wrong."""
        kind = self.manifest["kind"]
        return f"{kind} {'.'.join(map(str, self.path))}: {json.dumps(self.value)}"


@cache
def _schemas() -> tuple[dict[str, str], dict[str, Any]]:
    read = json.loads(_SCHEMAS.read_text(encoding="utf-8"))
    latest = {name: versions[-1][2] for name, versions in read["definitions"].items()}
    return read["kinds"], latest


def explicit(manifest: Manifest) -> Iterator[Explicit]:
    """Yield *manifest* with each field that it leaves out, for each value it might have."""
    kinds, _ = _schemas()
    name = kinds.get(f"{manifest['apiVersion']} {manifest['kind']}")
    if name is not None:
        for path, value in _absent({"$ref": f"#/$defs/{name}"}, manifest, ()):
            if manifest["kind"] == "StatefulSet" and path[-1] == "maxUnavailable":
                continue
            yield Explicit(path, value, _with(manifest, path, value))


def _absent(schema: Any, value: Any, path: Steps) -> Iterator[tuple[Steps, Any]]:
    schema = _resolved(schema)
    if isinstance(value, list) and "items" in schema:
        for index, each in enumerate(value):
            yield from _absent(schema["items"], each, (*path, index))
    if not isinstance(value, dict):
        return
    for key, below in schema.get("properties", {}).items():
        if key in value:
            yield from _absent(below, value[key], (*path, key))
        elif key not in _SERVERS | _GATED and (path or key not in {"status", "apiVersion", "kind"}):
            for each in _values(key, _resolved(below)):
                yield (*path, key), each


def _resolved(schema: Any) -> Any:
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = {"quantity": True} if name.endswith("Quantity") else _schemas()[1][name]
    return schema


def _values(key: str, schema: Any) -> Iterator[Any]:
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if schema.get("quantity"):
        yield "0"
    if "object" in kinds:
        yield {}
    if "array" in kinds:
        yield []
    if "boolean" in kinds:
        yield from (False, True)
    if "integer" in kinds:
        yield 0
    if "string" in kinds:
        yield ""
    yield from _GUESSES.get(key, ())


def _with(manifest: Manifest, path: Steps, value: Any) -> Manifest:
    made = deepcopy(manifest)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return made
