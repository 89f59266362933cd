"""
The review as workflow commands, which GitHub shows at the lines of a pull request.

Ten of a level are shown for each step; escapes are those of actions/toolkit, `command.ts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from emqx_gitops.review.model import Review
from emqx_gitops.review.reports.notices import Level, Notice, notices
from emqx_gitops.review.reports.options import Options
from emqx_gitops.review.reports.wording import counted

_SHOWN = 10
"""Annotations of one level that GitHub shows for a step."""
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(review: Review, options: Options) -> str:
    """Return up to ten annotations of each level; the last tells what else there is."""
    found = list(notices(review))
    lines = (
        line
        for level in Level
        for line in _level(level, [each for each in found if each.level is level], options)
    )
    return "".join(f"{line}\n" for line in lines)


def _level(level: Level, found: Sequence[Notice], options: Options) -> Iterator[str]:
    shown = found if len(found) <= _SHOWN else found[: _SHOWN - 1]
    for each in shown:
        place = each.places[0]
        where = {"file": place.file, "line": str(place.line)} if place.file else {}
        text = f"{each.message}\n{each.advice}" if each.advice else each.message
        yield _command(level, {**where, "title": f"{each.title} [{each.effect.rule.code}]"}, text)
    rest = found[len(shown) :]
    if rest:
        outcomes = Counter(str(each.effect.outcome) for each in rest)
        words = ", ".join(f"{number:,} {outcome}" for outcome, number in outcomes.items())
        title = f"{counted(len(rest), 'more effect')} in {options.title}"
        yield _command(level, {"title": title}, f"{words}; the full report has them all")


def _command(level: Level, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[level]} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
