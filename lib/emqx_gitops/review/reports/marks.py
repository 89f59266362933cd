"""
Markdown of words by strangers: nothing in them becomes a link, a mention, a tag or a command.

Written as character references, text means the same inside HTML and inside Markdown, and
structure can never be made of it (CommonMark 0.31, 2.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from emqx_gitops.review.reports.values import visible

_STRUCTURE = re.compile(r"[\\`*_{}\[\]<>#!|~&$^\"@=+]")
# What GitHub and GitLab link: mentions, issues, merge requests, labels, milestones, snippets,
# addresses. A blank of no width between sign and word stops all of them, also where they look at
# the page and not at its source.
_SIGNS = re.compile(r"(?<=[@#!~$&%^])(?=[\w\"])|(?<=\bGH)(?=-\d)")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_GAP = "\u200b"
_TICKS = re.compile("`+")


def prose(text: str) -> str:
    """Return *text* on one line, to stand anywhere but inside a fence or at a line's beginning."""
    parted = _ADDRESS.sub(_GAP, _SIGNS.sub(_GAP, visible(text)))
    written = _STRUCTURE.sub(lambda found: f"&#{ord(found[0])};", parted)
    return written.replace(_GAP, "&#8203;")


def code(text: str) -> str:
    """Return *text* as code; it may stand in a table or a summary."""
    return f"<code>{prose(text)}</code>"


def fence(lines: Sequence[str], language: str) -> str:
    """Return *lines* as a block of code; none of them can end it."""
    longest = max((len(run) for each in lines for run in _TICKS.findall(each)), default=0)
    ticks = "`" * max(3, longest + 1)
    # A line that begins so is a command to GitLab and to many bots.
    safe = (f" {each}" if each.startswith("/") else each for each in lines)
    return "\n".join([f"{ticks}{language}", *safe, ticks])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]
