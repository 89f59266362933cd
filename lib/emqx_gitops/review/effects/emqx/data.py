"""What becomes of the data of nodes: volumes, machines, durable sessions."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.emqx.advice import backup, ctl
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.data_rules import (
    LAYOUT_FIXED,
    NODE_MOVED,
    SESSIONS_OFF,
    VOLUME_SOURCE_CHANGED,
    VOLUME_SWAPPED,
)
from emqx_gitops.review.effects.emqx.facts import Found, Place, blame, found
from emqx_gitops.review.effects.emqx.storage import data_folder, storage
from emqx_gitops.review.side import Objects
from emqx_gitops.rules.lenient import entries, mapping, text, texts
from emqx_gitops.rules.pods import claim_names, claim_templates

_SESSIONS = "EMQX_DURABLE_SESSIONS__ENABLE"
_BACKENDS = ("EMQX_DURABLE_STORAGE__MESSAGES__BACKEND", "EMQX_DURABLE_STORAGE__SESSIONS__BACKEND")
_LAYOUT = ("N_SITES", "N_SHARDS", "REPLICATION_FACTOR")


def judge_storage(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what it does that data lies elsewhere."""
    if old.kind != new.kind or old.namespace != new.namespace:
        return
    before, after = storage(old), storage(new)
    if before.what != after.what:
        place = after.place if before.below == after.below else after.mount
        fate = "stays there, and is not read any more" if before.lasting else "goes with the pods"
        message = f"nodes keep their data in {after.what}"
        message += "" if after.lasting else ", and lose it with each pod"
        message += f"; what they have in {before.what} {fate}"
        yield found(VOLUME_SWAPPED, place, message, f"{VOLUME_SWAPPED.fix}\n{backup(old)}")
    elif data_folder(old) != data_folder(new):
        facts = (each.settings.get("EMQX_NODE__DATA_DIR") for each in (old, new))
        message = f"nodes keep their data in {data_folder(new)}; what is in {data_folder(old)} is "
        message += "not read any more"
        yield found(VOLUME_SWAPPED, blame(*facts), message, f"{VOLUME_SWAPPED.fix}\n{backup(old)}")


def judge_volumes(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what it does that a node's volume lies elsewhere: another machine, folder or server."""
    if old.namespace != new.namespace:
        return
    before, after = _volumes(old), _volumes(new)
    for claim, volume in sorted(after.items()):
        was = before.get(claim)
        if was is None:
            continue
        node = claim.partition("-")[2]
        hosts = _hosts(was), _hosts(volume)
        sources = _source(was), _source(volume)
        if all(hosts) and hosts[0] != hosts[1]:
            yield _moved(node, hosts, before, claim, volume)
        elif sources[0] != sources[1]:
            place = Place(ResourceId.of(volume), ("spec",))
            message = f"{node} keeps its data in {sources[1]}; what is in {sources[0]} is not read"
            yield found(VOLUME_SOURCE_CHANGED, place, f"{message} any more")


def _moved(
    node: str, hosts: tuple[str, str], before: dict[str, Manifest], claim: str, volume: Manifest
) -> Found:
    other = next((k for k, v in before.items() if k != claim and _hosts(v) == hosts[1]), None)
    message = f"{node} moves from {hosts[0]} to {hosts[1]}, and its data does not"
    if other is not None:
        message += f"; the data there is {other.partition('-')[2]}'s"
    place = Place(ResourceId.of(volume), ("spec", "nodeAffinity"))
    return found(NODE_MOVED, place, message)


def _volumes(cluster: Cluster) -> dict[str, Manifest]:
    """Return the volumes that are meant for the claims of *cluster*, by claim, ``data-emqx-0``."""
    names = {
        name for each in claim_templates(cluster.pod) for name in claim_names(cluster.pod, each)
    }
    found_volumes = {}
    for volume in _volumes_near(cluster):
        claim = mapping(mapping(volume.get("spec")).get("claimRef"))
        name = text(claim.get("name"))
        if name in names and text(claim.get("namespace")) in {"", cluster.pod.namespace}:
            found_volumes[name] = volume
    return found_volumes


def _volumes_near(cluster: Cluster) -> Iterator[Manifest]:
    """Yield the volumes that may be meant for *cluster*: of thousands, few are read."""
    if isinstance(cluster.side, Objects) and cluster.pod.namespace:
        return cluster.side.meant_for("PersistentVolume", cluster.pod.namespace)
    return (volume for _, volume in cluster.among("PersistentVolume"))


def _hosts(volume: Manifest) -> str:
    required = mapping(mapping(mapping(volume.get("spec")).get("nodeAffinity")).get("required"))
    names = [
        name
        for term in entries(required.get("nodeSelectorTerms"))
        for each in entries(term.get("matchExpressions"))
        if each.get("key") == "kubernetes.io/hostname"
        for name in texts(each.get("values"))
    ]
    return ", ".join(names)


def _source(volume: Manifest) -> str:
    spec = mapping(volume.get("spec"))
    nfs, local, host, csi = (mapping(spec.get(k)) for k in ("nfs", "local", "hostPath", "csi"))
    if nfs:
        return f"{nfs.get('server')}:{nfs.get('path')}"
    if local or host:
        return str((local or host).get("path"))
    return f"volume {csi.get('volumeHandle')} of {csi.get('driver')}" if csi else ""


def judge_sessions(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what settings of durable sessions do to the sessions that there are."""
    if new.line.is_v4:
        return
    facts = old.settings.get(_SESSIONS), new.settings.get(_SESSIONS)
    if old.get(_SESSIONS) == "true" and new.get(_SESSIONS) != "true":
        message = f"durable sessions are turned off on {new.nodes}: their state and the messages "
        message += "that wait in them are not read any more"
        yield found(SESSIONS_OFF, blame(*facts), message)
    if old.get(_SESSIONS) != "true" or new.get(_SESSIONS) != "true":
        return
    for key in _BACKENDS:
        facts = old.settings.get(key), new.settings.get(key)
        if old.get(key) != new.get(key) and any(facts):
            message = f"{key} becomes {new.get(key) or 'the default'}: what the old backend holds "
            message += "is not read any more"
            yield found(SESSIONS_OFF, blame(*facts), message)
    for key in sorted(old.settings.keys() | new.settings.keys()):
        facts = old.settings.get(key), new.settings.get(key)
        fixed = key.startswith("EMQX_DURABLE_STORAGE__") and key.endswith(_LAYOUT)
        if fixed and old.get(key) != new.get(key):
            message = f"{key} becomes {new.get(key) or 'the default'}: storage that was set up "
            message += "before keeps its layout, only new storage follows"
            advice = f"{LAYOUT_FIXED.fix}\n{ctl(new, 'ds info')}"
            yield found(LAYOUT_FIXED, blame(*facts), message, advice)
