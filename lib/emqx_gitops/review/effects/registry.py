"""Every finder and every rule of a review, and the one way to ask them."""

from __future__ import annotations

from emqx_gitops.review.effects import (
    bare_pods,
    budgets,
    config,
    delivery,
    delivery_rules,
    emqx,
    fallback,
    immutable,
    namespaces,
    networks,
    privilege,
    reach,
    removal,
    removal_rules,
    rights,
    selectors,
    services,
    services_rules,
    storage,
    storage_rules,
    workloads,
)
from emqx_gitops.review.model import (
    Change,
    Effect,
    EffectFinder,
    EffectRule,
    Kind,
    Outcome,
    Surroundings,
)

FINDERS: tuple[EffectFinder, ...] = (
    removal.find,
    storage.find,
    immutable.find,
    bare_pods.find,
    services.find,
    reach.find,
    selectors.find,
    budgets.find,
    networks.find,
    rights.find,
    config.find,
    namespaces.find,
    privilege.find,
    workloads.find,
    delivery.find,
    *emqx.FINDERS,
)
"""Each looks at every change; the order is that of effects that weigh the same."""

RULES: tuple[EffectRule, ...] = tuple(
    sorted(
        (
            *workloads.RULES,
            *immutable.RULES,
            *bare_pods.RULES,
            *storage_rules.RULES,
            *services_rules.RULES,
            *selectors.RULES,
            *budgets.RULES,
            *networks.RULES,
            *rights.RULES,
            *config.RULES,
            *namespaces.RULES,
            *privilege.RULES,
            *removal_rules.RULES,
            *delivery_rules.RULES,
            *fallback.RULES,
            *emqx.RULES,
        ),
        key=lambda rule: rule.code,
    )
)

_IDLE = frozenset({Outcome.ROLLING_RESTART, Outcome.WIDENED, Outcome.IN_PLACE, Outcome.NONE})
"""Outcomes that a refused object cannot have."""


def effects_of(change: Change, surroundings: Surroundings) -> tuple[Effect, ...]:
    """
    Return what *change* does, worst first: at least one effect, and ``none`` only alone.

    What every way of applying is refused does nothing of the milder things.
    """
    change, surroundings, left_out = delivery.as_applied(change, surroundings)
    told = (effect for finder in FINDERS for effect in finder(change, surroundings))
    found = list(dict.fromkeys((*left_out, *told)))
    found += delivery.forced(change, found, surroundings)
    refusing = {way for each in found for way in delivery.refused_by(each, change, surroundings)}
    if refusing and refusing >= surroundings.apply:
        found = [each for each in found if each.outcome not in _IDLE]
    idle = all(each.outcome is Outcome.NONE for each in found)
    if not found or (idle and change.kind is Kind.CHANGED):
        found += fallback.find(change)
    telling = [each for each in found if each.outcome is not Outcome.NONE]
    return tuple(sorted(telling or found[:1], key=lambda each: each.outcome.rank))
