"""
What belongs together on two sides: by identity, without generated hashes, by likeness.

Every object of a side is in one pair, and in one only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

from emqx_gitops.manifests import base_name
from emqx_gitops.review.likeness import alike
from emqx_gitops.review.model import Object

_SWAPPED = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Pod"})
"""Kinds that one workload may have after another."""


class Pair(NamedTuple):
    """An object on both sides, or on one."""

    old: Object | None
    new: Object | None


def pair(old: Sequence[Object], new: Sequence[Object]) -> list[Pair]:
    """Return all objects of both sides in pairs: in the new side's order, then those that went."""
    partners: dict[int, int] = {}
    lost, came = list(range(len(old))), list(range(len(new)))
    for key in _KEYS:
        found = _by_key(key, old, new, lost, came)
        partners.update(found)
        lost, came = _left(found, lost, came)
    if lost and came:
        likely = alike([old[each] for each in lost], [new[each] for each in came])
        found = {came[to]: lost[from_] for from_, to in likely}
        partners.update(found)
        lost, came = _left(found, lost, came)
    pairs = [
        Pair(old[partners[index]] if index in partners else None, each)
        for index, each in enumerate(new)
    ]
    return pairs + [Pair(old[index], None) for index in lost]


def _left(
    found: dict[int, int], lost: Iterable[int], came: Iterable[int]
) -> tuple[list[int], list[int]]:
    taken = set(found.values())
    return [each for each in lost if each not in taken], [
        each for each in came if each not in found
    ]


_Key = Callable[[Object], Hashable]


def _by_key(
    key: _Key, old: Sequence[Object], new: Sequence[Object], lost: list[int], came: list[int]
) -> dict[int, int]:
    """Return old places by new places, of what is still alone and has the same key."""
    if not lost or not came:
        return {}
    places: dict[Hashable, list[int]] = {}
    for index in reversed(lost):
        of = key(old[index])
        if of is not None:
            places.setdefault(of, []).append(index)
    found = {}
    for index in came:
        left = places.get(key(new[index]))
        if left:
            found[index] = left.pop()
    return found


def _identity(each: Object) -> Hashable:
    return each.id if each.id.name else None


def _generated(each: Object) -> Hashable:
    """Return the identity without a hash; of objects that get their name on creation the prefix."""
    own = each.id
    if not own.name:
        metadata = each.manifest.get("metadata")
        prefix = metadata.get("generateName") if isinstance(metadata, dict) else None
        return (own.group, own.kind, own.namespace, "", str(prefix or ""))
    return (own.group, own.kind, own.namespace, base_name(each.manifest))


def _moved_group(each: Object) -> Hashable:
    """Return the identity without its group, where kinds of that name moved between groups."""
    if each.id.kind in {"Deployment", "DaemonSet", "ReplicaSet", "Ingress", "NetworkPolicy"}:
        return each.id[1:]
    return None


def _workload(each: Object) -> Hashable:
    return (each.id.namespace, each.id.name) if each.id.kind in _SWAPPED else None


_KEYS: tuple[_Key, ...] = (_identity, _generated, _moved_group, _workload)
"""What makes two objects one, surest first."""
