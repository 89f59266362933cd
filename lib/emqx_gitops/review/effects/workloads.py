"""What a new template or another number of pods does to a Deployment, StatefulSet or DaemonSet."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import Both, both, same_amounts
from emqx_gitops.review.effects.pods import (
    TEMPLATE,
    count,
    first_ordinal,
    how_many,
    kind_of,
    ordinal_names,
    span,
    title,
)
from emqx_gitops.review.effects.reading import at, mapping, number, path_of, plural
from emqx_gitops.review.model import Change, Effect, EffectRule, Outcome, Surroundings

RESTART = EffectRule(
    code="EG802",
    name="pods-restart",
    outcome=Outcome.ROLLING_RESTART,
    what="The template of pods changes, so every pod is replaced.",
    why="Controllers replace pods whose revision is not that of the template, one after another.",
    fix="Apply it when a restart of these pods is welcome.",
    source="pkg/controller/statefulset, pkg/controller/deployment/util (v1.36.3)",
)

WAITS = EffectRule(
    code="EG803",
    name="template-waits",
    outcome=Outcome.IN_PLACE,
    what="The template of pods changes, and no pod takes it by itself.",
    why="With OnDelete, a pause or a partition the controller leaves running pods alone.",
    fix="Delete the pods when they may restart, or resume the rollout.",
    source="Kubernetes documentation, StatefulSets (update strategies), Deployments (pausing)",
)

ALL_AT_ONCE = EffectRule(
    code="EG800",
    name="pods-restart-at-once",
    outcome=Outcome.INTERRUPTION,
    what="The template of pods changes, and all pods may be gone at the same time.",
    why="With Recreate, or maxUnavailable of all, old pods end before new ones are ready.",
    fix="Use RollingUpdate with maxUnavailable below the number of pods.",
    source="Kubernetes documentation, Deployments (strategy)",
)

SCALED = EffectRule(
    code="EG804",
    name="scaled",
    outcome=Outcome.IN_PLACE,
    what="The number of pods changes.",
    why="The controller adds or removes pods; the others go on.",
    fix="Nothing.",
    source="Kubernetes documentation, StatefulSets (deployment and scaling guarantees)",
)

TO_NOTHING = EffectRule(
    code="EG805",
    name="scaled-to-nothing",
    outcome=Outcome.INTERRUPTION,
    what="The number of pods becomes 0.",
    why="Nobody serves any more.",
    fix="Leave at least one pod where clients are to be served.",
    source="Kubernetes documentation, Deployments (scaling)",
)

ORDINALS = EffectRule(
    code="EG806",
    name="ordinals-moved",
    outcome=Outcome.INTERRUPTION,
    what="The first ordinal of a StatefulSet changes, so pods get other names and other claims.",
    why="Pods outside the new range are deleted, and new ones start with claims of their own.",
    fix="Keep ordinals.start, or move the data of the claims first.",
    source="Kubernetes documentation, StatefulSets (start ordinal)",
)

RULES = (ALL_AT_ONCE, RESTART, WAITS, SCALED, TO_NOTHING, ORDINALS)

_KINDS = ("DaemonSet", "Deployment", "StatefulSet")


def template_changed(sides: Both, kind: str) -> bool:
    """
    Tell whether the controller sees another template.

    A StatefulSet's revision is the template's text; a Deployment compares quantities as numbers.
    """
    if not sides.differs(*TEMPLATE):
        return False
    if kind == "StatefulSet":
        return True
    return not same_amounts(at(sides.old, *TEMPLATE), at(sides.new, *TEMPLATE))


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what happens to the pods of a changed workload."""
    del surroundings
    sides = both(change, *_KINDS)
    if sides is None:
        return
    if template_changed(sides, change.id.kind):
        yield _rollout(change, sides)
    yield from _scale(sides)


def _rollout(change: Change, sides: Both) -> Effect:
    new = sides.new
    path = path_of(change, *TEMPLATE)
    waits = _waits(new)
    if waits:
        return WAITS.on(path, f"{title(new)} has a new template, but {waits}")
    if _at_once(new):
        return ALL_AT_ONCE.on(path, f"all {how_many(new)} may stop before new ones are ready")
    return RESTART.on(path, _restart(new))


def _waits(manifest: Manifest) -> str:
    kind = kind_of(manifest)
    if kind != "Deployment" and at(manifest, "spec", "updateStrategy", "type") == "OnDelete":
        return "with OnDelete pods take it only when somebody deletes them"
    if at(manifest, "spec", "paused") is True:
        return "the rollout is paused"
    if kind == "StatefulSet" and count(manifest) and not restarting(manifest):
        return "its partition is above all pods"
    return "" if count(manifest) else "it has no pods"


def restarting(manifest: Manifest) -> list[str]:
    """Return the pods of a StatefulSet that its controller replaces for a new template."""
    if at(manifest, "spec", "updateStrategy", "type") == "OnDelete":
        return []
    partition = number(manifest, "spec", "updateStrategy", "rollingUpdate", "partition")
    return ordinal_names(manifest)[max(0, partition - first_ordinal(manifest)) :]


def _restart(manifest: Manifest) -> str:
    if kind_of(manifest) != "StatefulSet":
        return f"{how_many(manifest)} restart, a few at a time"
    names = restarting(manifest)
    pods = f"{plural(len(names), 'pod')} of {title(manifest)}"
    if len(names) == 1:
        return f"{pods} restarts: {names[0]}"
    return f"{pods} restart one after another: {span(names[::-1])}"


def _at_once(manifest: Manifest) -> bool:
    if kind_of(manifest) == "Deployment":
        strategy = mapping(manifest, "spec", "strategy")
    else:
        strategy = mapping(manifest, "spec", "updateStrategy")
    if strategy.get("type") == "Recreate":
        return True
    most = at(strategy, "rollingUpdate", "maxUnavailable")
    if kind_of(manifest) == "DaemonSet":
        return bool(most == "100%")
    if isinstance(most, int) and not isinstance(most, bool):
        return most >= count(manifest) > 1
    return bool(most == "100%")


def _scale(sides: Both) -> Iterator[Effect]:
    old, new = sides
    path = ("spec", "replicas")
    before, after = count(old), count(new)
    if kind_of(new) == "StatefulSet" and first_ordinal(old) != first_ordinal(new):
        gone = [each for each in ordinal_names(old) if each not in ordinal_names(new)]
        came = [each for each in ordinal_names(new) if each not in ordinal_names(old)]
        message = f"{span(gone)} of {title(new)} are deleted; {span(came)} are started"
        yield ORDINALS.on(("spec", "ordinals", "start"), message)
    elif before and not after:
        yield TO_NOTHING.on(path, f"{how_many(old)} are deleted and none is left")
    elif before != after:
        yield SCALED.on(path, f"{title(new)} goes from {before} to {plural(after, 'pod')}")
