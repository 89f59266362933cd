"""The whole of a review, from two sides to entries, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from emqx_gitops.manifests import BlockReader
from emqx_gitops.review.compare import compare
from emqx_gitops.review.differing import differing
from emqx_gitops.review.grouping import group
from emqx_gitops.review.halves import in_halves
from emqx_gitops.review.model import (
    Apply,
    Change,
    Effect,
    Entry,
    Review,
    Surroundings,
)
from emqx_gitops.review.pairing import Pair, pair
from emqx_gitops.review.side import Document, Objects, Side


def review(old: Side, new: Side, *, apply: frozenset[Apply] = frozenset(Apply)) -> Review:
    """
    Return what changes from *old* to *new*, and what that does.

    Documents that are the same text on both sides are not read. Raises `SideError` for a changed
    document that is no YAML.
    """
    warnings = [*old.warnings, *new.warnings]
    judged: list[tuple[Change, tuple[Effect, ...]]] = []
    counts = dict(new.unread)
    unchanged = sum(counts.values())
    reader = BlockReader()
    for part in _parts(old, new):
        if part.environment:
            counts[part.environment] = counts.get(part.environment, 0) + len(part.new)
        left = differing(part.old, part.new, (old.label, new.label), reader)
        warnings += left.warnings
        pairs = pair(left.old, left.new)
        found = (_change(each, part.environment) for each in pairs)
        changes = [each for each in found if each is not None]
        unchanged += left.unchanged + len(pairs) - len(changes)
        around = Surroundings(
            Objects(part.old, reader, left.old),
            Objects(part.new, reader, left.new),
            apply,
        )
        judged += _judged(changes, around)
    entries = sorted(group(judged), key=_rank)
    return Review(
        old.label,
        new.label,
        tuple(entries),
        unchanged,
        tuple(warnings),
        dict(sorted(counts.items())),
    )


def _judged(
    changes: Sequence[Change], around: Surroundings
) -> list[tuple[Change, tuple[Effect, ...]]]:
    if not changes:
        return []
    # Rules take longer to import than two equal sides to compare.
    from emqx_gitops.review.effects.registry import effects_of

    def effects(some: Sequence[Change]) -> list[tuple[Effect, ...]]:
        near = replace(around, touched=_touched(some))
        return [effects_of(change, near) for change in some]

    return list(zip(changes, in_halves(effects, changes), strict=True))


class _Part(NamedTuple):
    """The documents of one environment on both sides."""

    environment: str
    old: Sequence[Document]
    new: Sequence[Document]


def _parts(old: Side, new: Side) -> Iterator[_Part]:
    """Yield each environment; both sides as one where they have one environment each."""
    olds, news = _by_environment(old), _by_environment(new)
    if len(olds) == len(news) == 1 and olds.keys() != news.keys() and not new.unread:
        yield _Part("", *olds.values(), *news.values())
        return
    for name in sorted(olds.keys() | news.keys()):
        yield _Part(name, olds.get(name, ()), news.get(name, ()))


def _by_environment(side: Side) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for each in side.documents:
        found.setdefault(each.environment, []).append(each)
    return found


def _change(found: Pair, environment: str) -> Change | None:
    """Return the change of a pair; None where both are the same."""
    if found.old is None or found.new is None:
        return Change(found.old, found.new, (), environment)
    fields = compare(found.old.manifest, found.new.manifest)
    return Change(found.old, found.new, fields, environment) if fields else None


def _touched(changes: Iterable[Change]) -> frozenset[str] | None:
    """Return the namespaces in which anything changes; None where it may be any."""
    found: set[str] = set()
    for each in (side for change in changes for side in (change.old, change.new) if side):
        if each.id.namespace:
            found.add(each.id.namespace)
        elif each.id.kind == "Namespace":
            found.add(each.id.name)
        elif claim := (each.manifest.get("spec") or {}).get("claimRef"):
            found.add(str(claim.get("namespace") or ""))
        else:
            return None
    return frozenset(found)


def _rank(entry: Entry) -> tuple[int, str, str, str]:
    who = entry.change.id
    return (entry.outcome.rank, who.namespace, who.kind, who.name)
