"""Where two manifests differ once both are as the API server stores them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.quantities import amount
from emqx_gitops.review.effects.reading import at, mapping
from emqx_gitops.review.effects.stored import QUANTITIES, QUANTITY, stored
from emqx_gitops.review.model import Change, Kind


class Both(NamedTuple):
    """A change's two manifests as they are stored; both are there."""

    old: Manifest
    new: Manifest

    def differs(self, *steps: str) -> bool:
        """Tell whether anything at or below *steps* is stored differently."""
        return bool(at(self.old, *steps) != at(self.new, *steps))

    def keys(self, *steps: str) -> Iterator[str]:
        """Yield the keys below *steps* whose values differ, sorted."""
        old, new = (mapping(side, *steps) for side in self)
        for key in sorted({*map(str, old), *map(str, new)}):
            if old.get(key) != new.get(key):
                yield key


@lru_cache(maxsize=64)
def _both(key: _Same) -> Both:
    return Both(stored(key.old), stored(key.new))


class _Same:
    """Two manifests, told apart by identity: equal ones need not be the same."""

    def __init__(self, old: Manifest, new: Manifest) -> None:
        self.old, self.new = old, new

    def __hash__(self) -> int:
        return hash((id(self.old), id(self.new)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.old is other.old and self.new is other.new


def both(change: Change, *kinds: str) -> Both | None:
    """Return both sides of a changed object of one of *kinds*; None for any other change."""
    if change.old is None or change.new is None:
        return None
    if (kinds and change.id.kind not in kinds) or change.kind is not Kind.CHANGED:
        return None
    return _both(_Same(change.old.manifest, change.new.manifest))


def same_amounts(old: Any, new: Any) -> bool:
    """Tell whether two values are equal to a controller that compares quantities as numbers."""
    return bool(old == new) or bool(_numbers(old, "") == _numbers(new, ""))


def _numbers(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        if key in QUANTITIES:
            return {name: amount(each) for name, each in value.items()}
        return {name: _numbers(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_numbers(each, "") for each in value]
    return amount(value) if key in QUANTITY else value
