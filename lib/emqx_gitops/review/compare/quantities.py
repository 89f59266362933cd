"""
Amounts that Kubernetes reads as quantities: ``1000m`` is ``1`` there, and a text elsewhere.

The API server stores one canonical form, so that another spelling changes nothing.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Any

from emqx_gitops.review.model import Path

_AMOUNTS = frozenset(
    {
        *("requests", "limits", "capacity", "allocatable", "hard", "podFixed"),
        *("max", "min", "default", "defaultRequest", "maxLimitRequestRatio"),
    }
)
"""Mappings of resource names to quantities."""
_SINGLE = frozenset({"sizeLimit", "divisor", "averageValue"})
_NEVER = frozenset({"metadata", "data", "stringData", "annotations", "labels"})

_QUANTITY = re.compile(
    r"([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:[eE]([-+]?[0-9]{1,2})|([numkMGTPE]|[KMGTPE]i)|)"
)
_SUFFIXES = {
    **{suffix: Fraction(1000) ** power for power, suffix in enumerate("num", start=-3)},
    **{suffix: Fraction(1000) ** power for power, suffix in enumerate("kMGTPE", start=1)},
    **{f"{suffix}i": Fraction(1024) ** power for power, suffix in enumerate("KMGTPE", start=1)},
}


def is_quantity(path: Path) -> bool:
    """Tell whether the schema says that the value at *path* is a quantity."""
    if not path or not isinstance(path[-1], str) or path[0] in _NEVER:
        return False
    if path[-1] in _SINGLE:
        return True
    return len(path) > 1 and path[-2] in _AMOUNTS


def same_quantity(old: Any, new: Any) -> bool:
    """
    Tell whether *old* and *new* are stored alike: the same amount in the same kind of suffix.

    ``1Gi`` and ``1073741824`` are not: the API server keeps both as they are, and a StatefulSet
    restarts its pods for it (tests/cluster/corpus).
    """
    amount = quantity(old)
    return amount is not None and amount == quantity(new) and _family(old) == _family(new)


def _family(value: Any) -> str:
    found = _QUANTITY.fullmatch(str(value))
    _, exponent, suffix = found.groups() if found else ("", None, None)
    return "e" if exponent else (suffix or "")[1:]


def quantity(value: Any) -> Fraction | None:
    """Return the amount of *value*: text or number; None where it is no quantity."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _read(str(value))


@lru_cache(maxsize=4096)
def _read(text: str) -> Fraction | None:
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return None
    number, exponent, suffix = found.groups()
    if exponent:
        return Fraction(number) * Fraction(10) ** int(exponent)
    return Fraction(number) * _SUFFIXES.get(suffix or "", Fraction(1))
