"""What holds for any two sides."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.compare import compare
from emqx_gitops.review.model import Change, Field, How, Path
from emqx_gitops.review.pairing import pair
from emqx_gitops.review.pipeline import review
from emqx_gitops.review.secrets import redact
from emqx_gitops.review.side import objects_of
from tests.review.canaries import CANARY, HIDING_PLACES
from tests.review.sides_of import MANIFESTS, TREES, changes_of, fields_of, side_of

# The first distance that is measured imports DeepDiff.
_patiently = settings(deadline=None, max_examples=50)
_KEYED = {"env", "ports", "volumeMounts", "containers", "volumes", "tolerations"}


@_patiently
@given(TREES)
def test_a_tree_against_itself_is_empty(tree: list[Manifest]) -> None:
    """Equal sides have no entries, and everything on them is unchanged."""
    found = review(side_of(tree), side_of(tree))

    assert (found.entries, found.unchanged, found.warnings) == ((), len(tree), ())


@_patiently
@given(TREES, st.randoms(use_true_random=False))
def test_order_of_keys_and_documents_is_no_change(
    tree: list[Manifest], chance: random.Random
) -> None:
    """Keys and documents in another order change nothing, and all objects are counted."""
    other = [_shuffled_keys(each, chance) for each in tree]
    chance.shuffle(other)

    found = review(side_of(tree), side_of(other, file="other.yaml"))

    assert (found.entries, found.unchanged) == ((), len(tree))


@_patiently
@given(TREES, st.randoms(use_true_random=False))
def test_keyed_lists_in_another_order_are_order_only(
    tree: list[Manifest], chance: random.Random
) -> None:
    """Shuffled lists with merge keys give fields of order, and no others."""
    found = review(side_of(tree), side_of([_shuffled_lists(each, chance) for each in tree]))

    assert {each.how for each in fields_of(found)} <= {How.ORDER}
    assert all(sorted(each.old) == sorted(each.new) for each in fields_of(found))
    assert all(each.old is not None and each.new is not None for each in changes_of(found))


@_patiently
@given(TREES, TREES)
def test_swapped_sides_swap_old_and_new(one: list[Manifest], other: list[Manifest]) -> None:
    """Forth and back tell the same, with old and new the other way round."""
    forth, back = review(side_of(one), side_of(other)), review(side_of(other), side_of(one))

    assert {_told(each) for each in changes_of(forth)} == {
        _told(each, swapped=True) for each in changes_of(back)
    }


@_patiently
@given(TREES, TREES)
def test_nothing_is_lost_or_counted_twice(one: list[Manifest], other: list[Manifest]) -> None:
    """Each object of a side is in one change, or unchanged."""
    found = review(side_of(one), side_of(other))

    olds = [str(change.old.id) for change in changes_of(found) if change.old]
    news = [str(change.new.id) for change in changes_of(found) if change.new]
    assert len(olds) == len(set(olds)) == len(one) - found.unchanged
    assert len(news) == len(set(news)) == len(other) - found.unchanged


@_patiently
@given(TREES, TREES)
def test_pairs_hold_every_object_once(one: list[Manifest], other: list[Manifest]) -> None:
    """Pairing keeps all objects of both sides, each in one pair."""
    olds, news = (
        [each for d in side_of(s).documents for each in objects_of(d)] for s in (one, other)
    )

    pairs = pair(olds, news)

    assert sorted(id(each.old) for each in pairs if each.old) == sorted(map(id, olds))
    assert sorted(id(each.new) for each in pairs if each.new) == sorted(map(id, news))


@_patiently
@given(MANIFESTS, MANIFESTS)
def test_every_difference_is_told(one: Manifest, other: Manifest) -> None:
    """DeepDiff sees a difference where, and only where, there is a field."""
    from deepdiff import DeepDiff

    assume(not _has_quantities(one) and not _has_quantities(other))

    assert bool(compare(one, other)) == bool(DeepDiff(one, other))


@pytest.mark.parametrize("place", HIDING_PLACES, ids=lambda place: place.__name__)
@_patiently
@given(CANARY, CANARY, st.booleans())
def test_secrets_are_in_no_field(
    place: Any,
    old: str,
    new: str,
    wrapped: bool,  # noqa: FBT001  (hypothesis draws it)
) -> None:
    """Whatever stands where secrets stand is in no field and in no redacted manifest."""
    before, after = place(old), place(new)
    if wrapped:
        before, after = (
            {"apiVersion": "v1", "kind": "List", "items": [each]} for each in (before, after)
        )
    pairs = ((before, after), ({"kind": before["kind"]}, after), (before, {"kind": before["kind"]}))
    told = repr([compare(*each) for each in pairs]) + repr([redact(before), redact(after)])

    for canary in (old, new):
        assert canary not in told
        assert base64.b64encode(canary.encode()).decode().rstrip("=") not in told
    assert old == new or compare(before, after)


def _told(change: Change, *, swapped: bool = False) -> tuple[Any, ...]:
    sides = [change.old and str(change.old.id), change.new and str(change.new.id)]
    fields = frozenset(_field(each, swapped=swapped) for each in change.fields)
    return (*(reversed(sides) if swapped else sides), fields)


def _field(field: Field, *, swapped: bool) -> tuple[str, ...]:
    values = [repr(field.old), repr(field.new)]
    back = {How.ADDED: How.REMOVED, How.REMOVED: How.ADDED}
    how = back.get(field.how, field.how) if swapped else field.how
    return (_without_places(field.path), how, *(reversed(values) if swapped else values))


def _without_places(path: Path) -> str:
    return ".".join("[]" if isinstance(step, int) else str(step) for step in path)


def _shuffled_keys(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [_shuffled_keys(each, chance) for each in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    chance.shuffle(keys)
    return {key: _shuffled_keys(value[key], chance) for key in keys}


def _shuffled_lists(value: Any, chance: random.Random, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _shuffled_lists(each, chance, key) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    items = [_shuffled_lists(each, chance) for each in value]
    if name in _KEYED:
        chance.shuffle(items)
    return items


def _has_quantities(manifest: Manifest) -> bool:
    return "'limits'" in repr(manifest)
