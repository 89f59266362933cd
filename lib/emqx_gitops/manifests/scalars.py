"""
What an unquoted YAML scalar means, to Kubernetes and to the other readers there are.

Kubernetes reads YAML with sigs.k8s.io/yaml, which is go-yaml: YAML 1.1 without base-60 numbers and
dates, with the ``0o17`` of YAML 1.2. PyYAML follows 1.1, and most other tools 1.2. Where they
differ, what people write is refused (`misreading`), and what we write is quoted (`is_safe_plain`).
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

Scalar = str | int | float | bool | None
"""Every value that is neither a mapping nor a list."""

LONGEST_NUMBER = 1000
"""Characters that a number may have; Python itself refuses to print more than 4300 digits."""

_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
# go-yaml v2 takes these for booleans, v3 only where a boolean is asked for, YAML 1.2 never.
_SWITCHES = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_NUMBER_STARTS = frozenset("+-.0123456789")

_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|0([0-7]+)|(0|[1-9][0-9]*))"
)
_BASES = (16, 8, 2, 8, 10)
# go-yaml drops all underscores, but leaves a number that begins with a dot to Go's own rules.
_ODD_UNDERSCORE = re.compile(r"(?<![0-9])_|_(?![0-9])")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

_NUMBER_TO_ALL = re.compile(
    r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*(?:[eE][-+][0-9]+)?)?"
    r"|\.[0-9]+(?:[eE][-+][0-9]+)?"
    r"|0x[0-9a-fA-F]+"
)
_NUMBER_TO_SOME = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9_]+)?"
    r"|[-+]?0(?:[xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)"
)
_DIGITS = re.compile(r"[-+]?[0-9_.]+")

_WORD_TO_SOME = re.compile(
    r"|~|=|<<|y|n|yes|no|on|off|true|false|null|[-+]?\.?(?:inf|nan)", re.IGNORECASE
)
# Wide on purpose: YAML 1.1 as written allows 1.2.3, and Ruby 1,000; a needless quote is harmless.
_NUMBER_TO_ANY = re.compile(
    r"[-+.0-9][-+.,:_eE0-9]*"
    r"|[-+]?_*0_*[xXoObB][-+.pP_0-9a-fA-F]*"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[Tt\s].*"
)


class Misreading(NamedTuple):
    """Why a scalar may not stand without quotes, and what to write instead."""

    message: str
    fix: str


@lru_cache(maxsize=1 << 12)
def resolve(text: str) -> Scalar:
    """
    Return what Kubernetes reads where *text* stands without quotes.

    Dates, base-60 numbers, ``=``, ``y`` and ``on`` are text; Kubernetes takes the last two for
    booleans, and its own tools quote them. Decimal integers stay exact at any size, where
    Kubernetes rounds beyond 64 bits. Checked against sigs.k8s.io/yaml 1.6.0.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMBER_STARTS or len(text) > LONGEST_NUMBER:
        return text
    if text[0] == "." and _ODD_UNDERSCORE.search(text):
        return text
    digits = text.replace("_", "")
    integer = _integer(digits)
    if integer is not None:
        return integer
    number = float(digits) if _FLOAT.fullmatch(digits) else math.inf
    return number if math.isfinite(number) else text


def misreading(text: str) -> Misreading | None:
    """Tell why YAML readers disagree about unquoted *text*; None where they all agree."""
    if text in _SWITCHES:
        return Misreading(
            f"{text} without quotes is a truth value to some YAML readers and text to others",
            f'write "{text}" in quotes for the word, or {str(_SWITCHES[text]).lower()}',
        )
    if not text or text[0] not in _NUMBER_STARTS:
        return None
    if len(text) > LONGEST_NUMBER:
        return _too_long(text) if _DIGITS.fullmatch(text) else None
    value = resolve(text)
    if isinstance(value, float) and not math.isfinite(value):
        return Misreading(
            f"{text} is no number that Kubernetes can hold",
            f'write "{text}" in quotes for the text',
        )
    if isinstance(value, str):
        disputed = bool(_NUMBER_TO_SOME.fullmatch(text))
        number = "all its decimal digits"
    else:
        disputed = not _NUMBER_TO_ALL.fullmatch(text)
        number = f"{value:.15g}" if isinstance(value, float) else str(value)
    if not disputed:
        return None
    return Misreading(
        f"{text} without quotes is read differently by different YAML readers",
        f'write "{text}" in quotes for the text, or {number} for the number',
    )


def is_safe_plain(text: str) -> bool:
    """Tell whether no YAML reader takes unquoted *text* for anything but a string."""
    return not (_WORD_TO_SOME.fullmatch(text) or _NUMBER_TO_ANY.fullmatch(text))


def _integer(digits: str) -> int | None:
    match = _INTEGER.fullmatch(digits)
    if match is None:
        return None
    sign, *bodies = match.groups()
    body, base = next((b, base) for b, base in zip(bodies, _BASES, strict=True) if b is not None)
    value = int(sign + body, base)
    # Kubernetes reads no other base beyond 64 bits.
    return value if base == _BASES[-1] or -(2**63) <= value < 2**64 else None


def _too_long(text: str) -> Misreading:
    return Misreading(f"a number of {len(text):,} characters", "write it in quotes for the text")
