"""Claims and volumes that change: what is refused, what grows, what puts data at risk."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.pods import command, title
from emqx_gitops.review.effects.quantities import amount
from emqx_gitops.review.effects.reading import at, listed, path_of
from emqx_gitops.review.model import Change, Effect, EffectRule, Outcome, Surroundings

CLAIM = EffectRule(
    code="EG811",
    name="claim-immutable",
    outcome=Outcome.REFUSED,
    what="A field of a claim changes that may be set only when it is made.",
    why="A claim is bound to a volume of that kind; only its size and attributes class may change.",
    fix="Make a claim of another name, copy the data, and let pods use the new one.",
    source="pkg/apis/core/validation ValidatePersistentVolumeClaimUpdate (v1.36.3)",
)

SHRINKS = EffectRule(
    code="EG812",
    name="claim-shrinks",
    outcome=Outcome.REFUSED,
    what="A claim asks for less than before.",
    why="Volumes are never made smaller.",
    fix="Keep the size, or make a smaller claim of another name and copy the data.",
    source="Kubernetes documentation, persistent volumes (expanding claims)",
)

GROWS = EffectRule(
    code="EG813",
    name="claim-grows",
    outcome=Outcome.IN_PLACE,
    what="A claim asks for more, and its class allows volumes to grow.",
    why="The volume is expanded, and the file system with it, while it is in use.",
    fix="Nothing; a volume never shrinks again.",
    source="Kubernetes documentation, persistent volumes (expanding claims)",
)

CANNOT_GROW = EffectRule(
    code="EG814",
    name="claim-cannot-grow",
    outcome=Outcome.REFUSED,
    what="A claim asks for more, and its class does not let volumes grow.",
    why="Only volumes that a class with allowVolumeExpansion made can be expanded.",
    fix="Make larger volumes, copy the data, and let new claims bind to them.",
    source="plugin/pkg/admission/storage/persistentvolume/resize (v1.36.3)",
)

MAY_GROW = EffectRule(
    code="EG815",
    name="claim-may-grow",
    outcome=Outcome.UNKNOWN,
    what="A claim asks for more, and its class is not among these manifests.",
    why="Only volumes that a class with allowVolumeExpansion made can be expanded.",
    fix="Ask the cluster: kubectl get storageclass",
    source="plugin/pkg/admission/storage/persistentvolume/resize (v1.36.3)",
)

VOLUME = EffectRule(
    code="EG816",
    name="volume-immutable",
    outcome=Outcome.REFUSED,
    what="The source, node or mode of a volume changes.",
    why="A volume is where its data is: spec.persistentvolumesource, volumeMode and nodeAffinity "
    "are immutable.",
    fix="Make a volume of another name, or delete this one once nothing uses it and apply again.",
    source="pkg/apis/core/validation ValidatePersistentVolumeUpdate (v1.36.3)",
)

RECLAIM = EffectRule(
    code="EG817",
    name="reclaim-policy-deletes",
    outcome=Outcome.DATA_LOSS,
    what="A volume that was kept when its claim goes is deleted from now on.",
    why="With Delete, the disk goes with the claim; with Recycle it is wiped.",
    fix="Keep persistentVolumeReclaimPolicy: Retain.",
    source="Kubernetes documentation, persistent volumes (reclaiming)",
)

RETENTION = EffectRule(
    code="EG818",
    name="claims-deleted-with-pods",
    outcome=Outcome.DATA_LOSS,
    what="A StatefulSet deletes claims from now on, when it shrinks or is deleted itself.",
    why="persistentVolumeClaimRetentionPolicy: Delete deletes the claims of pods that go.",
    fix="Keep Retain, and delete claims by hand when their data is not needed.",
    source="Kubernetes documentation, StatefulSets (claim retention)",
)

RELEASED = EffectRule(
    code="EG819",
    name="volume-for-another-claim",
    outcome=Outcome.DATA_LOSS,
    what="A volume is meant for another claim, or for none.",
    why="The claim that is bound to it is lost, and its pods do not start again.",
    fix="Keep claimRef while the claim is there.",
    source="Kubernetes documentation, persistent volumes (reserving a volume)",
)

RULES = (
    CLAIM,
    SHRINKS,
    GROWS,
    CANNOT_GROW,
    MAY_GROW,
    VOLUME,
    RECLAIM,
    RETENTION,
    RELEASED,
)

_SIZE = ("spec", "resources", "requests", "storage")
_MUTABLE_CLAIM = frozenset({"resources", "volumeAttributesClassName"})
_MUTABLE_VOLUME = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
    }
)


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what happens to claims and volumes."""
    sides = both(change, "PersistentVolumeClaim", "PersistentVolume", "StatefulSet")
    if sides is None:
        return
    if change.id.kind == "PersistentVolumeClaim":
        yield from _claim(change, sides, surroundings)
    elif change.id.kind == "PersistentVolume":
        yield from _volume(change, sides)
    else:
        yield from _retention(change, sides)


def _claim(change: Change, sides: Both, surroundings: Surroundings) -> Iterator[Effect]:
    keys = [key for key in sides.keys("spec") if key not in _MUTABLE_CLAIM]
    keys = [key for key in keys if not _first_set(sides, key)]
    if keys:
        names = listed([f"spec.{key}" for key in keys])
        path = path_of(change, "spec", keys[0])
        yield CLAIM.on(path, f"{names} of {title(sides.new)} cannot be changed")
    old, new = (amount(at(side, *_SIZE)) for side in sides)
    if old is not None and new is not None and old != new:
        yield _resized(sides, surroundings, grown=new > old)


def _first_set(sides: Both, key: str) -> bool:
    """Volume and class may be set once: before, they were left to the cluster."""
    return key in {"volumeName", "storageClassName"} and at(sides.old, "spec", key) is None


def _resized(sides: Both, surroundings: Surroundings, *, grown: bool) -> Effect:
    before, after = at(sides.old, *_SIZE), at(sides.new, *_SIZE)
    what = f"{title(sides.new)} goes from {before} to {after}"
    if not grown:
        return SHRINKS.on(_SIZE, f"{what}: a volume cannot be made smaller")
    name = at(sides.new, "spec", "storageClassName")
    if name == "":
        return CANNOT_GROW.on(_SIZE, f"{what}, and a volume without a class cannot grow")
    for each in surroundings.find(surroundings.new, "StorageClass"):
        if at(each, "metadata", "name") == name:
            allowed = at(each, "allowVolumeExpansion") is True
            verdict = "which allows it" if allowed else "which does not allow it"
            rule = GROWS if allowed else CANNOT_GROW
            return rule.on(_SIZE, f"{what}, of class {name}, {verdict}")
    return MAY_GROW.on(_SIZE, f"{what}, if class {name or '(the default)'} allows it")


def _volume(change: Change, sides: Both) -> Iterator[Effect]:
    for key in sides.keys("spec"):
        path = path_of(change, "spec", key)
        old, new = at(sides.old, "spec", key), at(sides.new, "spec", key)
        if key not in _MUTABLE_VOLUME and not (key == "nodeAffinity" and old is None):
            advice = f"{VOLUME.fix}\n{command(sides.new, 'delete')}"
            yield VOLUME.on(path, f"spec.{key} of {title(sides.new)} cannot be changed", advice)
        elif key == "persistentVolumeReclaimPolicy" and new in {"Delete", "Recycle"}:
            yield RECLAIM.on(path, f"the data of {title(sides.new)} goes when its claim goes")
        elif key == "claimRef" and _claimant(old) not in {("", ""), _claimant(new)}:
            claim = "/".join(_claimant(old))
            yield RELEASED.on(path, f"claim {claim} loses {title(sides.new)}")


def _claimant(reference: object) -> tuple[str, str]:
    return str(at(reference, "namespace") or ""), str(at(reference, "name") or "")


def _retention(change: Change, sides: Both) -> Iterator[Effect]:
    del change
    where = ("spec", "persistentVolumeClaimRetentionPolicy")
    for key, when in (("whenDeleted", "it is deleted"), ("whenScaled", "it shrinks")):
        if sides.differs(*where, key) and at(sides.new, *where, key) == "Delete":
            message = f"{title(sides.new)} deletes the claims of its pods when {when}"
            yield RETENTION.on((*where, key), message)
