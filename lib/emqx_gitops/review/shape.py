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


def _below(mapping: dict[str, Any], parent: str, *, in_volume: bool = False) -> str:
    """Return the path, from *mapping* on, of what has another shape; *parent* is its own key."""
    for key, value in mapping.items():
        if isinstance(value, dict):
            scalar = key in _SCALARS and not _source(key, parent, in_volume=in_volume)
            if scalar or key in _LISTS_OF_MAPPINGS or key in _ORDINARY:
                return key
            if key not in _OPEN and (found := _below(value, key, in_volume=in_volume)):
                return f"{key}.{found}"
        elif isinstance(value, list):
            if key in _MAPPINGS or key in _SCALARS:
                return key
            listed = key in _LISTS_OF_MAPPINGS or key in _ORDINARY
            if listed and (found := _items(value, key, in_volume=in_volume)):
                return f"{key}{found}"
        elif value is not None and (key in _MAPPINGS or key in _LISTS_OF_MAPPINGS):
            return key
    return ""


def _source(key: str, parent: str, *, in_volume: bool) -> bool:
    """
    Tell whether a field of that name is a mapping just here.

    The port of an Ingress's backend has a name or number; a volume can come from an image.
    """
    return (key == "port" and parent == "service") or (key == "image" and in_volume)


def _items(values: list[Any], name: str, *, in_volume: bool) -> str:
    for place, item in enumerate(values):
        if not isinstance(item, dict):
            return f"[{place}]"
        if found := _below(item, name, in_volume=in_volume or name == "volumes"):
            return f"[{place}].{found}"
    return ""
