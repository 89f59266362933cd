"""
Objects that SOPS encrypted: what changed in them is told without a key.

SOPS leaves the ciphertext of values that stay the same, so a changed one is a changed value; unless
the data key was changed, and with it every ciphertext (``sops rotate``, README of SOPS 3.9).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.model import Field, Hidden, How

_VALUE = re.compile(r"ENC\[AES256_GCM,data:([A-Za-z0-9+/]*)(=*),iv:[^\]]*\]\s*")
_OWN = "sops"


def is_encrypted(text: str) -> bool:
    """Tell whether *text* is a value that SOPS encrypted."""
    return text.startswith("ENC[") and _VALUE.fullmatch(text) is not None


def length(text: str) -> int:
    """Return the length of the plain text of an encrypted value: its cipher keeps it."""
    found = _VALUE.fullmatch(text)
    return len(found[1]) * 3 // 4 if found else len(text)


def told(old: Manifest, new: Manifest, fields: Sequence[Field]) -> list[Field]:
    """
    Return *fields* of two objects with one field for what SOPS notes of itself.

    Where every value was encrypted anew, only those are left whose length differs.
    """
    values = [each for each in fields if each.path[0] != _OWN]
    rotated = _is_rotated(old, new)
    if rotated:
        values = [each for each in values if not _may_be_same(each)]
    if len(values) == len(fields):
        return values
    notes = (_note(old, rotated=False), _note(new, rotated=rotated))
    return [*values, Field((_OWN,), How.CHANGED, *notes)]


def _note(manifest: Manifest, *, rotated: bool) -> str:
    own = manifest[_OWN]
    when = own.get("lastmodified") if isinstance(own, dict) else None
    said = f"encrypted {when}" if when else "encrypted"
    return f"{said}, every value anew: which of them changed cannot be told" if rotated else said


def _is_rotated(old: Manifest, new: Manifest) -> bool:
    """Tell whether both have the same keys and no ciphertext in common, the data key's included."""
    olds, news = dict(_encrypted(old, "")), dict(_encrypted(new, ""))
    if olds.keys() != news.keys() or not olds:
        return False
    keys = [set(_data_keys(side[_OWN])) for side in (old, new)]
    return keys[0].isdisjoint(keys[1]) and all(olds[each] != news[each] for each in olds)


def _encrypted(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            if path or key != _OWN:
                yield from _encrypted(each, f"{path}.{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _encrypted(each, f"{path}.{index}")
    elif isinstance(value, str) and is_encrypted(value):
        yield path, value


def _data_keys(own: Any) -> Iterator[str]:
    """Yield the data key as each recipient has it: ``sops.age[].enc`` and its like."""
    if isinstance(own, dict):
        for key, each in own.items():
            if key == "enc" and isinstance(each, str):
                yield each
            else:
                yield from _data_keys(each)
    elif isinstance(own, list):
        for each in own:
            yield from _data_keys(each)


def _may_be_same(field: Field) -> bool:
    both = isinstance(field.old, Hidden) and isinstance(field.new, Hidden)
    return both and field.old == field.new
