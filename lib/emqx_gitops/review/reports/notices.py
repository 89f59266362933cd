"""What is worth a mark at a line of a file: a notice for each effect that must be weighed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from emqx_gitops.manifests import base_name
from emqx_gitops.review.model import SEVERE, Effect, Entry, Outcome, Review, path_text
from emqx_gitops.review.reports.places import Place, Places
from emqx_gitops.review.reports.wording import (
    Part,
    advice,
    kind_of,
    listed,
    name_of,
    sentence,
    spoken,
)

_ENVIRONMENTS = 6


class Level(StrEnum):
    """How loud a notice is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


LEVELS = dict.fromkeys(SEVERE, Level.ERROR) | {
    Outcome.WIDENED: Level.WARNING,
    Outcome.UNKNOWN: Level.WARNING,
    Outcome.ROLLING_RESTART: Level.NOTE,
}
"""Outcomes that are marked; what does nothing, or nothing but what it says, is not."""


@dataclass(frozen=True)
class Notice:
    """One effect of one entry, and where it stands."""

    entry: Entry
    effect: Effect
    level: Level
    places: tuple[Place, ...]
    """One for each environment, in the order of the entry's changes."""
    fingerprint: str
    """The same for the same effect on the same field of the same object, whatever the values."""

    @property
    def title(self) -> str:
        """Return the outcome and the object: ``refused: StatefulSet emqx-prod/emqx``."""
        return f"{self.effect.outcome}: {kind_of(self.entry)} {name_of(self.entry)}"

    @property
    def message(self) -> str:
        """Return what happens, and where it is not only one, in which environments."""
        where = listed(self.entry.environments, _ENVIRONMENTS)
        return f"{sentence(self.effect)} ({where})" if where else sentence(self.effect)

    @property
    def advice(self) -> str:
        """Return what to do, a line for each sentence and command."""
        return "\n".join(f"  {part.text}" if part.command else part.text for part in self.parts)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return what to do, piece by piece."""
        return tuple(advice(self.effect))


def notices(review: Review) -> Iterator[Notice]:
    """Yield what is worth a mark, as the review has it: worst first."""
    places = Places()
    seen: dict[str, int] = {}
    for entry in review.entries:
        for effect in spoken(entry):
            level = LEVELS.get(effect.outcome)
            if level is None:
                continue
            found = tuple(places.of(change, effect.path) for change in entry.changes)
            mark = _fingerprint(entry, effect)
            seen[mark] = seen.get(mark, 0) + 1
            number = seen[mark]
            unique = mark if number == 1 else sha256(f"{mark}{number}".encode()).hexdigest()
            yield Notice(entry, effect, level, found, unique)


def _fingerprint(entry: Entry, effect: Effect) -> str:
    change = entry.change
    identity = change.id._replace(name=base_name(change.object.manifest))
    words = (change.environment, *identity, effect.rule.code, path_text(effect.path))
    return sha256("\0".join(words).encode(errors="replace")).hexdigest()
