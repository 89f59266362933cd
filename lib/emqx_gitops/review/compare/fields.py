"""
Which fields differ between two manifests: lists by merge key, quantities by amount.

A recursion of its own: see docs/adr/0015-own-comparison.md. Values are redacted as fields are made,
so that nothing after this stage sees a secret.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.compare.keys import keyed
from emqx_gitops.review.compare.lists import align
from emqx_gitops.review.compare.quantities import is_quantity, same_quantity
from emqx_gitops.review.model import Field, How, Item, Path
from emqx_gitops.review.secrets import sops
from emqx_gitops.review.secrets.redact import Cover, covers, entry, hidden, items

_OPEN = frozenset({"annotations", "labels", "data", "stringData", "binaryData"})
"""Maps whose keys are told one by one even where the whole map came or went."""


class _List(NamedTuple):
    """A list on both sides, and how it may be shown."""

    name: str
    cover: Cover | None
    old: list[Any]
    new: list[Any]

    def show_old(self, index: int) -> Any:
        return items(self.old, self.name, self.cover)[index]

    def show_new(self, index: int) -> Any:
        return items(self.new, self.name, self.cover)[index]


def compare(old: Manifest, new: Manifest) -> tuple[Field, ...]:
    """
    Return what differs between two manifests, in the order in which the objects have it.

    A key that is null is not there. Another spelling of a quantity is no difference. Of a list in
    another order, that alone is told. What SOPS notes of itself is one field.
    """
    fields: list[Field] = []
    _mappings(old, new, (), fields, None)
    if fields and "sops" in old and "sops" in new:
        fields = sops.told(old, new, fields)
    return tuple(fields)


def _mappings(
    old: Manifest, new: Manifest, path: Path, fields: list[Field], cover: Cover | None
) -> None:
    for key, value in new.items():
        before = old.get(key)
        if before is value:
            continue
        kind = type(value)
        if kind is dict and type(before) is dict:
            _mappings(before, value, (*path, key), fields, cover or covers(new, key))
        elif kind is list and type(before) is list:
            _lists(_List(key, cover or covers(new, key), before, value), (*path, key), fields)
        elif kind is not type(before) or before != value:
            _differ(old, new, (*path, key), fields, cover)
    for key, value in old.items():
        if key not in new and value is not None:
            _came((*path, key), How.REMOVED, old, fields, cover)


def _differ(
    old: Manifest, new: Manifest, path: Path, fields: list[Field], cover: Cover | None
) -> None:
    """Tell of the different values that a key has on both sides, null among them."""
    key = str(path[-1])
    before, after = old.get(key), new[key]
    if before is None:
        _came(path, How.ADDED, new, fields, cover)
    elif after is None:
        _came(path, How.REMOVED, old, fields, cover)
    elif not (is_quantity(path) and same_quantity(before, after)):
        shown = entry(old, key, cover), entry(new, key, cover)
        fields.append(_changed(path, (before, after), shown))


def _came(
    path: Path, how: How, mapping: Manifest, fields: list[Field], cover: Cover | None
) -> None:
    """Tell of a key that came or went, and of each of its own keys where it is an open map."""
    key = str(path[-1])
    value = mapping[key]
    if key in _OPEN and type(value) is dict and value:
        inner = cover or covers(mapping, key)
        for each, content in value.items():
            if content is not None:
                _field((*path, each), how, entry(value, each, inner), fields)
    else:
        _field(path, how, entry(mapping, key, cover), fields)


def _field(path: Path, how: How, value: Any, fields: list[Field]) -> None:
    added = how is How.ADDED
    fields.append(Field(path, how, None if added else value, value if added else None))


def _changed(path: Path, values: tuple[Any, Any], shown: tuple[Any, Any]) -> Field:
    """Tell of a changed value; where only its secret parts changed, it is hidden as a whole."""
    if shown[0] == shown[1] and type(shown[0]) is type(shown[1]):
        shown = hidden(values[0]), hidden(values[1])
    return Field(path, How.CHANGED, *shown)


def _lists(both: _List, path: Path, fields: list[Field]) -> None:
    by_key = keyed(both.name, both.old, both.new)
    if by_key is None:
        _plain(both, path, fields)
        return
    old, new = by_key
    old_places = {key: index for index, key in enumerate(old)}
    for index, (key, value) in enumerate(new.items()):
        if key not in old:
            fields.append(Field((*path, key), How.ADDED, None, both.show_new(index)))
        elif old[key] is not value:
            _mappings(old[key], value, (*path, key), fields, both.cover)
    for key in old:
        if key not in new:
            shown = both.show_old(old_places[key])
            fields.append(Field((*path, key), How.REMOVED, shown, None))
    _order([key for key in old if key in new], [key for key in new if key in old], path, fields)


def _order(old: list[Item], new: list[Item], path: Path, fields: list[Field]) -> None:
    if old != new:
        orders = [[_label(key) for key in side] for side in (old, new)]
        fields.append(Field(path, How.ORDER, *orders))


def _label(key: Item) -> str | int:
    """Return the key as one value: the name alone where that is the key."""
    return key.keys[0][1] if len(key.keys) == 1 else str(key)[1:-1]


def _plain(both: _List, path: Path, fields: list[Field]) -> None:
    pairs = align(both.old, both.new)
    for before, after in pairs.changed:
        old, new = both.old[before], both.new[after]
        below = (*path, after)
        if type(new) is dict:
            _mappings(old, new, below, fields, both.cover)
        elif type(new) is list:
            _lists(both._replace(old=old, new=new), below, fields)
        else:
            shown = both.show_old(before), both.show_new(after)
            fields.append(_changed(below, (old, new), shown))
    fields += (Field((*path, at), How.ADDED, None, both.show_new(at)) for at in pairs.added)
    fields += (Field((*path, at), How.REMOVED, both.show_old(at), None) for at in pairs.removed)
    if pairs.reordered:
        orders = (
            [both.show_old(index) for index, _ in pairs.same],
            [both.show_new(index) for index in sorted(index for _, index in pairs.same)],
        )
        fields.append(Field(path, How.ORDER, *orders))
