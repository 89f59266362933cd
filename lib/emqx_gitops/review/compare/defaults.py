"""
What the API server fills in where a manifest is silent: to write it out changes nothing.

Read from ``SetDefaults_*`` in pkg/apis/*/v1/defaults.go, and asked of an API server: see
tests/cluster/corpus.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emqx_gitops.review.model import Item, Path

_PROBE = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")

_CONTAINER: Mapping[str, Any] = {
    "ports[].protocol": "TCP",
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "resources": {},
    "env[].valueFrom.fieldRef.apiVersion": "v1",
    "env[].valueFrom.resourceFieldRef.divisor": "0",
    "env[].value": "",
    "volumeMounts[].readOnly": False,
    **{f"{probe}.{key}": value for probe in _PROBES for key, value in _PROBE.items()},
    **{f"{probe}.httpGet.scheme": "HTTP" for probe in _PROBES},
    **{f"{probe}.httpGet.path": "/" for probe in _PROBES},
    **{f"{probe}.grpc.service": "" for probe in _PROBES},
    **{f"{probe}.initialDelaySeconds": 0 for probe in _PROBES},
    "lifecycle.preStop.httpGet.scheme": "HTTP",
    "lifecycle.postStart.httpGet.scheme": "HTTP",
}

_POD: Mapping[str, Any] = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "terminationGracePeriodSeconds": 30,
    "securityContext": {},
    "schedulerName": "default-scheduler",
    "hostNetwork": False,
    "hostPID": False,
    "hostIPC": False,
    "volumes[].secret.defaultMode": 0o644,
    "volumes[].configMap.defaultMode": 0o644,
    "volumes[].projected.defaultMode": 0o644,
    "volumes[].downwardAPI.defaultMode": 0o644,
    "volumes[].emptyDir": {},
    "volumes[].hostPath.type": "",
    "volumes[].projected.sources[].serviceAccountToken.expirationSeconds": 3600,
    "volumes[].projected.sources[].downwardAPI.items[].fieldRef.apiVersion": "v1",
    "volumes[].downwardAPI.items[].fieldRef.apiVersion": "v1",
    "volumes[].nfs.readOnly": False,
    "volumes[].persistentVolumeClaim.readOnly": False,
    "volumes[].csi.readOnly": False,
    "volumes[].ephemeral.volumeClaimTemplate.spec.volumeMode": "Filesystem",
    **{f"containers[].{path}": value for path, value in _CONTAINER.items()},
    **{f"initContainers[].{path}": value for path, value in _CONTAINER.items()},
}

_CLAIM: Mapping[str, Any] = {"spec.volumeMode": "Filesystem"}


def _below(prefix: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{path}": value for path, value in defaults.items()}


DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "Pod": {**_below("spec", _POD), "spec.enableServiceLinks": True},
    "Deployment": {
        **_below("spec.template.spec", _POD),
        "spec.replicas": 1,
        "spec.minReadySeconds": 0,
        "spec.paused": False,
        "spec.revisionHistoryLimit": 10,
        "spec.progressDeadlineSeconds": 600,
        "spec.strategy.type": "RollingUpdate",
        "spec.strategy.rollingUpdate.maxSurge": "25%",
        "spec.strategy.rollingUpdate.maxUnavailable": "25%",
    },
    "StatefulSet": {
        **_below("spec.template.spec", _POD),
        **_below("spec.volumeClaimTemplates[]", _CLAIM),
        "spec.replicas": 1,
        "spec.minReadySeconds": 0,
        "spec.revisionHistoryLimit": 10,
        "spec.podManagementPolicy": "OrderedReady",
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted": "Retain",
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled": "Retain",
    },
    "DaemonSet": {
        **_below("spec.template.spec", _POD),
        "spec.minReadySeconds": 0,
        "spec.revisionHistoryLimit": 10,
        "spec.updateStrategy.type": "RollingUpdate",
        "spec.updateStrategy.rollingUpdate.maxSurge": 0,
        "spec.updateStrategy.rollingUpdate.maxUnavailable": 1,
    },
    "Job": {
        **{
            path: value
            for path, value in _below("spec.template.spec", _POD).items()
            if not path.endswith(".restartPolicy")
        },
        "spec.parallelism": 1,
        "spec.completions": 1,
        "spec.backoffLimit": 6,
        "spec.completionMode": "NonIndexed",
        "spec.suspend": False,
        "spec.podReplacementPolicy": "TerminatingOrFailed",
    },
    "Service": {
        "spec.type": "ClusterIP",
        "spec.sessionAffinity": "None",
        "spec.publishNotReadyAddresses": False,
        "spec.ports[].protocol": "TCP",
        "spec.internalTrafficPolicy": "Cluster",
    },
    "PersistentVolumeClaim": _CLAIM,
    "PersistentVolume": {
        "spec.volumeMode": "Filesystem",
        "spec.persistentVolumeReclaimPolicy": "Retain",
        "spec.nfs.readOnly": False,
        "spec.hostPath.type": "",
    },
    "StorageClass": {
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    },
    "Secret": {"type": "Opaque"},
    "ServiceAccount": {},
    "Namespace": {"spec.finalizers": ["kubernetes"]},
    "NetworkPolicy": {
        "spec.ingress[].ports[].protocol": "TCP",
        "spec.egress[].ports[].protocol": "TCP",
    },
    "RoleBinding": {
        "roleRef.apiGroup": "rbac.authorization.k8s.io",
        "subjects[].apiGroup": "",
    },
    "ClusterRoleBinding": {
        "roleRef.apiGroup": "rbac.authorization.k8s.io",
        "subjects[].apiGroup": "",
    },
}
"""By kind and path, ``[]`` for any item. A new row is a new line here."""


def is_default(kind: str, path: Path, value: Any) -> bool:
    """
    Tell whether the API server sets *value* at *path* by itself where a manifest is silent.

    A mapping is default where everything in it is. `imagePullPolicy` is no row: see
    `pull_policy`.
    """
    table = DEFAULTS.get(kind, {})
    return _matches(table, pattern(path), value)


def _matches(table: Mapping[str, Any], path: str, value: Any) -> bool:
    if path in table:
        default = table[path]
        return type(default) is type(value) and bool(default == value)
    if isinstance(value, dict) and value:
        return all(_matches(table, f"{path}.{key}", each) for key, each in value.items())
    return False


def pattern(path: Path) -> str:
    """Return *path* with ``[]`` for every item: ``spec.ports[].protocol``."""
    text = ""
    for step in path:
        text += "[]" if isinstance(step, Item | int) else f".{step}" if text else step
    return text


def pull_policy(image: str) -> str:
    """Return the policy that the API server gives a container of *image*."""
    name, at, _ = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return "IfNotPresent" if at or (tag and tag != "latest") else "Always"
