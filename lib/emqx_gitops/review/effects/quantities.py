"""Quantities as the API server writes them back: the same number may be written in many ways."""

from __future__ import annotations

import re
from decimal import ROUND_UP, Decimal
from typing import Any

_FORM = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_KIBI = 1024
_SMALLEST = Decimal("1e-9")


def _parsed(value: Any) -> tuple[Decimal, str] | None:
    found = _FORM.fullmatch(str(value)) if isinstance(value, (str, int, float)) else None
    if found is None or isinstance(value, bool):
        return None
    digits, suffix = found.groups()
    if suffix in _BINARY[1:]:
        amount = Decimal(digits) * Decimal(_KIBI) ** _BINARY.index(suffix)
    elif suffix in _DECIMAL:
        amount = Decimal(digits).scaleb(_DECIMAL[suffix])
    else:
        amount = Decimal(digits + suffix)
    return amount.quantize(_SMALLEST, ROUND_UP) if amount % _SMALLEST else amount, suffix


def amount(value: Any) -> Decimal | None:
    """Return the number that a quantity stands for; None where it is no quantity."""
    found = _parsed(value)
    return found[0] if found else None


def canonical(value: Any) -> str:
    """
    Return a quantity in the one form that is stored: ``1000m`` as ``1``, ``1024Mi`` as ``1Gi``.

    The family of suffixes is kept, so ``1Gi`` and ``1073741824`` stay two
    (k8s.io/apimachinery/pkg/api/resource, Quantity.CanonicalizeBytes).
    """
    found = _parsed(value)
    if found is None:
        return str(value)
    number, suffix = found
    if number == 0:
        return "0"
    if suffix in _BINARY[1:] and abs(number) >= _KIBI and number % 1 == 0:
        return _binary(int(number))
    if suffix[:1] in {"e", "E"} and len(suffix) > 1:
        return _decimal(number, exponent=True)
    return _decimal(number, exponent=False)


def _binary(number: int) -> str:
    power = 0
    while number % _KIBI == 0 and power < len(_BINARY) - 1:
        number //= _KIBI
        power += 1
    return f"{number}{_BINARY[power]}"


def _decimal(number: Decimal, *, exponent: bool) -> str:
    for suffix, power in sorted(_DECIMAL.items(), key=lambda each: -each[1]):
        scaled = number.scaleb(-power)
        if scaled == scaled.to_integral_value():
            ending = (f"e{power}" if power else "") if exponent else suffix
            return f"{int(scaled)}{ending}"
    return str(number)
