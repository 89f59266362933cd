"""What the API server fills into pods and templates of pods; it fills more into pods."""

from __future__ import annotations

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.reading import made, mapping, mappings

_MODE = 0o644
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_POD = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
}
_PROBE = {"failureThreshold": 3, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}


def template(spec: Manifest) -> None:
    """Fill in the template of a workload's *spec*."""
    inner = made(spec, "template")
    mapping(inner, "metadata").pop("creationTimestamp", None)
    pod(made(inner, "spec"), bare=False)


def pod(spec: Manifest, *, bare: bool) -> None:
    """
    Fill in the *spec* of a pod, or of a template.

    `SetDefaults_Pod` leaves templates alone: what it would fill in restarts pods when it is written
    out there (pkg/apis/core/v1/defaults.go, v1.36.3).
    """
    for name, default in _POD.items():
        spec.setdefault(name, dict(default) if isinstance(default, dict) else default)
    if "serviceAccountName" in spec:
        spec["serviceAccount"] = spec["serviceAccountName"]
    elif "serviceAccount" in spec:
        spec["serviceAccountName"] = spec["serviceAccount"]
    for container in (*mappings(spec, "initContainers"), *mappings(spec, "containers")):
        _container(container, host_network=bool(spec.get("hostNetwork")))
        if bare:
            _requests(container)
    for volume in mappings(spec, "volumes"):
        _volume(volume)
    for each in mappings(spec, "topologySpreadConstraints"):
        each.setdefault("whenUnsatisfiable", "DoNotSchedule")
    if bare:
        spec.setdefault("enableServiceLinks", True)
        spec.setdefault("priority", 0)
        spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
        spec.setdefault("serviceAccountName", "default")
        spec["serviceAccount"] = spec["serviceAccountName"]


def _container(container: Manifest, *, host_network: bool) -> None:
    image = str(container.get("image"))
    tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
    latest = tag == "latest" or (not tag and "@" not in image)
    container.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    for port in mappings(container, "ports"):
        port.setdefault("protocol", "TCP")
        if host_network:
            port.setdefault("hostPort", port.get("containerPort"))
    for name in _PROBES:
        probe = container.get(name)
        if isinstance(probe, dict):
            for key, default in _PROBE.items():
                probe.setdefault(key, default)
            _action(probe)
    for hook in mapping(container, "lifecycle").values():
        if isinstance(hook, dict):
            _action(hook)
    for variable in mappings(container, "env"):
        _source(mapping(variable, "valueFrom"))


def _source(source: Manifest) -> None:
    if "fieldRef" in source:
        made(source, "fieldRef").setdefault("apiVersion", "v1")
    if "resourceFieldRef" in source:
        made(source, "resourceFieldRef").setdefault("divisor", "0")


def _action(action: Manifest) -> None:
    http = action.get("httpGet")
    if isinstance(http, dict):
        http.setdefault("path", "/")
        http.setdefault("scheme", "HTTP")
    remote = action.get("grpc")
    if isinstance(remote, dict):
        remote.setdefault("service", "")


def _volume(volume: Manifest) -> None:
    sources = {key for key in volume if key != "name"}
    if not sources:
        volume["emptyDir"] = {}
    for name in ("configMap", "downwardAPI", "projected", "secret"):
        if isinstance(volume.get(name), dict):
            volume[name].setdefault("defaultMode", _MODE)
    if isinstance(volume.get("hostPath"), dict):
        volume["hostPath"].setdefault("type", "")
    claim = mapping(volume, "ephemeral", "volumeClaimTemplate")
    if claim:
        made(claim, "spec").setdefault("volumeMode", "Filesystem")
    for source in mappings(volume, "projected", "sources"):
        if isinstance(source.get("serviceAccountToken"), dict):
            source["serviceAccountToken"].setdefault("expirationSeconds", 3600)
        _field_refs(mapping(source, "downwardAPI"))
    _field_refs(mapping(volume, "downwardAPI"))


def _field_refs(source: Manifest) -> None:
    for each in mappings(source, "items"):
        if isinstance(each.get("fieldRef"), dict):
            each["fieldRef"].setdefault("apiVersion", "v1")


def _requests(container: Manifest) -> None:
    limits = mapping(container, "resources", "limits")
    if limits:
        requests = made(container["resources"], "requests")
        for name, value in limits.items():
            requests.setdefault(name, value)
