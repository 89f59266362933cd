"""Where the nodes of a cluster keep their data."""

from __future__ import annotations

from typing import NamedTuple

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Place
from emqx_gitops.review.effects.emqx.variables import volumes_of
from emqx_gitops.review.model import Item
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.pods import claim_templates

DATA = "/opt/emqx/data"
"""Folder of the image that holds all data, ``mnesia/<node name>`` among it."""


class Storage(NamedTuple):
    """What lies under a node's data folder."""

    what: str
    """In words, without the names of objects that follow from workload and namespace."""
    lasting: bool
    """Whether it outlives the pod."""
    place: Place
    """The volume, or the template of claims, that says so."""
    mount: Place
    """The container's mount of it."""
    below: str = ""
    """Folder of the volume that is mounted; empty for all of it."""


def storage(cluster: Cluster) -> Storage:
    """Return what holds the data of *cluster*."""
    for mount in entries(cluster.container.body.get("volumeMounts")):
        path = text(mount.get("mountPath")).rstrip("/")
        if path == DATA or DATA.startswith(f"{path}/"):
            return _of_mount(cluster, mount)
    place = cluster.in_container("volumeMounts")
    return Storage("the container's own files", lasting=False, place=place, mount=place)


def data_folder(cluster: Cluster) -> str:
    """Return the folder that EMQX writes to, relative ones below ``/opt/emqx``."""
    folder = cluster.get("EMQX_NODE__DATA_DIR") or DATA
    return (folder if folder.startswith("/") else f"/opt/emqx/{folder}").rstrip("/")


def _of_mount(cluster: Cluster, mount: Manifest) -> Storage:
    name = text(mount.get("name"))
    item = Item((("name", name),))
    below = text(mount.get("subPath")) or text(mount.get("subPathExpr"))
    path = text(mount.get("mountPath"))
    where = cluster.in_container("volumeMounts", Item((("mountPath", path),)))
    folder = f", folder {below}" if below else ""
    for template in claim_templates(cluster.pod):
        if text(mapping(template.get("metadata")).get("name")) == name:
            place = cluster.at("spec", "volumeClaimTemplates", Item((("metadata.name", name),)))
            what = f"claims {name}-<pod> {_class(template)}{folder}"
            return Storage(what, lasting=True, place=place, mount=where, below=below)
    volume = volumes_of(cluster.pod).get(name, {})
    what, lasting = _of_volume(volume)
    place = cluster.in_pod("volumes", item)
    return Storage(what + folder, lasting, place, where, below)


def _class(template: Manifest) -> str:
    name = mapping(template.get("spec")).get("storageClassName")
    if name == "":
        return "on volumes made by hand"
    return f"of class {name}" if name else "of the default class"


def _of_volume(volume: Manifest) -> tuple[str, bool]:
    claim = mapping(volume.get("persistentVolumeClaim"))
    nfs = mapping(volume.get("nfs"))
    host = mapping(volume.get("hostPath"))
    if claim:
        return f"claim {claim.get('claimName')}", True
    if nfs:
        return f"NFS {nfs.get('server')}:{nfs.get('path')}", True
    if host:
        return f"folder {host.get('path')} of each machine", True
    if "ephemeral" in volume:
        return "an ephemeral claim", False
    return "an emptyDir", False
