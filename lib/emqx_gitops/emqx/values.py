"""
Which values fit a setting: the shapes of ``settings.tsv``, checked as leniently as EMQX does.

A shape is alternatives joined by ``|``: a literal after ``=``, or one of the names below; ``int``
may carry a range. A value that we cannot judge fits: a false refusal is worse than a missed one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from emqx_gitops.emqx import hocon
from emqx_gitops.emqx.slips import guesses, nearest_literal
from emqx_gitops.emqx.versions import Line


class Misfit(NamedTuple):
    """Why a value does not fit, and what may have been meant."""

    expected: str
    suggestion: str
    in_enum: bool = False
    """Whether the setting takes one of a few literals, and this is none of them."""
    certain: bool = True
    """False where sources disagree on whether EMQX takes it."""


_ANYTHING = frozenset({"string", "open", "array"})

_WORDS: dict[str, str] = {
    "bool": "true or false",
    "flag": "on or off",
    "duration": "a duration such as 15s or 1h30m",
    "bytes": "a size such as 512KB or 10MB",
    "percent": "a percentage such as 80%",
    "address": "a port, or an IP address and a port such as 0.0.0.0:1883",
    "number": "a number",
}


def misfit(line: Line, shape: str, value: str, *, plain: bool) -> Misfit | None:
    """
    Say why *value* is none of *shape*, None if it fits or cannot be judged.

    *plain*: whether it is taken as it is, not read as HOCON.
    """
    if fits(line, shape, value, plain=plain):
        return None
    alternatives, literals = shape.split("|"), literals_of(shape)
    text = value if plain else hocon.read(value)
    mended = (g for g in guesses(alternatives, text) if fits(line, shape, g, plain=plain))
    return Misfit(
        expected=describe(shape),
        suggestion=nearest_literal(literals, text) or next(mended, ""),
        in_enum=len(literals) == len(alternatives),
        certain=not (line.is_v4 and "flag" in alternatives and text in {"true", "false"}),
    )


def fits(line: Line, shape: str, value: str, *, plain: bool) -> bool:
    """Tell whether *line* takes *value* for *shape*, as far as we can judge."""
    alternatives = shape.split("|")
    # An empty variable takes a 4.4 setting back to its default (cuttlefish_generator.erl).
    unknown = value == "" if line.is_v4 else "${" in value
    if unknown or not _ANYTHING.isdisjoint(alternatives):
        return True
    checks = _CHECKS_V4 if line.is_v4 else _CHECKS
    text = value if plain else hocon.read(value)
    return any(_fits(checks, alternative, text) for alternative in alternatives)


def literals_of(shape: str) -> tuple[str, ...]:
    """List the literals that *shape* takes, in the schema's order."""
    return tuple(word[1:] for word in shape.split("|") if word.startswith("="))


def describe(shape: str) -> str:
    """Say in words what *shape* takes, empty for what takes anything."""
    alternatives = shape.split("|")
    return " or ".join(filter(None, (_one_of(literals_of(shape)), *map(_describe, alternatives))))


def _fits(checks: _Checks, alternative: str, text: str) -> bool:
    if alternative.startswith("="):
        return text == alternative[1:]
    if alternative.startswith("int"):
        low, high = _bounds(alternative)
        number = _integer(text)
        return number is not None and low <= number <= high
    return checks[alternative](text)


def _integer(text: str) -> int | None:
    # Longer numbers are none that EMQX takes, and Python reads them slowly.
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,40}", text, re.ASCII) else None


def _bounds(alternative: str) -> tuple[float, float]:
    match = re.fullmatch(r"int\((\d+)\.\.(\d*)\)", alternative)
    if not match:
        return float("-inf"), float("inf")
    return int(match[1]), int(match[2]) if match[2] else float("inf")


def _matcher(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


def _is_percent(text: str) -> bool:
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,20})?)(%?)", text, re.ASCII)
    # Without its sign it is a fraction, which the type takes as it is; 0 and 1 are no fractions.
    if not match or not (match[2] or "." in match[1]):
        return False
    return float(match[1]) <= (100 if match[2] else 1)


_LAST_PORT = 65535


def _is_address(text: str) -> bool:
    text = text.replace(" ", "")  # emqx_schema.erl split_ip_port
    host, _, port = text.rpartition(":")
    if not re.fullmatch(r"[0-9]{1,5}", port, re.ASCII) or int(port) > _LAST_PORT:
        return False
    return not host or _is_ip(host.removeprefix("[").removesuffix("]"))


def _is_ip(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


_Checks = dict[str, Callable[[str], bool]]

# hocon_postprocess.erl, emqx_schema.erl
_CHECKS: _Checks = {
    "bool": _matcher("true|false"),
    "flag": _matcher("true|false"),
    "duration": _matcher(r"(?:[0-9.]+(?:[fFwWdDhHmMsS]|ms|MS))+|[+-]?[0-9]+"),
    "bytes": _matcher(r"\s*[0-9]+(?:b|B|kb|KB|mb|MB|gb|GB)|[+-]?[0-9]+"),
    "percent": _is_percent,
    "address": _is_address,
    "number": _matcher(r"[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?"),
}

# cuttlefish_flag.erl, cuttlefish_duration_parse.peg, cuttlefish_bytesize.erl
_CHECKS_V4: _Checks = {
    "bool": _matcher("true|false"),
    "flag": _matcher("on|off"),
    "duration": _matcher(r"(?i:(?:[0-9]+|[0-9]*\.[0-9]+)(?:ms|[fwdhms]))+"),
    "bytes": _matcher(r"[0-9]+(?:\.[0-9]+)?(?:kb|KB|mb|MB|gb|GB)?"),
    "percent": _matcher(r"(?:100|[0-9]{1,2})%"),
    "address": _is_address,
    "number": _CHECKS["number"],
}


def _one_of(literals: tuple[str, ...]) -> str:
    match literals:
        case () | (_,) | (_, _):
            return " or ".join(literals)
        case _:
            return f"one of {', '.join(literals)}"


def _describe(alternative: str) -> str:
    if not alternative.startswith("int"):
        return _WORDS.get(alternative, "")
    low, high = _bounds(alternative)
    if low == float("-inf"):
        return "an integer"
    return f"an integer from {low} to {high}" if high < float("inf") else f"an integer >= {low}"
