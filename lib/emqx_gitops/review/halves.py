"""Work on many items in two processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from emqx_gitops.aside import aside

Item = TypeVar("Item")
Result = TypeVar("Result")

MANY = 1_000
"""Items from which a second process, which copies what this one knows, is worth it."""


def in_halves(
    work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]
) -> list[Result]:
    """Return what *work* makes of *items*; of many, a process aside does the second half."""
    if len(items) < MANY:
        return work(items)
    middle = len(items) // 2
    with aside(lambda: work(items[middle:])) as second:
        first = work(items[:middle])
        return first + second()
