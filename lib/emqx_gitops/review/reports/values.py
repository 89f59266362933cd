"""Values as text on one line: nothing invisible, nothing too long, what differs in sight."""

from __future__ import annotations

import json
import math
from typing import Any

from emqx_gitops.review.model import Hidden

LONGEST = 96
"""Characters of a value on one line, where a format does not say otherwise."""
_AROUND = 12
"""Characters shown on either side of a difference."""
_DEEPEST = 40


def visible(text: str) -> str:
    """
    Return *text* with every character that is not seen written as an escape.

    Line ends, terminal sequences, direction marks and half characters: the words of strangers stay
    words. A backslash that was there stays single: this is for eyes, not for parsers.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escape(each) for each in text)


def visible_line(text: str) -> str:
    """Return one line of a longer text as `visible` does, tabs kept."""
    return "\t".join(visible(part) for part in text.split("\t"))


def plain(value: Any, depth: int = 0) -> Any:
    """Return *value* as JSON can hold it: what is hidden, not finite or too deep becomes a word."""
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth == _DEEPEST:
        return "..."
    if isinstance(value, dict):
        return {str(key): plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, depth + 1) for each in value]
    return str(value)


def is_hidden(value: Any) -> bool:
    """Tell whether anything within *value* is hidden."""
    if isinstance(value, dict):
        return any(is_hidden(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(is_hidden(each) for each in value)
    return isinstance(value, Hidden)


def one_line(value: Any, *, quoted: bool = False) -> str:
    """Return *value* on one line; text as it is, in quotes where it could be taken for another."""
    if isinstance(value, str):
        padded = not value or value != value.strip()
        return f'"{visible(value)}"' if quoted or padded else visible(value)
    if isinstance(value, Hidden):
        return str(value)
    return visible(json.dumps(plain(value), ensure_ascii=False))


def short(text: str, limit: int = LONGEST) -> str:
    """Return *text*, its end left out where it is longer than *limit*."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def both(old: Any, new: Any, limit: int = LONGEST) -> tuple[str, str]:
    """
    Return two different values on one line each, shortened to *limit* around what differs.

    Text is quoted where the other value is none, so that ``3 -> "3"`` shows what happened.
    """
    quoted = isinstance(old, str) != isinstance(new, str) and _not_hidden(old, new)
    first, second = one_line(old, quoted=quoted), one_line(new, quoted=quoted)
    if max(len(first), len(second)) <= limit:
        return first, second
    start = _shared(first, second)
    skip = max(0, start - _AROUND)
    return _window(first, skip, limit), _window(second, skip, limit)


def common_ends(old: str, new: str) -> tuple[int, int]:
    """Return how many characters two texts share at beginning and end, in whole words."""
    start = _shared(old, new)
    most = min(len(old), len(new)) - start
    end = _shared(old[: -most - 1 : -1], new[: -most - 1 : -1]) if most else 0
    while start and (_in_word(old, start) or _in_word(new, start)):
        start -= 1
    while end and (_in_word(old, len(old) - end) or _in_word(new, len(new) - end)):
        end -= 1
    return start, end


def _in_word(text: str, at: int) -> bool:
    """Tell whether a word goes on at this place."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _shared(first: str, second: str) -> int:
    """Return how many characters two texts share at their beginning."""
    pairs = zip(first, second, strict=False)
    differs = (index for index, (one, other) in enumerate(pairs) if one != other)
    return next(differs, min(len(first), len(second)))


def _not_hidden(*values: Any) -> bool:
    return not any(isinstance(each, Hidden) for each in values)


def _window(text: str, skip: int, limit: int) -> str:
    if not skip or len(text) <= limit:
        return short(text, limit)
    return "..." + short(text[skip:], limit - 3)


def _escape(character: str) -> str:
    known = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character)
    if known:
        return known
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - as many digits as the escape has
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
