"""Every finder and every rule of a review, and the one way to ask them."""

from __future__ import annotations

from emqx_gitops.review.effects import bare_pods, emqx, fallback, immutable, workloads
from emqx_gitops.review.model import (
    Change,
    Effect,
    EffectFinder,
    EffectRule,
    Outcome,
    Surroundings,
)

_KUBERNETES = (workloads, bare_pods, immutable)

FINDERS: tuple[EffectFinder, ...] = (*(each.find for each in _KUBERNETES), *emqx.FINDERS)
"""Each looks at every change; the order is that of effects that weigh the same."""

RULES: tuple[EffectRule, ...] = tuple(
    sorted(
        (
            *(rule for each in _KUBERNETES for rule in each.RULES),
            *emqx.RULES,
            *fallback.RULES,
        ),
        key=lambda rule: rule.code,
    )
)

_WEIGHT = {outcome: place for place, outcome in enumerate(Outcome)}


def effects_of(change: Change, surroundings: Surroundings) -> tuple[Effect, ...]:
    """Return what *change* does, worst first; at least one effect, and ``none`` only alone."""
    found = {
        effect: None for finder in FINDERS for effect in finder(change, surroundings)
    } or dict.fromkeys(fallback.find(change))
    telling = [each for each in found if each.outcome is not Outcome.NONE]
    ordered = sorted(telling or found, key=lambda each: _WEIGHT[each.outcome])
    return tuple(ordered)
