"""Changed fields on a terminal: one line each where it fits, long paths under one heading."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from emqx_gitops.review.model import Change, How
from emqx_gitops.review.reports.differences import GAP, Difference, Line, differences
from emqx_gitops.review.reports.paint import Paint, Style
from emqx_gitops.review.reports.values import common_ends, short
from emqx_gitops.review.reports.wording import counted

_LINES = 40
"""Lines of one field."""
_FIELDS = 60
"""Fields of one object."""
_SIGNS = {How.ADDED: "+", How.REMOVED: "-", How.CHANGED: "~", How.ORDER: "~"}
_COLORS: dict[str, Style] = {"-": "red", "+": "green", "~": "yellow"}
_STRONG: dict[Style, Style] = {"red": "alarm", "green": "fresh"}
_SHARED = 6
"""Characters that two values must share before the rest of them is stressed."""


def field_lines(change: Change, width: int, paint: Paint) -> Iterator[str]:
    """Yield the fields of *change*, in *width* columns where words allow it."""
    found = list(differences(change, lines=_LINES, longest=width - 4))
    for within, group in groupby(found[:_FIELDS], key=lambda each: each.within):
        members = list(group)
        crowded = any(_length(each, each.path) > width for each in members)
        if within and (crowded or len(members) > 1):
            yield f"  {within}"
            for each in members:
                name = each.path.removeprefix(within).removeprefix(".")
                yield from (f"  {line}" for line in _field(each, name, width - 2, paint))
        else:
            for each in members:
                yield from _field(each, each.path, width, paint)
    if len(found) > _FIELDS:
        yield paint("dim", f"({counted(len(found) - _FIELDS, 'more field')})")


def _length(found: Difference, name: str) -> int:
    """Return how long the line would be; 0 for what needs several lines."""
    if found.lines or found.old is None or found.new is None:
        return 0
    words = len(" only the order,") if found.how is How.ORDER else 0
    return len(f"~ {name}: {found.old} -> {found.new}") + words


def _field(found: Difference, name: str, width: int, paint: Paint) -> Iterator[str]:
    sign = _SIGNS[found.how]
    head = f"{paint(_COLORS[sign], sign)} {name}:"
    if found.lines:
        yield head
        yield from (f"  {_line(each, width, paint)}" for each in found.lines)
    elif found.old is None or found.new is None:
        value = found.new if found.old is None else found.old
        yield f"{head} {paint('green' if found.old is None else 'red', value or '')}"
    elif found.how is How.ORDER:
        yield f"{head} only the order, {found.old} {paint('dim', '->')} {found.new}"
    else:
        old, new = _stressed(found.old, found.new, paint)
        if _length(found, name) <= width:
            yield f"{head} {old} {paint('dim', '->')} {new}"
        else:
            yield head
            yield f"  {paint('red', '-')} {old}"
            yield f"  {paint('green', '+')} {new}"


def _stressed(old: str, new: str, paint: Paint) -> tuple[str, str]:
    """Return two values in colour, what differs in bold where they share enough."""
    start, end = common_ends(old, new)
    if start + end < _SHARED:
        start = end = 0
    return _stress(old, start, end, "red", paint), _stress(new, start, end, "green", paint)


def _stress(text: str, start: int, end: int, style: Style, paint: Paint) -> str:
    stop = len(text) - end
    parts = (text[:start], style), (text[start:stop], _STRONG[style]), (text[stop:], style)
    return "".join(paint(each, part) for part, each in parts) if start + end else paint(style, text)


def _line(line: Line, width: int, paint: Paint) -> str:
    if line.mark == "~":
        return paint("dim", f"({line.text})" if line.text != GAP else f"  {GAP}")
    text = f"{line.mark} {line.text}" if line.text else line.mark.strip()
    # What is only there to show the place may be cut; what changed may not.
    return paint(_COLORS[line.mark], text) if line.mark in _COLORS else short(text, width - 2)
