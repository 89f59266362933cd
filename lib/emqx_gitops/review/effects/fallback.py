"""What is said of a change that no other finder knows anything of."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.effects.differing import both
from emqx_gitops.review.effects.pods import custom, title
from emqx_gitops.review.effects.service_parts import adopted
from emqx_gitops.review.model import Change, Effect, EffectRule, Outcome

NOTHING = EffectRule(
    code="EG849",
    name="no-meaning",
    outcome=Outcome.NONE,
    what="The text differs, and the object in the cluster stays as it is.",
    why="The API server fills in the same defaults and reads quantities and order as the same.",
    fix="Nothing.",
    source="Kubernetes API conventions, defaulting",
)

IN_PLACE = EffectRule(
    code="EG848",
    name="changed-in-place",
    outcome=Outcome.IN_PLACE,
    what="A built-in object changes, and no rule knows that anything else follows.",
    why="The API server takes the change; no pod restarts because of it.",
    fix="Nothing.",
    source="Kubernetes API reference",
)

UNKNOWN = EffectRule(
    code="EG847",
    name="custom-resource",
    outcome=Outcome.UNKNOWN,
    what="An object changes whose kind is not one of Kubernetes' own.",
    why="What follows is up to the controller of that kind.",
    fix="See the documentation of the kind's controller.",
    source="Kubernetes documentation, custom resources",
)

RULES = (UNKNOWN, IN_PLACE, NOTHING)


def find(change: Change) -> Iterator[Effect]:
    """Yield the one thing that can be said where nobody else speaks."""
    sides = both(change)
    if sides is not None and sides.old == adopted(sides):
        yield NOTHING.on((), f"{title(sides.new)} is stored as before")
    elif custom(change.id):
        yield UNKNOWN.on((), f"what follows is up to the controller of {change.id.kind}")
    else:
        yield IN_PLACE.on((), f"{title(change.object.manifest)} is {change.kind.value} in place")
