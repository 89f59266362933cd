"""What nodes need to run and to stop in peace, and settings that nothing else is said of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from emqx_gitops.manifests import Manifest, ResourceId, base_name
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Found, Place, blame, found
from emqx_gitops.review.effects.emqx.listeners import dashboard, listeners
from emqx_gitops.review.effects.emqx.runtime_rules import (
    FILE_CHANGED,
    HURRIED,
    MEMORY_LOW,
    PROBE_UNANSWERED,
    SETTING,
)
from emqx_gitops.review.effects.emqx.variables import volumes_of
from emqx_gitops.review.effects.quantities import amount
from emqx_gitops.rules.lenient import entries, mapping, number, text
from emqx_gitops.rules.pods import PROBES

_LEAST_MEMORY = Decimal(512 * 1024 * 1024)
_LEAST_GRACE = 60
_DEFAULT_GRACE = 30
_LEAST_START = 120
_SHOWN = 5


def judge_probes(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield probes that ask a port on which no node answers any more."""
    if not _complete(new):
        return
    for name in PROBES:
        before, after = _asked(old, name), _asked(new, name)
        if after is None or _answers(new, after):
            continue
        if before is not None and not _answers(old, before):
            continue
        how, port = after
        message = f"{name} asks port {port}, where no node answers: "
        message += "no node gets ready" if name == "readinessProbe" else "containers are restarted"
        yield found(PROBE_UNANSWERED, new.in_container(name, how, "port"), message)


def _complete(cluster: Cluster) -> bool:
    return all(
        ResourceId("", kind, cluster.pod.namespace, name) in cluster.side
        for kind, name, _ in cluster.container.sources
        if kind == "ConfigMap"
    )


def _asked(cluster: Cluster, name: str) -> tuple[str, Any] | None:
    probe = mapping(cluster.container.body.get(name))
    for how in ("httpGet", "tcpSocket"):
        if how in probe:
            return how, mapping(probe[how]).get("port")
    return None


def _answers(cluster: Cluster, asked: tuple[str, Any]) -> bool:
    how, port = asked
    if type(port) is str and not port.isdecimal():
        # Container ports are words; those of images that EMQX does not open are checked too.
        port = cluster.container.ports.get(port, 0)
    http = {each for _, each in dashboard(cluster).values()}
    plain = {each.port for each in listeners(cluster).values()}
    return int(port or 0) in (http if how == "httpGet" else http | plain)


def judge_resources(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield memory below what a node needs."""
    before, after = _memory(old), _memory(new)
    if after is not None and after < _LEAST_MEMORY and (before is None or after < before):
        mib = int(after / 1024 / 1024)
        was = f", and had {int(before / 1024 / 1024)} MiB" if before else ""
        message = f"{new.nodes} get {mib} MiB of memory{was}; EMQX needs 512 MiB at least"
        yield found(MEMORY_LOW, new.in_container("resources", "limits", "memory"), message)


def _memory(cluster: Cluster) -> Decimal | None:
    limits = mapping(mapping(cluster.container.body.get("resources")).get("limits"))
    return amount(limits.get("memory")) if "memory" in limits else None


def judge_pace(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield less time to stop or start in than nodes need."""
    key = "terminationGracePeriodSeconds"
    before, after = (number(each.pod.spec.get(key), _DEFAULT_GRACE) for each in (old, new))
    if after < before and after < _LEAST_GRACE:
        message = (
            f"nodes get {after} s to stop, and had {before} s: they are killed before clients "
        )
        message += "and tables are handed over"
        yield found(HURRIED, new.in_pod(key), message)
    if old.kind != new.kind or max(old.replicas, new.replicas) == 1:
        return
    ready = [number(each.spec.get("minReadySeconds"), 0) for each in (old, new)]
    if ready[0] > 0 and ready[1] == 0:
        message = (
            f"a node counts as soon as it answers, not {ready[0]} s later: the next one stops "
        )
        message += "before it has joined and clients are back"
        yield found(HURRIED, new.at("spec", "minReadySeconds"), message)
    budgets = _start(old), _start(new)
    if budgets[1] < budgets[0] and budgets[1] < _LEAST_START:
        message = f"nodes get {budgets[1]} s to start, and had {budgets[0]} s: those that wait for "
        message += "tables of others are killed meanwhile"
        yield found(HURRIED, new.in_container("startupProbe"), message)


def _start(cluster: Cluster) -> int:
    probe = mapping(cluster.container.body.get("startupProbe"))
    if probe:
        return number(probe.get("failureThreshold"), 3) * number(probe.get("periodSeconds"), 10)
    alive = mapping(cluster.container.body.get("livenessProbe"))
    if not alive:
        return 10**6
    tries = number(alive.get("failureThreshold"), 3) * number(alive.get("periodSeconds"), 10)
    return number(alive.get("initialDelaySeconds"), 0) + tries


def judge_files(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield configuration files whose text changes: it is not read here."""
    before = _files(old)
    for (folder, name), (place, now) in _files(new).items():
        was = before.get((folder, name))
        if was is not None and was[1] != now:
            yield found(
                FILE_CHANGED, place, f"{name} below {folder} changes, which {new.nodes} read"
            )


def _files(cluster: Cluster) -> dict[tuple[str, str], tuple[Place, str]]:
    """Return the texts of ConfigMaps that the nodes mount, by folder and key."""
    found_files = {}
    volumes = volumes_of(cluster.pod)
    for mount in entries(cluster.container.body.get("volumeMounts")):
        volume: Manifest = volumes.get(text(mount.get("name")), {})
        name = text(mapping(volume.get("configMap")).get("name"))
        owner = ResourceId("", "ConfigMap", cluster.pod.namespace, name)
        for key, value in mapping(mapping(cluster.side.get(owner)).get("data")).items():
            if type(value) is str:
                spot = text(mount.get("mountPath")), key
                found_files[spot] = Place(owner, ("data", key)), value
    return found_files


def judge_settings(old: Cluster, new: Cluster, told: Sequence[Found]) -> Iterator[Found]:
    """Yield one effect for each object with settings that nothing else was *told* of."""
    known = {(each.owner, each.effect.path) for each in told}
    left: dict[str, list[tuple[Place, str]]] = {}
    for key in sorted(old.settings.keys() | new.settings.keys()):
        before, after = old.settings.get(key), new.settings.get(key)
        if not key.startswith("EMQX_") or (before and before.value) == (after and after.value):
            continue
        place = blame(before, after)
        if tuple(place) not in known:
            how = "is set" if before is None else "is left out" if after is None else "changes"
            name = {"kind": place.owner.kind, "metadata": {"name": place.owner.name}}
            # A generated map has another name on each side, and is one change.
            left.setdefault(base_name(name), []).append((place, f"{key} {how}"))
    for found_here in left.values():
        said = ", ".join(each for _, each in found_here[:_SHOWN])
        more = f", and {len(found_here) - _SHOWN} more" if len(found_here) > _SHOWN else ""
        path = found_here[0][0]
        yield found(SETTING, path, f"{said}{more}: {_when(old, new)}")


def _when(old: Cluster, new: Cluster) -> str:
    if old.spec.get("template") != new.spec.get("template"):
        return "nodes read settings as they restart"
    return "nodes read settings as they start, and nothing restarts them here"
