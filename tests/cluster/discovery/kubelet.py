"""
What a container's process sees, worked out as the kubelet does, for simulated kubelets run nothing.

`envFrom` first, then `env` in order; what stands before is known to ``$(NAME)``, and what is not
known stays as it is written (kubernetes v1.36.3: pkg/kubelet/kubelet_pods.go,
makeEnvironmentVariables; third_party/forked/golang/expansion/expand.go).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from emqx_gitops.manifests import Manifest

Find = Callable[[str, str], Manifest | None]
"""Looks up an object of the pod's namespace by kind, ConfigMap or Secret, and name."""

TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105  (where it is mounted)

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "metadata.name": ("metadata", "name"),
    "metadata.namespace": ("metadata", "namespace"),
    "metadata.uid": ("metadata", "uid"),
    "spec.nodeName": ("spec", "nodeName"),
    "spec.serviceAccountName": ("spec", "serviceAccountName"),
    "status.hostIP": ("status", "hostIP"),
    "status.podIP": ("status", "podIP"),
}


class CannotStartError(Exception):
    """The kubelet would leave the container in CreateContainerConfigError."""


def broker_of(pod: Manifest) -> Manifest | None:
    """Return the container of *pod* that runs EMQX: the one with its distribution port."""
    for container in pod["spec"]["containers"]:
        if any(each["containerPort"] == 4370 for each in container.get("ports", ())):
            found: Manifest = container
            return found
    return None


def variables(pod: Manifest, container: Manifest, find: Find) -> dict[str, str]:
    """Return the variables of *container* by name; raise CannotStartError for what is missing."""
    seen: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        seen.update(_all_of(source, find))
    for entry in container.get("env", ()):
        if entry.get("value"):
            seen[entry["name"]] = expand(entry["value"], seen)
        else:
            value = _from(entry.get("valueFrom", {}), pod, find)
            if value is not None:
                seen[entry["name"]] = value
    return seen


def expand(text: str, known: Mapping[str, str]) -> str:
    """Return *text* with each ``$(NAME)`` that is *known* replaced; ``$$`` is a plain dollar."""

    def replace(match: re.Match[str]) -> str:
        return "$" if match[1] == "$" else known.get(match[2], match[0])

    return re.sub(r"\$(\$|\(([^)]*)\))", replace, text)


def unexpanded(text: str) -> Iterator[str]:
    """Yield names that *text* still wants expanded after the kubelet is done with it."""
    yield from re.findall(r"\$\(([A-Z_][A-Z0-9_]*)\)", text)


def has_token(container: Manifest, pod: Manifest) -> bool:
    """Whether the container finds its ServiceAccount's token, where the API server put it."""
    volumes = {
        each["name"]
        for each in pod["spec"].get("volumes", ())
        if any("serviceAccountToken" in s for s in each.get("projected", {}).get("sources", ()))
    }
    return any(
        each["mountPath"] == TOKEN_FOLDER and each["name"] in volumes
        for each in container.get("volumeMounts", ())
    )


def hosts_entry(pod: Manifest, domain: str) -> str:
    """Return the line of ``/etc/hosts`` that the kubelet writes for the pod's own address."""
    spec, meta = pod["spec"], pod["metadata"]
    hostname = spec.get("hostname") or meta["name"]
    names = [pod["status"]["podIP"]]
    if spec.get("subdomain"):
        names.append(f"{hostname}.{spec['subdomain']}.{meta['namespace']}.svc.{domain}")
    return "\t".join([*names, hostname])


def content(source: Manifest) -> dict[str, str]:
    """Return the keys and values of a ConfigMap or Secret, as text."""
    data: Mapping[str, str] = source.get("data") or {}
    if source["kind"] == "Secret":
        return {key: base64.b64decode(value).decode() for key, value in data.items()}
    return dict(data)


def _all_of(source: Mapping[str, Any], find: Find) -> dict[str, str]:
    for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
        if field not in source:
            continue
        found = find(kind, source[field]["name"])
        if found is None:
            if source[field].get("optional"):
                return {}
            raise CannotStartError(f"{kind} {source[field]['name']} not found")
        prefix = source.get("prefix", "")
        return {prefix + key: value for key, value in content(found).items()}
    return {}


def _from(source: Mapping[str, Any], pod: Manifest, find: Find) -> str | None:
    """Return the value of one ``valueFrom``; None where an optional one is missing."""
    for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
        if field in source:
            return _one_of(source[field], kind, find)
    if "fieldRef" in source:
        return _field(source["fieldRef"]["fieldPath"], pod)
    return ""


def _one_of(reference: Mapping[str, Any], kind: str, find: Find) -> str | None:
    name, key = reference["name"], reference["key"]
    found = find(kind, name)
    values = content(found) if found else {}
    if key in values:
        return values[key]
    if reference.get("optional"):
        return None
    what = f"key {key} of {kind} {name}" if found else f"{kind} {name}"
    raise CannotStartError(f"{what} not found")


def _field(path: str, pod: Manifest) -> str:
    if path not in _FIELDS:
        raise CannotStartError(f"field {path} is not modelled")
    value: Any = pod
    for step in _FIELDS[path]:
        value = value[step]
    return str(value)
