"""Claims and volumes that change: what is refused, what grows, what puts data at risk."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.pods import command, title
from emqx_gitops.review.effects.quantities import amount
from emqx_gitops.review.effects.reading import at, listed, mapping, path_of
from emqx_gitops.review.effects.storage_rules import (
    CANNOT_GROW,
    CLAIM,
    ELSEWHERE,
    GROWS,
    MAY_GROW,
    RECLAIM,
    RELEASED,
    RETENTION,
    SHRINKS,
    VOLUME,
)
from emqx_gitops.review.model import Change, Effect, Surroundings

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
    keys = [key for key in keys if not _first_set(sides, key, surroundings)]
    if "volumeName" in keys and at(sides.old, "spec", "volumeName") is None:
        keys.remove("volumeName")
        where = ("spec", "volumeName")
        yield ELSEWHERE.on(where, f"{title(sides.new)} cannot move from the volume that it has")
    if keys:
        names = listed([f"spec.{key}" for key in keys])
        path = path_of(change, "spec", keys[0])
        yield CLAIM.on(path, f"{names} of {title(sides.new)} cannot be changed")
    old, new = (amount(at(side, *_SIZE)) for side in sides)
    if old is not None and new is not None and old != new:
        yield _resized(sides, surroundings, grown=new > old)


def _first_set(sides: Both, key: str, surroundings: Surroundings) -> bool:
    """Volume and class may be set once; a volume that is meant for the claim has set it already."""
    if at(sides.old, "spec", key) is not None:
        return False
    if key == "volumeName":
        metadata = mapping(sides.old, "metadata")
        own = (str(metadata.get("namespace") or ""), str(metadata.get("name") or ""))
        meant = [
            at(each, "metadata", "name")
            for each in surroundings.find(surroundings.old, "PersistentVolume")
            if _claimant(at(each, "spec", "claimRef")) == own
        ]
        return not meant or at(sides.new, "spec", key) in meant
    return key == "storageClassName"


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
        elif key == "persistentVolumeReclaimPolicy" and new in ("Delete", "Recycle"):
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
