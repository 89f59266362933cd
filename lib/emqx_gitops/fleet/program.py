"""
Environments written in Python: what `main.py` adds to those below ``overlays/``.

The command line runs `main.py` too, so that every way to compile sees the same environments; while
it does, `App.synth()` hands its environments over rather than compiling by itself.
"""

from __future__ import annotations

import runpy
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from emqx_gitops.fleet.errors import InputError
from emqx_gitops.fleet.sources import EnvironmentSource

PROGRAM = "main.py"

_handed_over: ContextVar[list[EnvironmentSource] | None] = ContextVar("handed_over", default=None)


def hand_over(environments: tuple[EnvironmentSource, ...]) -> bool:
    """Give *environments* to the command line, if it is what runs the program; else return False."""
    collected = _handed_over.get()
    if collected is None:
        return False
    collected += environments
    return True


def environments_in_python(root: Path) -> tuple[EnvironmentSource, ...]:
    """
    Run `main.py` of *root*, if it is one of ours, and return the environments that it adds.

    Raises InputError when the program fails.
    """
    path = root / PROGRAM
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ()
    if "emqx_gitops" not in text:
        return ()
    with _collecting() as collected:
        try:
            runpy.run_path(str(path), run_name="__main__")
        except InputError:
            raise
        except (Exception, SystemExit) as error:
            frames = [
                f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)
            ]
            line = f", line {frames[-1].lineno}" if frames else ""
            where = f"{PROGRAM}{line}"
            message = f"{type(error).__name__}: {error}".splitlines()[0]
            raise InputError(where, message, "mend the program") from None
    return tuple(collected)


@contextmanager
def _collecting() -> Iterator[list[EnvironmentSource]]:
    collected: list[EnvironmentSource] = []
    token = _handed_over.set(collected)
    try:
        yield collected
    finally:
        _handed_over.reset(token)
