"""
A manifest as the API server stores it: defaults filled in, empty values left out.

Two manifests that are stored alike are one to every controller. Which fields the API server fills
in, and which empty values it keeps, was asked of a real one: tests/cluster/corpus says the same.
"""

from __future__ import annotations

from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.defaulted import FILL
from emqx_gitops.review.effects.quantities import canonical
from emqx_gitops.review.effects.reading import mapping

QUANTITIES = frozenset({"limits", "requests", "capacity", "overhead"})
"""Mappings of resource names to quantities."""
QUANTITY = frozenset({"sizeLimit", "divisor"})
"""Fields that are a quantity."""

_MAPS = frozenset(
    {
        "allocatedResourceStatuses",
        "annotations",
        "binaryData",
        "data",
        "labels",
        "limits",
        "matchLabels",
        "nodeSelector",
        "overhead",
        "parameters",
        "requests",
        "stringData",
        "volumeAttributes",
    }
)
"""Mappings that count as absent when they are empty; other empty mappings say something."""

_STRUCTS = frozenset({"metadata", "resources", "status", "strategy", "updateStrategy"})
"""Structures that are always there, so that an empty one says nothing."""

_ZEROS = frozenset(
    {
        "apiVersion",
        "audience",
        "clusterIP",
        "containerName",
        "containerPort",
        "dnsPolicy",
        "effect",
        "externalName",
        "externalTrafficPolicy",
        "failureThreshold",
        "fieldPath",
        "healthCheckNodePort",
        "host",
        "hostIP",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostPort",
        "hostname",
        "imagePullPolicy",
        "initialDelaySeconds",
        "key",
        "loadBalancerIP",
        "maxSkew",
        "medium",
        "minReadySeconds",
        "name",
        "namespace",
        "nodeName",
        "nodePort",
        "operator",
        "path",
        "paused",
        "periodSeconds",
        "persistentVolumeReclaimPolicy",
        "podManagementPolicy",
        "prefix",
        "priorityClassName",
        "protocol",
        "publishNotReadyAddresses",
        "readOnly",
        "restartPolicy",
        "schedulerName",
        "scheme",
        "serviceAccount",
        "serviceAccountName",
        "serviceName",
        "sessionAffinity",
        "start",
        "stdin",
        "stdinOnce",
        "stopSignal",
        "subPath",
        "subPathExpr",
        "subdomain",
        "successThreshold",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "timeoutSeconds",
        "tty",
        "type",
        "value",
        "volumeName",
        "workingDir",
    }
)
"""Fields without a pointer in k8s.io/api v0.36.3: their zero value is stored as nothing."""

_POINTERS = {"options": "value", "spec": "resources"}
"""Where a name that is no pointer elsewhere is one: options of dnsConfig, resources of a pod."""

_VERBATIM = frozenset({"annotations", "binaryData", "data", "labels", "matchLabels"})
"""Mappings of the user's own keys, which mean nothing here."""


def stored(manifest: Manifest) -> Manifest:
    """Return *manifest* as it is stored; a kind that is not built in only loses its nulls."""
    kind, group = str(manifest.get("kind")), str(manifest.get("apiVersion")).rpartition("/")[0]
    if "." in group and not group.endswith(".k8s.io"):
        return manifest
    lean = {key: _lean(value, key) for key, value in manifest.items() if key != "status"}
    lean = {key: value for key, value in lean.items() if not _absent(key, value)}
    mapping(lean, "metadata").pop("creationTimestamp", None)
    fill = FILL.get(kind)
    if fill is not None:
        fill(lean)
    return lean


def _absent(key: str, value: Any) -> bool:
    if value:
        return False
    if value is None or value == []:
        return True
    if value == {}:
        return key in _MAPS or key in _STRUCTS
    return key in _ZEROS and value in ("", 0, False)


def _lean(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        if key in _VERBATIM:
            return {name: each for name, each in value.items() if each is not None}
        if key in QUANTITIES:
            return {name: canonical(each) for name, each in value.items()}
        kept = _POINTERS.get("spec" if "containers" in value else key, "")
        found = {}
        # Most values are plain and not empty, and a call for each of them is what takes time here.
        for name, each in value.items():
            lean = each if isinstance(each, str | int) else _lean(each, name)
            if lean or name == kept or not _absent(name, lean):
                found[name] = canonical(lean) if name in QUANTITY else lean
        return found
    if isinstance(value, list):
        return [_lean(each, key) for each in value]
    return value
