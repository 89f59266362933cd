"""Rules on claims by themselves: how they name their class, and who writes to them."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.constructs.names import DATA_PATH
from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.rules.lenient import entries, mapping, text, texts
from emqx_gitops.rules.objects import Objects
from emqx_gitops.rules.pods import Pod, claim_templates

IGNORED_CLASS = Rule(
    code="EG709",
    name="ignored-class-annotation",
    severity=Severity.ERROR,
    what="A claim or volume names its storage class in the annotation of Kubernetes 1.2.",
    why="Nothing reads it any more: the claim gets the cluster's default class, or waits for ever.",
    fix="Write spec.storageClassName.",
    source="Kubernetes documentation, Persistent Volumes, Class; emqx-gitops guide, row 13",
)

OLD_CLASS = Rule(
    code="EG718",
    name="old-class-annotation",
    severity=Severity.WARNING,
    what="A claim or volume names its storage class in the annotation of Kubernetes 1.4.",
    why="It still works, and wins over spec.storageClassName; it is to go in some release.",
    fix="Write spec.storageClassName.",
    source="Kubernetes documentation, Persistent Volumes, Class",
)

SHARED_CLAIM = Rule(
    code="EG719",
    name="shared-claim",
    severity=Severity.ERROR,
    what="All replicas of a workload write to one claim.",
    why=(
        "Brokers corrupt each other's database; other pods wait for a volume that one node holds."
    ),
    fix="Use volumeClaimTemplates of a StatefulSet, one replica, or mount the claim read-only.",
    source="Kubernetes documentation, Persistent Volumes, Access Modes; StatefulSets",
)

RULES = (IGNORED_CLASS, OLD_CLASS, SHARED_CLAIM)

_ANNOTATIONS = {
    "volume.alpha.kubernetes.io/storage-class": IGNORED_CLASS,
    "volume.beta.kubernetes.io/storage-class": OLD_CLASS,
}


def check_claims(objects: Objects) -> Iterator[Finding]:
    """Yield claims whose class is not read, and claims that several pods write to."""
    holders = [
        (pod.owner, f"spec.volumeClaimTemplates[{index}].", template)
        for pod in objects.pods
        for index, template in enumerate(claim_templates(pod))
    ]
    for kind in ("PersistentVolumeClaim", "PersistentVolume"):
        holders += [(each, "", each) for each in objects.of(kind)]
    for owner, path, claim in holders:
        annotations = mapping(mapping(claim.get("metadata")).get("annotations"))
        for name in _ANNOTATIONS.keys() & annotations.keys():
            message = f"the storage class stands in the annotation {name}"
            place = f"{path}metadata.annotations"
            yield objects.at(_ANNOTATIONS[name], owner, place, message)
    for pod in objects.pods:
        if pod.replicas > 1:
            yield from _shared(objects, pod)


def _shared(objects: Objects, pod: Pod) -> Iterator[Finding]:
    for index, volume in enumerate(entries(pod.spec.get("volumes"))):
        source = mapping(volume.get("persistentVolumeClaim"))
        if not source or source.get("readOnly") is True:
            continue
        claim = text(source.get("claimName"))
        if _holds_data(objects, pod, text(volume.get("name"))) or _is_single(objects, pod, claim):
            path = f"{pod.path}.volumes[{index}].persistentVolumeClaim"
            message = f"{pod.replicas} replicas share the claim {claim}"
            yield objects.at(SHARED_CLAIM, pod.owner, path, message)


def _holds_data(objects: Objects, pod: Pod, volume: str) -> bool:
    """Tell whether brokers of *pod* keep their database on *volume*, all in one folder."""
    return any(
        text(mount.get("name")) == volume
        and f"{text(mount.get('mountPath'))}/".startswith(f"{DATA_PATH}/")
        and "subPathExpr" not in mount
        for broker in objects.brokers
        if broker.pod is pod
        for mount in entries(broker.container.body.get("volumeMounts"))
    )


def _is_single(objects: Objects, pod: Pod, name: str) -> bool:
    """Tell whether the claim is rendered, and its volume is for one node at a time."""
    claim = objects.find("PersistentVolumeClaim", pod.namespace, name)
    modes = texts(mapping(claim.get("spec")).get("accessModes")) if claim else []
    return bool(modes) and not any(mode.endswith("Many") for mode in modes)
