"""PodDisruptionBudgets that let nobody go: nodes can then not be drained."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.pods import count, title
from emqx_gitops.review.effects.reading import at, mapping, plural
from emqx_gitops.review.effects.selecting import selected
from emqx_gitops.review.model import (
    Change,
    Effect,
    EffectRule,
    Outcome,
    Surroundings,
    ids_of,
)

BLOCKS = EffectRule(
    code="EG864",
    name="budget-blocks-all",
    outcome=Outcome.INTERRUPTION,
    what="A PodDisruptionBudget lets no pod be evicted any more.",
    why="Drains of nodes, and with them upgrades of the cluster, wait for ever.",
    fix="Leave room for one: maxUnavailable of 1, or minAvailable below the number of pods.",
    source="Kubernetes documentation, disruptions; specifying a disruption budget",
)

BOTH = EffectRule(
    code="EG868",
    name="budget-says-both",
    outcome=Outcome.REFUSED,
    what="A PodDisruptionBudget has both minAvailable and maxUnavailable.",
    why="They are two ways to say one thing.",
    fix="Remove one of them.",
    source="pkg/apis/policy/validation ValidatePodDisruptionBudgetSpec",
)

RULES = (BLOCKS, BOTH)


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield budgets that come to block everything, by themselves or by fewer pods."""
    if change.new is None:
        return
    new = change.new.manifest
    if change.id.kind == "PodDisruptionBudget":
        if {"maxUnavailable", "minAvailable"} <= {*mapping(new, "spec")}:
            yield BOTH.on(("spec",), f"{title(new)} says minAvailable and maxUnavailable")
            return
        before = change.old is not None and _blocks(change.old.manifest, surroundings.old)
        if not before and _blocks(new, surroundings.new):
            yield BLOCKS.on(("spec",), f"{title(new)} lets no pod be evicted: drains will hang")
    elif (
        change.id.kind in {"Deployment", "StatefulSet"}
        and change.old is not None
        and count(change.old.manifest) > count(new)
    ):
        yield from _fewer(change, surroundings)


def _fewer(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    # A budget counts in its own namespace alone.
    for key in ids_of(surroundings.new, "PodDisruptionBudget", change.id.namespace):
        each, old = surroundings.new[key], surroundings.old.get(change.id)
        if old is None or change.id not in selected(each, surroundings.new):
            continue
        if _blocks(each, surroundings.new) and not _blocks(each, surroundings.old):
            manifest = change.object.manifest
            message = (
                f"with {plural(count(manifest), 'pod')} {title(each)} lets none be evicted: "
                "drains will hang"
            )
            yield BLOCKS.on(("spec", "replicas"), message)


def _blocks(budget: Manifest, side: Any) -> bool:
    pods = sum(count(each) for each in selected(budget, side).values())
    most, least = at(budget, "spec", "maxUnavailable"), at(budget, "spec", "minAvailable")
    if most is not None:
        return _amount(most, pods or 1) == 0
    return bool(pods) and least is not None and _amount(least, pods) >= pods


def _amount(value: Any, pods: int) -> int:
    """Return a number or percentage as pods; the disruption controller rounds up."""
    if isinstance(value, int):
        return value
    digits = str(value).removesuffix("%")
    return ceil(pods * int(digits) / 100) if digits.isdigit() else 1
