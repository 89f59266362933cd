"""Lists whose items have no key: which items are the same, which changed, which came and went."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple


class Aligned(NamedTuple):
    """Places of items in the old and the new list."""

    same: list[tuple[int, int]]
    changed: list[tuple[int, int]]
    """Pairs of what is left, in order: mappings with mappings, and so on."""
    removed: list[int]
    added: list[int]

    @property
    def reordered(self) -> bool:
        """Whether the items that stayed the same stand in another order."""
        news = [new for _, new in self.same]
        return any(first > second for first, second in pairwise(news))


def align(old: Sequence[Any], new: Sequence[Any]) -> Aligned:
    """Pair the items of *old* and *new*; swapped sides give the swapped pairs."""
    places: dict[str, deque[int]] = defaultdict(deque)
    for index, each in enumerate(new):
        places[fingerprint(each)].append(index)
    same: list[tuple[int, int]] = []
    lost: list[int] = []
    for index, each in enumerate(old):
        found = places.get(fingerprint(each))
        if found:
            same.append((index, found.popleft()))
        else:
            lost.append(index)
    came = sorted(index for left in places.values() for index in left)
    both = min(len(lost), len(came))
    pairs = list(zip(lost[:both], came[:both], strict=True))
    alike = [pair for pair in pairs if type(old[pair[0]]) is type(new[pair[1]])]
    other = [pair for pair in pairs if type(old[pair[0]]) is not type(new[pair[1]])]
    return Aligned(
        same,
        alike,
        [*(index for index, _ in other), *lost[both:]],
        [*(index for _, index in other), *came[both:]],
    )


def fingerprint(value: Any) -> str:
    """Return a text that is equal for equal values only; the order of keys does not count."""
    if type(value) is str:
        return f'"{value}'
    return json.dumps(value, sort_keys=True, default=str)
