"""A bare Pod: nothing replaces it, and next to nothing of it can be updated."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.pods import command, title
from emqx_gitops.review.effects.reading import at, listed, mappings, number, path_of
from emqx_gitops.review.model import Change, Effect, EffectRule, Item, Outcome, Surroundings

IMMUTABLE = EffectRule(
    code="EG809",
    name="pod-field-immutable",
    outcome=Outcome.REFUSED,
    what="A field of a bare Pod changes that may be set only when it is made.",
    why="Of a running Pod only images, activeDeadlineSeconds and more tolerations may change.",
    fix="Delete the Pod and apply again: its clients are cut off in between.",
    source="pkg/apis/core/validation ValidatePodUpdate (v1.36.3)",
)

IMAGE = EffectRule(
    code="EG810",
    name="pod-image-changed",
    outcome=Outcome.ROLLING_RESTART,
    what="The image of a bare Pod changes.",
    why="The kubelet restarts that container in the same Pod, on the same node.",
    fix="Apply it when a restart is welcome: no other pod takes over.",
    source="Kubernetes documentation, Pods (pod update and replacement)",
)

RULES = (IMMUTABLE, IMAGE)


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what happens to a changed bare Pod."""
    del surroundings
    sides = both(change, "Pod")
    if sides is None or not sides.differs("spec"):
        return
    refused = sorted({*_keys(sides)})
    if refused:
        names = listed([f"spec.{key}" for key in refused])
        message = f"{names} of {title(sides.new)} cannot be changed"
        advice = f"Delete the Pod and apply again:\n{command(sides.new, 'delete')}"
        path = path_of(change, "spec", refused[0])
        yield IMMUTABLE.on(path, message, advice)
        return
    for key in ("initContainers", "containers"):
        for old, new in _pairs(sides, key):
            if old.get("image") != new.get("image"):
                name = str(new.get("name"))
                path = ("spec", key, Item((("name", name),)), "image")
                yield IMAGE.on(path, f"container {name} of {title(sides.new)} restarts")


def _pairs(sides: Both, key: str) -> list[tuple[dict[str, object], dict[str, object]]]:
    old, new = mappings(sides.old, "spec", key), mappings(sides.new, "spec", key)
    return list(zip(old, new, strict=False))


def _keys(sides: Both) -> Iterator[str]:
    for key in sides.keys("spec"):
        old, new = at(sides.old, "spec", key), at(sides.new, "spec", key)
        if key in {"containers", "initContainers"}:
            counts = [len(mappings(side, "spec", key)) for side in sides]
            if counts[0] != counts[1] or any(
                {**before, "image": ""} != {**after, "image": ""}
                for before, after in _pairs(sides, key)
            ):
                yield key
        elif key == "tolerations":
            if any(
                each not in mappings(sides.new, "spec", key)
                for each in mappings(sides.old, "spec", key)
            ):
                yield key
        elif key == "activeDeadlineSeconds":
            if new is None or (
                old is not None and number(sides.new, "spec", key) > number(sides.old, "spec", key)
            ):
                yield key
        else:
            yield key
