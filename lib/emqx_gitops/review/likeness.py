"""
Objects that were renamed or moved: pairs of one kind whose content is nearly the same.

Only what no identity pairs comes here. Objects of the same content are found at once, others by the
leaves that they share. DeepDiff's distance has the last word on a few: alone it is small between
any two objects of a kind.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from emqx_gitops.manifests import Manifest, base_name
from emqx_gitops.review.compare.lists import fingerprint
from emqx_gitops.review.model import Object

LEAST_SHARED = 0.6
"""Part of the leaves that two objects must share to be one."""
LEAST_SHARED_MOVED = 0.4
"""The same where they have one name, in two namespaces."""
MOST_DISTANT = 0.1
"""DeepDiff's distance, from 0 to 1, beyond which two objects are not one."""
_CANDIDATES = 3
"""Objects that are looked at closely for each that is alone."""
_MOST_COMMON = 20
"""A leaf that more objects share than this says nothing of who is who."""
_MOST_MEASURED = 60
"""Pairs whose distance is measured: each takes milliseconds. Beyond them shared leaves decide."""


def alike(old: Sequence[Object], new: Sequence[Object]) -> list[tuple[int, int]]:
    """
    Return places of objects that are likely one, each place in one pair at most.

    Swapped sides give the swapped pairs.
    """
    kinds: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    for place, side in enumerate((old, new)):
        for index, each in enumerate(side):
            kinds.setdefault((each.id.group, each.id.kind), ([], []))[place].append(index)
    found: list[tuple[int, int]] = []
    for olds, news in kinds.values():
        if olds and news:
            found += _of_one_kind(old, new, olds, news)
    return found


def _of_one_kind(
    old: Sequence[Object], new: Sequence[Object], olds: list[int], news: list[int]
) -> Iterator[tuple[int, int]]:
    bodies = (
        {index: _body(old[index]) for index in olds},
        {index: _body(new[index]) for index in news},
    )
    names = [
        {index: base_name(side[index].manifest) for index in kept}
        for side, kept in zip((old, new), bodies, strict=True)
    ]
    same = [*_equal(*bodies, *names)]
    yield from same
    free = bodies[0].keys() - {one for one, _ in same}, bodies[1].keys() - {two for _, two in same}
    left = [
        {i: each for i, each in side.items() if i in kept}
        for side, kept in zip(bodies, free, strict=True)
    ]
    ranked = sorted(
        (
            _Candidate(names[0][one] == names[1][two], shared, one, two)
            for shared, one, two in _candidates(*left)
        ),
        key=lambda each: (-each.shared - each.one_name, each.ids(old, new)),
    )
    yield from _chosen(ranked, *left)


class _Candidate(NamedTuple):
    """Two objects that may be one."""

    one_name: bool
    shared: float
    """The part of their leaves that both have."""
    old: int
    new: int

    def ids(self, old: Sequence[Object], new: Sequence[Object]) -> list[str]:
        """Return what decides between equals, the same for swapped sides."""
        return sorted((str(old[self.old].id), str(new[self.new].id)))


def _equal(
    olds: dict[int, Manifest], news: dict[int, Manifest], *names: dict[int, str]
) -> Iterator[tuple[int, int]]:
    """Yield objects of the same content: those of the same name first, each side in its order."""
    prints = [{i: fingerprint(body) for i, body in side.items()} for side in (olds, news)]
    for by_name in (True, False):
        places: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        for index, mark in prints[1].items():
            places[mark, names[1][index] if by_name else ""].append(index)
        for index, mark in [*prints[0].items()]:
            if found := places.get((mark, names[0][index] if by_name else "")):
                other = found.popleft()
                del prints[0][index], prints[1][other]
                yield index, other


def _chosen(
    ranked: Sequence[_Candidate], olds: dict[int, Manifest], news: dict[int, Manifest]
) -> Iterator[tuple[int, int]]:
    """Yield the best pairs, each object in one."""
    taken: tuple[set[int], set[int]] = (set(), set())
    measured = 0
    for each in ranked:
        least = LEAST_SHARED_MOVED if each.one_name else LEAST_SHARED
        if each.old in taken[0] or each.new in taken[1] or each.shared < least:
            continue
        if measured < _MOST_MEASURED:
            measured += 1
            if _distance(olds[each.old], news[each.new]) > MOST_DISTANT:
                continue
        taken[0].add(each.old)
        taken[1].add(each.new)
        yield each.old, each.new


def _body(each: Object) -> Manifest:
    """Return what makes an object what it is, beside its name."""
    metadata = each.manifest.get("metadata")
    kept = {
        key: value
        for key, value in (metadata if isinstance(metadata, dict) else {}).items()
        if key not in {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}
    }
    return {**each.manifest, "metadata": kept}


def _candidates(
    olds: dict[int, Manifest], news: dict[int, Manifest]
) -> Iterator[tuple[float, int, int]]:
    """Yield the part of leaves that two objects share, and their places: the best few of each."""
    leaves_new = {index: frozenset(_leaves(body, "")) for index, body in news.items()}
    leaves_old = {index: frozenset(_leaves(body, "")) for index, body in olds.items()}
    owners: dict[str, list[int]] = defaultdict(list)
    for index, leaves in leaves_new.items():
        for leaf in leaves:
            owners[leaf].append(index)
    few = len(olds) * len(news) <= _MOST_COMMON**2
    for one, leaves in leaves_old.items():
        votes = Counter(
            other
            for leaf in leaves
            if few or len(owners.get(leaf, ())) <= _MOST_COMMON
            for other in owners.get(leaf, ())
        )
        for other, _ in votes.most_common(None if few else _CANDIDATES):
            shared = len(leaves & leaves_new[other]) / (len(leaves | leaves_new[other]) or 1)
            if shared >= LEAST_SHARED_MOVED:
                yield shared, one, other


def _leaves(value: Any, path: str) -> Iterator[str]:
    """Yield path and value of every leaf; of lists without their places."""
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from _leaves(each, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for each in value:
            yield from _leaves(each, f"{path}[]")
    elif isinstance(value, str) and "\n" in value:
        yield from (f"{path}={line}" for line in value.splitlines())
    else:
        yield f"{path}={fingerprint(value)}"


def _distance(old: Manifest, new: Manifest) -> float:
    """Return DeepDiff's distance, the greater of both ways: it is not the same back as forth."""
    from deepdiff import DeepDiff

    ways = ((old, new), (new, old))
    found = (DeepDiff(*way, get_deep_distance=True, max_diffs=2000, max_passes=1) for way in ways)
    return max(float(each.get("deep_distance", 0.0)) for each in found)
