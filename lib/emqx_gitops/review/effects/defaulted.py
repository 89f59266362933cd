"""What the API server fills into objects of each built-in kind where they say nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.defaulted_pods import pod, template
from emqx_gitops.review.effects.reading import made, mapping, mappings


def _deployment(lean: Manifest) -> None:
    spec = made(lean, "spec")
    for name, default in (
        ("replicas", 1),
        ("revisionHistoryLimit", 10),
        ("progressDeadlineSeconds", 600),
    ):
        spec.setdefault(name, default)
    strategy = made(spec, "strategy")
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = made(strategy, "rollingUpdate")
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")
    template(spec)


def _stateful_set(lean: Manifest) -> None:
    spec = made(lean, "spec")
    spec.setdefault("podManagementPolicy", "OrderedReady")
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    update = made(spec, "updateStrategy")
    if "type" not in update:
        update["type"] = "RollingUpdate"
        made(update, "rollingUpdate")
    if update["type"] == "RollingUpdate" and "rollingUpdate" in update:
        made(update, "rollingUpdate").setdefault("partition", 0)
    retention = made(spec, "persistentVolumeClaimRetentionPolicy")
    retention.setdefault("whenDeleted", "Retain")
    retention.setdefault("whenScaled", "Retain")
    for each in mappings(spec, "volumeClaimTemplates"):
        each.update({"apiVersion": "v1", "kind": "PersistentVolumeClaim"})
        each.pop("status", None)
        made(each, "spec").setdefault("volumeMode", "Filesystem")
    template(spec)


def _daemon_set(lean: Manifest) -> None:
    spec = made(lean, "spec")
    spec.setdefault("revisionHistoryLimit", 10)
    update = made(spec, "updateStrategy")
    if update.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = made(update, "rollingUpdate")
        rolling.setdefault("maxUnavailable", 1)
        rolling.setdefault("maxSurge", 0)
    template(spec)


def _service(lean: Manifest) -> None:
    spec = made(lean, "spec")
    kind = str(spec.setdefault("type", "ClusterIP"))
    if spec.setdefault("sessionAffinity", "None") == "ClientIP":
        limit = made(made(spec, "sessionAffinityConfig"), "clientIP")
        limit.setdefault("timeoutSeconds", 10800)
    else:
        spec.pop("sessionAffinityConfig", None)
    for port in mappings(spec, "ports"):
        port.setdefault("protocol", "TCP")
        if port.get("targetPort") in (None, "", 0):
            port["targetPort"] = port.get("port")
    if kind in {"NodePort", "LoadBalancer"}:
        spec.setdefault("externalTrafficPolicy", "Cluster")
    spec.setdefault("internalTrafficPolicy", "Cluster")
    if spec.get("selector") == {}:
        del spec["selector"]
    if kind != "ExternalName":
        lone = spec.get("clusterIP") == "None" and "selector" not in spec
        spec.setdefault("ipFamilyPolicy", "RequireDualStack" if lone else "SingleStack")
    if kind == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)


def _network_policy(lean: Manifest) -> None:
    spec = made(lean, "spec")
    made(spec, "podSelector")
    egress = ["Egress"] if mappings(spec, "egress") else []
    spec.setdefault("policyTypes", ["Ingress", *egress])
    for side in ("ingress", "egress"):
        for rule in mappings(spec, side):
            for port in mappings(rule, "ports"):
                port.setdefault("protocol", "TCP")


def _binding(lean: Manifest) -> None:
    mapping(lean, "roleRef").setdefault("apiGroup", "rbac.authorization.k8s.io")
    for each in mappings(lean, "subjects"):
        if each.get("kind") == "ServiceAccount":
            each.pop("apiGroup", None)
        elif not each.get("apiGroup"):
            each["apiGroup"] = "rbac.authorization.k8s.io"


def _secret(lean: Manifest) -> None:
    lean.setdefault("type", "Opaque")
    plain = mapping(lean, "stringData")
    if plain:
        coded = {key: base64.b64encode(str(each).encode()).decode() for key, each in plain.items()}
        lean["data"] = {**mapping(lean, "data"), **coded}
        del lean["stringData"]


def _namespace(lean: Manifest) -> None:
    metadata = made(lean, "metadata")
    made(metadata, "labels")["kubernetes.io/metadata.name"] = metadata.get("name")
    lean["spec"] = {"finalizers": ["kubernetes"], **mapping(lean, "spec")}


def _volume(lean: Manifest) -> None:
    spec = made(lean, "spec")
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")


def _claim(lean: Manifest) -> None:
    spec = made(lean, "spec")
    spec.setdefault("volumeMode", "Filesystem")
    if spec.get("dataSource") == {}:
        del spec["dataSource"]


def _storage_class(lean: Manifest) -> None:
    lean.setdefault("reclaimPolicy", "Delete")
    lean.setdefault("volumeBindingMode", "Immediate")


def _pod(lean: Manifest) -> None:
    pod(made(lean, "spec"), bare=True)


def _job(lean: Manifest) -> None:
    spec = made(lean, "spec")
    spec.setdefault("backoffLimit", 6)
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    spec.setdefault("parallelism", 1)
    template(spec)


FILL: Mapping[str, Callable[[Manifest], None]] = {
    "ClusterRoleBinding": _binding,
    "DaemonSet": _daemon_set,
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
"""By kind; each fills in what the API server would."""
