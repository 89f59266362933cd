"""Work in a second process: Python runs on one core, and most machines have more."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

Result = TypeVar("Result")

_ALONE = 1
"""Cores of a machine on which a second process would only wait."""


@contextmanager
def aside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """
    Have a forked process do *work* while the block runs; the function given waits for its result.

    The result must be such as can be pickled. What goes wrong in that process is done again here,
    so that errors are raised as if there were one. It does not outlive the block.
    """
    if (os.cpu_count() or 1) == _ALONE or not hasattr(os, "fork"):
        yield work
        return
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        _work_and_exit(work, source, sink)
    os.close(sink)
    with os.fdopen(source, "rb") as pipe:

        def result() -> Result:
            try:
                found: Result = pickle.loads(pipe.read())  # noqa: S301  (written by our own child)
            except (EOFError, pickle.UnpicklingError):
                return work()
            return found

        try:
            yield result
        finally:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def _work_and_exit(work: Callable[[], Any], source: int, sink: int) -> None:
    """Write what *work* returns to *sink*; flush and close nothing of the parent's."""
    status = 1
    try:
        os.close(source)
        text = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(sink, "wb") as pipe:
            pipe.write(text)
        status = 0
    finally:
        os._exit(status)
