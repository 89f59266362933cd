"""
The same change in many environments, told once.

Changes are the same where they differ in nothing but the environment's own name and namespace, and
do the same. What they do may differ in numbers, which is then told of each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from emqx_gitops.manifests import base_name
from emqx_gitops.manifests.identity import HASH
from emqx_gitops.review.model import Change, Effect, Entry, Hidden, Object

Judged = tuple[Change, tuple[Effect, ...]]

_HASH = re.compile(f"{HASH}(?![A-Za-z0-9])")
"""The end of generated names, anywhere in a text: settings of each environment have their own."""


def group(judged: Iterable[Judged]) -> tuple[Entry, ...]:
    """Return an entry for each change, with the same change of other environments in it."""
    groups: dict[object, list[Judged]] = {}
    for number, each in enumerate(judged):
        key = _signature(*each) if each[0].environment else number
        groups.setdefault(key, []).append(each)
    return tuple(_entry(each) for each in groups.values())


def _entry(judged: Sequence[Judged]) -> Entry:
    changes = tuple(change for change, _ in judged)
    if len(judged) == 1:
        return Entry(changes, judged[0][1])
    told: dict[tuple[str, object, str], dict[str, list[Effect]]] = {}
    for change, effects in judged:
        for each in effects:
            place = (each.rule.code, each.path, _general(each.advice, change))
            messages = told.setdefault(place, {})
            messages.setdefault(_general(each.message, change), []).append(
                replace(each, message=f"{change.environment}\n{each.message}")
            )
    found = [effect for messages in told.values() for effect in _joined(messages)]
    return Entry(changes, tuple(sorted(found, key=lambda each: each.outcome.rank)))


def _joined(messages: dict[str, list[Effect]]) -> Iterable[Effect]:
    """Yield one effect for each message; with its environments where there are several."""
    for same in messages.values():
        parts = [each.message.split("\n", 1) for each in same]
        where = "" if len(messages) == 1 else f"{', '.join(name for name, _ in parts)}: "
        yield replace(same[0], message=f"{where}{parts[0][1]}")


def _signature(change: Change, effects: tuple[Effect, ...]) -> str:
    """Return a text that is equal for the same change of two environments."""
    sides = [side and _identity(side) for side in (change.old, change.new)]
    # An object that came or went is told as a whole.
    whole = None if change.old and change.new else change.object.manifest
    fields = [(list(map(str, each.path)), each.how, each.old, each.new) for each in change.fields]
    codes = sorted({f"{each.rule.code} {each.path}" for each in effects})
    text = json.dumps([sides, whole, fields, codes], sort_keys=True, default=_plain)
    return _general(text, change)


def _identity(each: Object) -> tuple[str, ...]:
    return (each.id.group, each.id.kind, each.id.namespace, base_name(each.manifest))


def _plain(value: Any) -> Any:
    return ["hidden", value.length] if isinstance(value, Hidden) else repr(value)


def _general(text: str, change: Change) -> str:
    """Return *text* without what is the environment's own: namespace, name, generated hashes."""
    for own, stand_in in ((change.id.namespace, "\0namespace"), (change.environment, "\0name")):
        if own:
            text = _whole(own).sub(stand_in, text)
    return _HASH.sub("-\0hash", text)


@lru_cache(maxsize=1 << 12)
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])")
