"""Pieces of Markdown that the generated pages share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence


def generated(source: str, lines: Iterable[str]) -> str:
    """Return a page with the note that it is generated from *source*."""
    note = f"<!-- Generated from lib/emqx_gitops/{source}: run `make docs`. -->"
    return "\n".join((note, "", *lines)).rstrip() + "\n"


def paragraph(text: str) -> list[str]:
    """Return the lines of *text*."""
    return text.strip().splitlines()


def code(value: object) -> str:
    """Return *value* as code; code in a table cannot hold a bar."""
    return f"`{value}`".replace("|", "\\|")


def codes(values: Iterable[object]) -> str:
    """Return *values* as code, separated by commas."""
    return ", ".join(map(code, values))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield _row(head)
    yield _row(["---"] * len(head))
    for each in rows:
        yield _row(each)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace(chr(10), ' ') for cell in cells)} |"


def anchor(heading: str) -> str:
    """Return the fragment by which GitHub links to *heading*."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
