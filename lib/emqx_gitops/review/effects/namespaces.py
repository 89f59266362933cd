"""Namespaces: the level of Pod Security that they ask of pods."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.effects.differing import both
from emqx_gitops.review.effects.pod_security import offences
from emqx_gitops.review.effects.pods import pod_spec, title, workloads
from emqx_gitops.review.effects.reading import at, listed, mapping
from emqx_gitops.review.model import Change, Effect, EffectRule, Outcome, Surroundings

LOWERED = EffectRule(
    code="EG835",
    name="pod-security-lowered",
    outcome=Outcome.WIDENED,
    what="A namespace enforces less of Pod Security than before.",
    why="Pods that were refused are let in, and may do more to their nodes.",
    fix="Keep pod-security.kubernetes.io/enforce: restricted.",
    source="Kubernetes documentation, Pod Security admission",
)

RAISED = EffectRule(
    code="EG836",
    name="pod-security-raised",
    outcome=Outcome.INTERRUPTION,
    what="A namespace enforces more of Pod Security than its pods meet.",
    why="Running pods stay, and none that goes comes back.",
    fix="Make the pods meet the level first; `warn` shows what is missing.",
    source="Kubernetes documentation, Pod Security admission",
)

NO_LEVEL = EffectRule(
    code="EG839",
    name="pod-security-level-unknown",
    outcome=Outcome.REFUSED,
    what="A namespace asks for a level of Pod Security that does not exist.",
    why="There are privileged, baseline and restricted.",
    fix="Write one of them.",
    source="Kubernetes documentation, Pod Security admission",
)

RULES = (LOWERED, RAISED, NO_LEVEL)

_LABEL = "pod-security.kubernetes.io/enforce"
_LEVELS = {"privileged": 0, "baseline": 1, "restricted": 2}


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what another level of Pod Security does."""
    sides = both(change, "Namespace")
    if sides is None:
        return
    yield from _misspelt(change)
    path = ("metadata", "labels", _LABEL)
    old, new = (str(at(side, *path) or "privileged") for side in sides)
    name = title(sides.new)
    if _LEVELS.get(new, 0) < _LEVELS.get(old, 0):
        yield LOWERED.on(path, f"{name} enforces {new} instead of {old}")
    elif _LEVELS.get(new, 0) > _LEVELS.get(old, 0):
        barred = [
            title(each)
            for each in workloads(surroundings.new, change.id.name)
            if offences(pod_spec(each), new)
        ]
        if barred:
            yield RAISED.on(
                path, f"{name} enforces {new}: new pods of {listed(barred)} are refused"
            )


def _misspelt(change: Change) -> Iterator[Effect]:
    labels = mapping(change.object.manifest, "metadata", "labels")
    for mode in ("audit", "enforce", "warn"):
        key = f"pod-security.kubernetes.io/{mode}"
        if key in labels and labels[key] not in _LEVELS:
            message = f"{title(change.object.manifest)} asks for level {labels[key]}"
            yield NO_LEVEL.on(("metadata", "labels", key), message)
