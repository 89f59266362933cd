"""
Whether an object has the shape that its kind has: what reads it may then rely on that.

No schema: only what is a mapping, a list of mappings or neither, by the names of fields.
"""

from __future__ import annotations

from typing import Any

from emqx_gitops.manifests import Manifest

_BUILT_IN = frozenset(
    {
        "",
        "apps",
        "autoscaling",
        "batch",
        "discovery.k8s.io",
        "networking.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "storage.k8s.io",
    }
)
"""API groups whose fields are known here; of other groups only metadata and spec are."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MAPPINGS = _words(
    """metadata spec template jobTemplate labels annotations data stringData binaryData selector
    matchLabels podSelector namespaceSelector nodeSelector securityContext affinity strategy
    updateStrategy rollingUpdate roleRef claimRef nfs local hostPath csi emptyDir configMap secret
    persistentVolumeClaim configMapKeyRef secretKeyRef configMapRef secretRef valueFrom
    livenessProbe readinessProbe startupProbe lifecycle dataSource parameters http backend service
    persistentVolumeClaimRetentionPolicy scaleTargetRef downwardAPI projected ephemeral
    volumeClaimTemplate capabilities seccompProfile"""
)
_LISTS_OF_MAPPINGS = _words(
    """containers initContainers ephemeralContainers volumes volumeMounts volumeDevices env envFrom
    volumeClaimTemplates subjects imagePullSecrets tolerations topologySpreadConstraints from to
    ingress egress ownerReferences hostAliases metrics matchExpressions paths"""
)
_OPEN = _words(
    """labels annotations data stringData binaryData matchLabels nodeSelector parameters"""
)
"""Mappings whose keys are the user's own."""

_SCALARS = _words(
    """name namespace type protocol port targetPort nodePort containerPort hostPort hostIP image
    kind apiGroup key value mountPath subPath subPathExpr path operator effect topologyKey clusterIP
    storageClassName volumeName volumeMode serviceName serviceAccountName secretName claimName
    replicas minReadySeconds maxUnavailable minAvailable maxSurge sessionAffinity server fieldPath
    externalTrafficPolicy internalTrafficPolicy podManagementPolicy reclaimPolicy provisioner
    persistentVolumeReclaimPolicy volumeBindingMode restartPolicy imagePullPolicy dnsPolicy
    terminationGracePeriodSeconds priorityClassName pathType host hostname subdomain cidr"""
)
_ORDINARY = frozenset({"ports", "rules", "tls"})
"""Lists of mappings, where they are lists: a name of other things in some kinds."""


def misfit(manifest: Manifest) -> str:
    """Return the path of the first field of another shape than its kind has; empty for none.

    What is null counts as left out, as it does for Kubernetes.
    """
    metadata = manifest.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        return "metadata"
    for key in ("name", "namespace", "generateName"):
        if not isinstance((metadata or {}).get(key), str | None):
            return f"metadata.{key}"
    group = str(manifest.get("apiVersion")).rpartition("/")[0]
    if group in _BUILT_IN:
        return _below(manifest, "")
    known = {key: manifest[key] for key in ("metadata", "spec") if key in manifest}
    return _below({"metadata": metadata}, "") or next(
        (key for key, value in known.items() if not isinstance(value, dict | None)), ""
    )


def _below(mapping: dict[str, Any], path: str) -> str:
    for key, value in mapping.items():
        here = f"{path}.{key}" if path else key
        if value is None:
            continue
        if key in _MAPPINGS and not isinstance(value, dict):
            return here
        if key in _SCALARS and isinstance(value, dict | list) and not _source(key, path):
            return here
        if key in _LISTS_OF_MAPPINGS or (key in _ORDINARY and isinstance(value, dict | list)):
            if found := _items(value, here):
                return found
        elif isinstance(value, dict) and key not in _OPEN and (found := _below(value, here)):
            return found
    return ""


def _source(key: str, path: str) -> bool:
    """Tell whether a field of that name is a mapping just here.

    The port of an Ingress's backend has a name or number; a volume can come from an image.
    """
    return (key == "port" and path.endswith(".service")) or (key == "image" and ".volumes[" in path)


def _items(value: Any, path: str) -> str:
    if not isinstance(value, list):
        return path
    for place, item in enumerate(value):
        if not isinstance(item, dict):
            return f"{path}[{place}]"
        if found := _below(item, f"{path}[{place}]"):
            return found
    return ""
