"""
A manifest as the API server stores it: defaults filled in, empty values left out.

Two manifests that are stored alike are one to every controller. Which fields the API server fills
in, and which empty values it keeps, was asked of a real one: tests/cluster/corpus says the same.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.defaulted_pods import pod, template
from emqx_gitops.review.effects.quantities import canonical
from emqx_gitops.review.effects.reading import mapping, mappings

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
        "clusterIP",
        "containerPort",
        "dnsPolicy",
        "effect",
        "externalName",
        "externalTrafficPolicy",
        "failureThreshold",
        "fieldPath",
        "fsType",
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
        "nodeName",
        "nodePort",
        "operator",
        "paused",
        "periodSeconds",
        "persistentVolumeReclaimPolicy",
        "podManagementPolicy",
        "priorityClassName",
        "publishNotReadyAddresses",
        "readOnly",
        "restartPolicy",
        "schedulerName",
        "scheme",
        "serviceAccount",
        "serviceAccountName",
        "sessionAffinity",
        "stdin",
        "stdinOnce",
        "subPath",
        "subPathExpr",
        "subdomain",
        "successThreshold",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "timeoutSeconds",
        "tty",
        "value",
        "volumeName",
        "workingDir",
    }
)
"""Fields without a pointer in k8s.io/api v0.36.3: their zero value is stored as nothing."""

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
    fill = _KINDS.get(kind)
    if fill is not None:
        fill(lean)
    return lean


def _absent(key: str, value: Any) -> bool:
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
        found = {name: _lean(each, name) for name, each in value.items()}
        return {name: each for name, each in found.items() if not _absent(name, each)}
    if isinstance(value, list):
        return [_lean(each, "") for each in value]
    return canonical(value) if key in QUANTITY and value is not None else value


def _deployment(lean: Manifest) -> None:
    spec = lean.setdefault("spec", {})
    for name, default in (
        ("replicas", 1),
        ("revisionHistoryLimit", 10),
        ("progressDeadlineSeconds", 600),
    ):
        spec.setdefault(name, default)
    strategy = spec.setdefault("strategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")
    template(spec)


def _stateful_set(lean: Manifest) -> None:
    spec = lean.setdefault("spec", {})
    spec.setdefault("podManagementPolicy", "OrderedReady")
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    update = spec.setdefault("updateStrategy", {})
    if "type" not in update:
        update["type"] = "RollingUpdate"
        update.setdefault("rollingUpdate", {})
    if update["type"] == "RollingUpdate" and "rollingUpdate" in update:
        update["rollingUpdate"].setdefault("partition", 0)
    retention = spec.setdefault("persistentVolumeClaimRetentionPolicy", {})
    retention.setdefault("whenDeleted", "Retain")
    retention.setdefault("whenScaled", "Retain")
    for each in mappings(spec, "volumeClaimTemplates"):
        each.update({"apiVersion": "v1", "kind": "PersistentVolumeClaim"})
        each.pop("status", None)
        each.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")
    template(spec)


def _service(lean: Manifest) -> None:
    spec = lean.setdefault("spec", {})
    kind = spec.setdefault("type", "ClusterIP")
    if spec.setdefault("sessionAffinity", "None") == "ClientIP":
        limit = spec.setdefault("sessionAffinityConfig", {}).setdefault("clientIP", {})
        limit.setdefault("timeoutSeconds", 10800)
    else:
        spec.pop("sessionAffinityConfig", None)
    for port in mappings(spec, "ports"):
        port.setdefault("protocol", "TCP")
        if port.get("targetPort") in (None, "", 0):
            port["targetPort"] = port.get("port")
    if kind in {"NodePort", "LoadBalancer"}:
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if kind != "ExternalName":
        spec.setdefault("internalTrafficPolicy", "Cluster")
        spec.setdefault("ipFamilyPolicy", "SingleStack")
    if kind == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)


def _network_policy(lean: Manifest) -> None:
    spec = lean.setdefault("spec", {})
    spec.setdefault("podSelector", {})
    egress = ["Egress"] if mappings(spec, "egress") else []
    spec.setdefault("policyTypes", ["Ingress", *egress])
    for side in ("ingress", "egress"):
        for rule in mappings(spec, side):
            for port in mappings(rule, "ports"):
                port.setdefault("protocol", "TCP")


def _binding(lean: Manifest) -> None:
    mapping(lean, "roleRef").setdefault("apiGroup", "rbac.authorization.k8s.io")
    for each in mappings(lean, "subjects"):
        own = each.get("kind") == "ServiceAccount"
        if own:
            each.pop("apiGroup", None)
        else:
            each.setdefault("apiGroup", "rbac.authorization.k8s.io")


def _secret(lean: Manifest) -> None:
    lean.setdefault("type", "Opaque")
    plain = mapping(lean, "stringData")
    if plain:
        coded = {key: base64.b64encode(str(each).encode()).decode() for key, each in plain.items()}
        lean["data"] = {**mapping(lean, "data"), **coded}
        del lean["stringData"]


def _namespace(lean: Manifest) -> None:
    metadata = lean.setdefault("metadata", {})
    metadata.setdefault("labels", {})["kubernetes.io/metadata.name"] = metadata.get("name")
    lean["spec"] = {"finalizers": ["kubernetes"], **mapping(lean, "spec")}


def _volume(lean: Manifest) -> None:
    spec = lean.setdefault("spec", {})
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")


def _claim(lean: Manifest) -> None:
    lean.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")


def _storage_class(lean: Manifest) -> None:
    lean.setdefault("reclaimPolicy", "Delete")
    lean.setdefault("volumeBindingMode", "Immediate")


def _pod(lean: Manifest) -> None:
    pod(lean.setdefault("spec", {}), bare=True)


def _job(lean: Manifest) -> None:
    spec = lean.setdefault("spec", {})
    spec.setdefault("backoffLimit", 6)
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    spec.setdefault("parallelism", 1)
    template(spec)


_KINDS: dict[str, Callable[[Manifest], None]] = {
    "ClusterRoleBinding": _binding,
    "Deployment": _deployment,
    "Job": _job,
    "Namespace": _namespace,
    "NetworkPolicy": _network_policy,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": _claim,
    "Pod": _pod,
    "RoleBinding": _binding,
    "Secret": _secret,
    "Service": _service,
    "StatefulSet": _stateful_set,
    "StorageClass": _storage_class,
}
