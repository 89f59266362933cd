"""Values that objects work out to, each with the places that make it what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from emqx_gitops.manifests import ResourceId
from emqx_gitops.review.model import Effect, EffectRule, Path


class Place(NamedTuple):
    """A field of an object."""

    owner: ResourceId
    path: Path


class Source(NamedTuple):
    """A place, and what stands there as text; of Secrets the name, never the value."""

    place: Place
    text: str


@dataclass(frozen=True)
class Fact:
    """A value, and where it comes from."""

    value: str | None
    """None where it is not known: from a Secret, or from an object that is not there."""
    sources: tuple[Source, ...]
    """At least one, the nearest first: a variable, then the variables that it names."""
    secret: tuple[str, str] | None = None
    """Name and key of the Secret that it comes from."""

    @property
    def given(self) -> str:
        """What is written at the nearest place."""
        return self.sources[0].text


class Found(NamedTuple):
    """An effect, and the object that it is told of."""

    owner: ResourceId
    effect: Effect


def found(rule: EffectRule, place: Place, message: str, advice: str | None = None) -> Found:
    """Return an effect of *rule* at *place*."""
    return Found(place.owner, rule.on(place.path, message, advice))


def blame(old: Fact | None, new: Fact | None) -> Place:
    """Return the place that a reviewer sees changed when *old* becomes *new*: one of both is there.

    A variable may be the same text and yet another value, by the variables that it names.
    """
    if old is None or new is None:
        there = new or old
        if there is None:
            raise ValueError("neither side has the fact")
        return there.sources[0].place
    before, after = _texts(old), _texts(new)
    told = [place for place, text in new.sources if before.get(_spot(place), text) != text]
    came = [place for place, _ in new.sources if _spot(place) not in before]
    went = [place for place, _ in old.sources if _spot(place) not in after]
    return (*told, *came, *went, new.sources[0].place)[0]


def _texts(fact: Fact) -> dict[tuple[str, Path], str]:
    return {_spot(place): text for place, text in fact.sources}


def _spot(place: Place) -> tuple[str, Path]:
    """Name a place without the name of its object, which may end in another hash."""
    return place.owner.kind, place.path
