"""
Whether everything exists that pods, Services and policies refer to: a second opinion.

The program's own rules look at documents before they are applied, these at what the API server
holds; they share no code. Simulated kubelets start pods whatever is missing: nobody else notices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emqx_gitops.manifests import Manifest
from tests.cluster.discovery import kubelet
from tests.cluster.settled.snapshot import Snapshot, containers_of


def reference_problems(held: Snapshot) -> list[str]:
    """Return what is referred to and is not there, in one namespace."""
    problems = [
        f"pod {pod['metadata']['name']}: {problem}"
        for pod in held.of("Pod")
        for problem in _pod(pod, held)
    ]
    problems += [
        f"Service {service['metadata']['name']}: {problem}"
        for service in held.of("Service")
        for problem in _service(service, held)
    ]
    problems += [
        f"NetworkPolicy {policy['metadata']['name']}: {problem}"
        for policy in held.of("NetworkPolicy")
        for problem in _policy(policy, held)
    ]
    return problems


@dataclass(frozen=True)
class _Files:
    """A folder in a container whose files are known."""

    path: str
    names: frozenset[str]


def _pod(pod: Manifest, held: Snapshot) -> Iterator[str]:
    spec = pod["spec"]
    account = spec.get("serviceAccountName", "default")
    if held.find("ServiceAccount", account) is None:
        yield f"no ServiceAccount {account}"
    for each in spec.get("imagePullSecrets", ()):
        if held.find("Secret", each["name"]) is None:
            yield f"no Secret {each['name']} to pull with"
    volumes: dict[str, frozenset[str] | None] = {}
    for volume in spec.get("volumes", ()):
        missing, files = _volume(volume, held)
        volumes[volume["name"]] = files
        yield from (f"volume {volume['name']}: {problem}" for problem in missing)
    for container in containers_of(pod):
        for problem in _container(container, pod, volumes, held):
            yield f"container {container['name']}: {problem}"


def _container(
    container: Manifest,
    pod: Manifest,
    volumes: Mapping[str, frozenset[str] | None],
    held: Snapshot,
) -> Iterator[str]:
    folders = []
    for mount in container.get("volumeMounts", ()):
        if mount["name"] not in volumes:
            yield f"no volume {mount['name']}"
        elif (files := volumes[mount["name"]]) is not None:
            folders.append(_Files(mount["mountPath"].rstrip("/"), files))
    yield from _probes(container)
    try:
        seen = kubelet.variables(pod, container, held.find)
    except kubelet.CannotStartError as error:
        yield str(error)
        return
    words = [
        kubelet.expand(word, seen)
        for field in ("command", "args")
        for word in container.get(field, ())
    ]
    for where, text in [*seen.items(), *(("command", word) for word in words)]:
        yield from (f"{where}: $({name}) is not expanded" for name in kubelet.unexpanded(text))
    texts = [*seen.values(), *words, *_mounted_texts(container, pod, held)]
    yield from sorted(set(_missing_files(texts, folders)))


def _probes(container: Manifest) -> Iterator[str]:
    names = {each.get("name") for each in container.get("ports", ())}
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        for action in ("httpGet", "tcpSocket"):
            port = container.get(kind, {}).get(action, {}).get("port")
            if isinstance(port, str) and port not in names:
                yield f"{kind}: no port {port}"


def _volume(volume: Manifest, held: Snapshot) -> tuple[list[str], frozenset[str] | None]:
    """Return what is missing, and the names of the files where all of them are known."""
    if "persistentVolumeClaim" in volume:
        name = volume["persistentVolumeClaim"]["claimName"]
        return ([] if held.find("PersistentVolumeClaim", name) else [f"no claim {name}"]), None
    if "projected" in volume:
        found = [_source(each, held) for each in volume["projected"]["sources"]]
    elif "configMap" in volume or "secret" in volume:
        found = [_source(volume, held)]
    else:
        return [], None
    missing = [problem for problems, _ in found for problem in problems]
    return missing, frozenset(name for _, names in found for name in names)


def _source(source: Mapping[str, Any], held: Snapshot) -> tuple[list[str], list[str]]:
    for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
        if field not in source:
            continue
        given = source[field]
        name = given.get("secretName") or given["name"]
        found = held.find(kind, name)
        if found is None:
            return ([] if given.get("optional") else [f"no {kind} {name}"]), []
        keys = {*(found.get("data") or ()), *(found.get("binaryData") or ())}
        if "items" not in given:
            return [], sorted(keys)
        wanted = {each["key"]: each["path"] for each in given["items"]}
        missing = [f"no key {key} in {kind} {name}" for key in wanted.keys() - keys]
        return ([] if given.get("optional") else missing), list(wanted.values())
    if "serviceAccountToken" in source:
        return [], [source["serviceAccountToken"]["path"]]
    if "downwardAPI" in source:
        return [], [each["path"] for each in source["downwardAPI"].get("items", ())]
    return [f"a source that is not known: {sorted(source)}"], []


def _mounted_texts(container: Manifest, pod: Manifest, held: Snapshot) -> Iterator[str]:
    """Yield the files of ConfigMaps that the container sees: they name other files."""
    mounted = {each["name"] for each in container.get("volumeMounts", ())}
    for volume in pod["spec"].get("volumes", ()):
        if volume["name"] in mounted and "configMap" in volume:
            found = held.find("ConfigMap", volume["configMap"]["name"])
            yield from (found.get("data") or {}).values() if found else ()


def _missing_files(texts: Iterable[str], folders: Iterable[_Files]) -> Iterator[str]:
    """Yield files that some text names below a folder of *folders* that has no such file."""
    for text in texts:
        for folder in folders:
            for name in re.findall(rf"{re.escape(folder.path)}/([-.\w]*\w)", text):
                if name not in folder.names:
                    yield f"no file {folder.path}/{name}"


def _service(service: Manifest, held: Snapshot) -> Iterator[str]:
    selector = service["spec"].get("selector")
    if not selector:
        return
    for pod in held.selected(selector):
        names = set(_port_names(pod))
        for port in service["spec"].get("ports", ()):
            target = port.get("targetPort")
            if isinstance(target, str) and target not in names:
                yield f"no port {target} in pod {pod['metadata']['name']}"


def _policy(policy: Manifest, held: Snapshot) -> Iterator[str]:
    pods = held.selected(policy["spec"]["podSelector"].get("matchLabels", {}))
    names = {name for pod in pods for name in _port_names(pod)}
    for rule in policy["spec"].get("ingress", ()):
        for each in rule.get("ports", ()):
            if isinstance(each["port"], str) and each["port"] not in names:
                yield f"no port {each['port']}"


def _port_names(pod: Manifest) -> Iterator[str]:
    for container in pod["spec"]["containers"]:
        yield from (each["name"] for each in container.get("ports", ()) if "name" in each)
