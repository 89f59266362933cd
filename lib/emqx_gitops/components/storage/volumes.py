"""What storage choices share: the data mount, claim templates, pre-bound volumes, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from emqx_gitops.components.choice import Choice
from emqx_gitops.constructs import names, pod
from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.kustomize.documents import Operation, add

if TYPE_CHECKING:
    from emqx_gitops.components.site import Site
    from emqx_gitops.manifests import Manifest

NAME_OUTLIVES_POD = Rule(
    code="EG204",
    name="data-needs-stable-name",
    severity=Severity.ERROR,
    what="Data is kept, but the node's name holds its pod's IP address.",
    why=(
        "EMQX keeps its database in a folder named after the node. A restarted pod has another "
        "address, so another name, and starts with an empty database beside the orphaned one."
    ),
    fix=(
        "Use a StatefulSet with discovery `dns` `srv`, `k8s` `hostname` or `static`, discovery "
        "`singleton` for one node, or storage `ephemeral`."
    ),
    source="bin/emqx (mnesia dir), EMQX v4.4.19 and v5.7.1; emqx/emqx#6737, #11636",
)

TEMPLATES_NEED_STATEFULSET = Rule(
    code="EG208",
    name="claim-templates-need-statefulset",
    severity=Severity.ERROR,
    what="A volume for each node is asked for, and the workload cannot have claim templates.",
    why="Only a StatefulSet makes a claim for each pod and gives it back to the same pod later.",
    fix="Use workload `statefulset`; or storage `existingClaim` for one node, or `ephemeral`.",
    source="Kubernetes documentation, StatefulSets",
)

ONE_CLAIM_ONE_NODE = Rule(
    code="EG207",
    name="one-claim-one-node",
    severity=Severity.ERROR,
    what="One existing claim is to serve several nodes.",
    why="All nodes would write their database to the same files and corrupt each other.",
    fix="Set emqx.replicas to 1, or choose storage `storageClass`, `nfs` or `local`.",
    source="EMQX chart 5.7.1, persistence.existingClaim (mounts one claim in every pod)",
)

RULES = (NAME_OUTLIVES_POD, TEMPLATES_NEED_STATEFULSET, ONE_CLAIM_ONE_NODE)


class Storage(Choice):
    """Where a node's data lives."""

    persistent: ClassVar[bool] = True

    @property
    def disk_limit(self) -> str:
        """Limit of what a pod may write outside of volumes that outlive it."""
        return str(pod.RESOURCES["limits"]["ephemeral-storage"])

    def prepare(self, site: Site) -> tuple[str, ...]:
        """Return the shell lines that an operator must run before the first sync."""
        del site
        return ()

    def locations(self, site: Site) -> tuple[str, ...]:
        """
        Return the places of volumes outside the cluster; none may be used twice.

        Written as ``nfs://server/path``, the same from all clusters, and ``local://node/path``.
        """
        del site
        return ()

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse to keep data under a name that does not last."""
        if self.persistent and site.pod_ip_names:
            message = "data is kept, but node names hold pod IPs with this discovery"
            where = Where(environment=site.environment, path="storage.type")
            yield NAME_OUTLIVES_POD.at(where, message)


class PerNode(Storage):
    """Storage with a claim for each node, from a template."""

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse workloads without claim templates."""
        if site.workload != "StatefulSet":
            message = f"a {site.workload} has no claim templates"
            where = Where(environment=site.environment, path="storage.type")
            yield TEMPLATES_NEED_STATEFULSET.at(where, message)
        else:
            yield from super().findings(site)


def mount() -> Operation:
    """Return the operation that mounts the data volume."""
    return add(
        "/spec/containers/0/volumeMounts/-",
        {"name": names.DATA, "mountPath": names.DATA_PATH},
    )


def volume(source: Manifest) -> Operation:
    """Return the operation that adds the data volume from *source*."""
    return add("/spec/volumes/-", {"name": names.DATA} | source)


def claim_template(
    size: str, storage_class: str | None, *, access_mode: str = "ReadWriteOnce"
) -> Operation:
    """
    Return the operation that adds the claim template.

    It says ``apiVersion`` and ``kind``, which the API server would add: Argo CD shows OutOfSync for
    ever otherwise (argo-cd#11143). As nothing of it can change later, claims are guarded whatever
    `protect` says: lifting it would be refused. They go with the namespace all the same.
    """
    spec: Manifest = {
        "accessModes": [access_mode],
        "resources": {"requests": {"storage": size}},
        "volumeMode": "Filesystem",
    }
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    meta: Manifest = {
        "name": names.DATA,
        "labels": names.labels(names.CORE),
        "annotations": names.GUARDS,
    }
    template = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": meta,
        "spec": spec,
    }
    return add("/spec/volumeClaimTemplates", [template])


def bound_volume(site: Site, ordinal: int, *, size: str, source: Manifest) -> Manifest:
    """
    Return the PersistentVolume of one node, bound beforehand to that node's claim.

    Both sides say ``storageClassName: ""``, so that no provisioner takes the claim.
    """
    owner = f"{names.BROKER}-{ordinal}"
    meta: Manifest = {"name": f"{site.namespace}-{owner}", "labels": names.labels(names.CORE)}
    if site.protect:
        meta["annotations"] = names.GUARDS
    spec: Manifest = {
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": size},
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "name": f"{names.DATA}-{owner}",
            "namespace": site.namespace,
        },
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": "",
        "volumeMode": "Filesystem",
    }
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": meta,
        "spec": spec | source,
    }


def node_folders(site: Site, path: str) -> tuple[str, ...]:
    """Return each node's folder below *path*, by ordinal."""
    root = path.rstrip("/")
    return tuple(
        f"{root}/{site.namespace}/{names.BROKER}-{ordinal}" for ordinal in range(site.replicas)
    )
