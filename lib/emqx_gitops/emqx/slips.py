"""What people meant: other words for a literal, other units, a name nearly right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_LONGEST = 80
"""No name or value of EMQX that could be meant is longer; comparing is slow for long texts."""

# What people write for a literal, where no spelling is near.
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "kubernetes": ("k8s",),
    "kube": ("k8s",),
    "singleton": ("manual",),
    "single": ("singleton", "manual"),
    "warn": ("warning",),
    "fatal": ("critical",),
    "trace": ("debug",),
    "fqdn": ("hostname",),
    "stdout": ("console",),
    "yes": ("true", "on"),
    "no": ("false", "off"),
}

_DURATIONS = {
    unit: short
    for short, units in {
        "s": ("", "sec", "secs", "second", "seconds"),
        "m": ("min", "mins", "minute", "minutes"),
        "h": ("hr", "hrs", "hour", "hours"),
        "d": ("day", "days"),
    }.items()
    for unit in units
}
_SIZES = {
    unit: f"{letter.upper()}B" for letter in "kmg" for unit in (letter, f"{letter}i", f"{letter}ib")
}


def nearest(text: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the name most like *text*, empty if none is."""
    return next(iter(several_nearest(text, names, 1, cutoff)), "")


def several_nearest(
    text: str, names: Iterable[str], limit: int, cutoff: float = 0.6
) -> tuple[str, ...]:
    """List the names most like *text*, likeliest first."""
    import difflib

    return tuple(difflib.get_close_matches(text[:_LONGEST], list(names), limit, cutoff))


def nearest_literal(literals: Sequence[str], text: str) -> str:
    """Return the literal that *text* may stand for, empty if none."""
    lowered = text.strip().lower()
    for word in (lowered, *_SYNONYMS.get(lowered, ())):
        if word in literals:
            return word
    return nearest(lowered, literals)


def guesses(shapes: Sequence[str], text: str) -> Iterator[str]:
    """Yield what *text* may stand for, likeliest first; the caller checks whether it fits."""
    lowered = "".join(text[:_LONGEST].split()).lower()
    for shape in shapes:
        if shape in {"bool", "flag"}:
            true, false = ("true", "false") if shape == "bool" else ("on", "off")
            if lowered in {"true", "on", "yes", "1", "enabled", "enable"}:
                yield true
            if lowered in {"false", "off", "no", "0", "disabled", "disable"}:
                yield false
        if shape == "percent":
            yield f"{lowered}%"
        match = re.fullmatch(r"([0-9]+)([a-z]*)", lowered, re.ASCII)
        if match and shape == "duration":
            yield match[1] + _DURATIONS.get(match[2], match[2])
        if match and shape == "bytes":
            yield match[1] + _SIZES.get(match[2], match[2].upper())
