"""Changed fields as every report shows them: a path, and either two short values or lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

from emqx_gitops.manifests import to_yaml
from emqx_gitops.review.model import Change, Field, How, Item, Kind, Path, path_text
from emqx_gitops.review.reports.values import (
    LONGEST,
    both,
    one_line,
    plain,
    short,
    visible,
    visible_line,
)
from emqx_gitops.review.secrets import redact

GAP = "..."
"""Stands between two places of a text that changed."""
_CONTEXT = 2
"""Lines shown around a changed line."""
_COMPARED = 1_000_000
"""Most pairs of lines that are compared; beyond, the old text goes and the new one comes."""
_LONGEST_LINE = 400
_INLINE = 60
"""Characters up to which a mapping or a list stays on one line."""

Mark = Literal["-", "+", " ", "~"]
"""Line that went, came, stayed; or words of ours about lines that are left out."""


class Line(NamedTuple):
    """One line of a text that changed."""

    mark: Mark
    text: str


class Difference(NamedTuple):
    """One changed field: *old* and *new* on one line, or *lines* where it needs several."""

    path: str
    within: str
    """What *path* begins with: up to its first item of a list; empty where it goes through none."""
    how: How
    old: str | None = None
    """None where it was not there."""
    new: str | None = None
    """None where it is not there."""
    lines: tuple[Line, ...] = ()


def differences(change: Change, *, lines: int, longest: int = LONGEST) -> Iterator[Difference]:
    """Yield the fields of *change*, with up to *lines* lines each and values up to *longest*."""
    for field in change.fields:
        yield _difference(field, lines, longest)


def whole(change: Change, limit: int) -> tuple[Line, ...]:
    """Return an object that came or went, up to *limit* lines, secrets hidden; else nothing."""
    if change.kind is Kind.ADDED:
        return text_lines(None, _as_text(redact(change.object.manifest)), limit)
    if change.kind is Kind.REMOVED:
        return text_lines(_as_text(redact(change.object.manifest)), None, limit)
    return ()


def text_lines(old: str | None, new: str | None, limit: int) -> tuple[Line, ...]:
    """Return how *old* becomes *new*: up to *limit* lines, and a word of how many more."""
    before, after = _split(old), _split(new)
    found = list(_compared(before, after))
    if before == after:
        found = [Line("~", "only the line end after the last line differs")]
    shown = found[:limit]
    more = len(found) - len(shown)
    if more:
        shown.append(Line("~", f"{more:,} more line{'s' if more > 1 else ''}"))
    return tuple(Line(mark, short(visible_line(text), _LONGEST_LINE)) for mark, text in shown)


def _difference(field: Field, limit: int, longest: int) -> Difference:
    head = Difference(visible(path_text(field.path)), _within(field.path), field.how)
    gone, come = field.how is How.REMOVED, field.how is How.ADDED
    if field.how is not How.ORDER and (_needs_lines(field.old) or _needs_lines(field.new)):
        old = None if come else _as_text(field.old)
        new = None if gone else _as_text(field.new)
        return head._replace(lines=text_lines(old, new, limit))
    if come:
        return head._replace(new=short(one_line(field.new), longest))
    if gone:
        return head._replace(old=short(one_line(field.old), longest))
    old, new = both(_order(field.old), _order(field.new), longest)
    return head._replace(old=old, new=new)


def _within(path: Path) -> str:
    """Return the text of *path* up to its first item, where more follows."""
    for index, step in enumerate(path[:-1]):
        if isinstance(step, Item):
            return visible(path_text(path[: index + 1]))
    return ""


def _order(value: Any) -> Any:
    return ", ".join(one_line(each) for each in value) if isinstance(value, list | tuple) else value


def _needs_lines(value: Any) -> bool:
    if isinstance(value, str):
        return "\n" in value.rstrip("\n")
    return isinstance(value, dict | list) and len(one_line(value)) > _INLINE


def _split(text: str | None) -> list[str]:
    # By line feeds only: what else Python takes for a line end is to be seen.
    return [] if text is None else text.removesuffix("\n").split("\n")


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    shown = plain(value)
    try:
        return to_yaml(shown)
    except TypeError:  # half a character, a number of a thousand digits: no YAML, but a change
        return json.dumps(shown, indent=2)


def _compared(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    start, end = _shared_ends(before, after)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    if len(old) * len(new) > _COMPARED:
        yield Line("~", "too long to compare line by line")
        yield from (Line("-", each) for each in old)
        yield from (Line("+", each) for each in new)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(_CONTEXT)):
        if number:
            yield Line("~", GAP)
        for tag, start, end, new_start, new_end in group:
            if tag == "equal":
                yield from (Line(" ", each) for each in old[start:end])
                continue
            yield from (Line("-", each) for each in old[start:end])
            yield from (Line("+", each) for each in new[new_start:new_end])


def _shared_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return how many lines both begin and end with, less those shown around a change."""
    most = min(len(old), len(new))
    start = next((index for index in range(most) if old[index] != new[index]), most)
    rest = range(1, most - start + 1)
    end = next((index - 1 for index in rest if old[-index] != new[-index]), most - start)
    return max(0, start - _CONTEXT), max(0, end - _CONTEXT)
