"""Work on many items in two processes: Python runs on one core, and a review is given two."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MANY = 1_000
"""Items from which a second process, which copies what this one knows, is worth it."""

_ALONE = 1
"""Cores of a machine on which a second process would only wait."""


def in_halves(
    work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]
) -> list[Result]:
    """
    Return what *work* makes of *items*; of many, a forked process does the second half.

    Results must be such as can be pickled. What goes wrong in that process is done again here, so
    that errors are raised as if there were one.
    """
    if len(items) < MANY or (os.cpu_count() or 1) == _ALONE or not hasattr(os, "fork"):
        return work(items)
    middle = len(items) // 2
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        _work_and_exit(work, items[middle:], source, sink)
    os.close(sink)
    try:
        with os.fdopen(source, "rb") as pipe:
            first = work(items[:middle])
            second = _unpickled(pipe.read())
    finally:
        # One that is still at work finds nobody to tell, and ends.
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
    return first + (work(items[middle:]) if second is None else second)


def _work_and_exit(
    work: Callable[[Sequence[Item]], list[Any]], items: Sequence[Item], source: int, sink: int
) -> None:
    """Write what *work* makes of *items* to *sink*; flush and close nothing of the parent's."""
    status = 1
    try:
        os.close(source)
        text = pickle.dumps(work(items), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(sink, "wb") as pipe:
            pipe.write(text)
        status = 0
    finally:
        os._exit(status)


def _unpickled(text: bytes) -> list[Any] | None:
    try:
        found: list[Any] = pickle.loads(text)  # noqa: S301  (written by our own child)
    except (EOFError, pickle.UnpicklingError):
        return None
    return found
