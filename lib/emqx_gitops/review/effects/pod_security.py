"""What a pod does that a level of Pod Security does not allow; the checks that EMQX can meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.reading import at, mapping, mappings, texts

_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "name",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)


def offences(spec: Manifest, level: str) -> list[str]:
    """Return what of a pod's *spec* is not allowed at *level*: ``baseline`` or ``restricted``."""
    if level not in {"baseline", "restricted"}:
        return []
    found = [*_baseline(spec)]
    if level == "restricted":
        found += _restricted(spec)
    return list(dict.fromkeys(found))


def _containers(spec: Manifest) -> list[Manifest]:
    return [*mappings(spec, "initContainers"), *mappings(spec, "containers")]


def _baseline(spec: Manifest) -> Iterator[str]:
    yield from (key for key in ("hostIPC", "hostNetwork", "hostPID") if spec.get(key) is True)
    if any("hostPath" in each for each in mappings(spec, "volumes")):
        yield "hostPath"
    if at(spec, "securityContext", "seccompProfile", "type") == "Unconfined":
        yield "seccompProfile"
    for each in _containers(spec):
        own = mapping(each, "securityContext")
        if own.get("privileged") is True:
            yield "privileged"
        if not {*texts(own, "capabilities", "add")} <= _CAPABILITIES:
            yield "capabilities"
        if any(port.get("hostPort") for port in mappings(each, "ports")):
            yield "hostPort"
        if at(own, "seccompProfile", "type") == "Unconfined":
            yield "seccompProfile"


def _restricted(spec: Manifest) -> Iterator[str]:
    pod = mapping(spec, "securityContext")
    if any(not {*each} <= _VOLUMES for each in mappings(spec, "volumes")):
        yield "volumes"
    for each in _containers(spec):
        own = mapping(each, "securityContext")
        if own.get("allowPrivilegeEscalation") is not False:
            yield "allowPrivilegeEscalation"
        kept = "ALL" not in texts(own, "capabilities", "drop")
        if kept or not {*texts(own, "capabilities", "add")} <= {"NET_BIND_SERVICE"}:
            yield "capabilities"
        if _either(own, pod, "runAsNonRoot") is not True:
            yield "runAsNonRoot"
        if _either(own, pod, "runAsUser") == 0:
            yield "runAsUser"
        if _either(own, pod, "seccompProfile", "type") not in ("RuntimeDefault", "Localhost"):
            yield "seccompProfile"


def _either(own: Manifest, pod: Manifest, *steps: str) -> Any:
    found = at(own, *steps)
    return at(pod, *steps) if found is None else found
