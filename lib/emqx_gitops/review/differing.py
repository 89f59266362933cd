"""
The objects that two sides do not have word for word; the others are not read.

Of a resource that one side has twice, the later counts, as with ``kubectl apply``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emqx_gitops.manifests import BlockReader, ResourceId
from emqx_gitops.review.model import Object
from emqx_gitops.review.side import Document, SideError, glanced, objects_of


@dataclass(frozen=True)
class Differing:
    """What is left to compare, and what was not looked at."""

    old: list[Object]
    new: list[Object]
    unchanged: int
    """Objects in documents that are the same text on both sides."""
    warnings: list[str]


def differing(
    old: Sequence[Document], new: Sequence[Document], labels: tuple[str, str], reader: BlockReader
) -> Differing:
    """
    Return the objects of both sides that must be compared.

    Raises `SideError` for a document that is no YAML.
    """
    apart = _apart(old, new)
    objects = [_read(side, places, reader) for side, places in zip((old, new), apart, strict=True)]
    lone = _lone(*objects)
    if lone:
        # What stands alone may stand a second time where both sides are the same.
        apart = (_with(lone, old, apart[0], reader), _with(lone, new, apart[1], reader))
        objects = [_read(side, at, reader) for side, at in zip((old, new), apart, strict=True)]
    warnings: list[str] = []
    olds, news = (
        _last(found, label, warnings) for found, label in zip(objects, labels, strict=True)
    )
    left_out = set(apart[1])
    same = sum(_count(each, reader) for at, each in enumerate(new) if at not in left_out)
    return Differing(olds, news, same, warnings)


def _apart(old: Sequence[Document], new: Sequence[Document]) -> tuple[list[int], list[int]]:
    """Return the places of the documents that the other side does not have, as often as it has."""
    spare = Counter(each.text for each in old)
    spare.subtract(each.text for each in new)
    # Of equal documents the last ones are one too many.
    places: tuple[list[int], list[int]] = ([], [])
    for sign, side, found in ((1, old, places[0]), (-1, new, places[1])):
        for at in range(len(side) - 1, -1, -1):
            text = side[at].text
            if spare[text] * sign > 0:
                spare[text] -= sign
                found.append(at)
        found.reverse()
    return places


def _read(side: Sequence[Document], places: Iterable[int], reader: BlockReader) -> list[Object]:
    return [each for at in places for each in objects_of(side[at], reader)]


def _lone(old: Iterable[Object], new: Iterable[Object]) -> frozenset[ResourceId]:
    """Return the identities that are not once on each side."""
    counts = [Counter(each.id for each in side if each.id.name) for side in (old, new)]
    return frozenset(
        each for each in counts[0].keys() | counts[1].keys() if counts[0][each] != counts[1][each]
    )


def _with(
    lone: frozenset[ResourceId], side: Sequence[Document], places: list[int], reader: BlockReader
) -> list[int]:
    """Return *places*, and those of documents that hold one of *lone*."""
    known = set(places)
    return [
        at
        for at, each in enumerate(side)
        if at in known or not lone.isdisjoint(_identities(each, reader))
    ]


def _identities(document: Document, reader: BlockReader) -> Iterable[ResourceId]:
    found = glanced(document.text)
    if found is not None:
        return (found,)
    try:
        return [each.id for each in objects_of(document, reader)]
    except SideError:
        # It is the same text on both sides.
        return ()


def _last(objects: Sequence[Object], label: str, warnings: list[str]) -> list[Object]:
    """Return *objects* without those that a later one overrides; say which."""
    places: dict[ResourceId, list[int]] = defaultdict(list)
    for at, each in enumerate(objects):
        if each.id.name:
            places[each.id].append(at)
    dropped: set[int] = set()
    for key, found in places.items():
        if len(found) > 1:
            dropped.update(found[:-1])
            where = " and ".join(f"{objects[at].file}:{objects[at].line}" for at in found)
            warnings.append(
                f"{label} has {key} {len(found)} times, in {where}; the last one counts"
            )
    return [each for at, each in enumerate(objects) if at not in dropped]


def _count(document: Document, reader: BlockReader) -> int:
    text = document.text
    if "List" in text and glanced(text) is None:
        return len(list(_identities(document, reader)))
    return int("\nkind:" in text or text.startswith(("kind:", "{")))
