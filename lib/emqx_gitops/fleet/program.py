"""
Environments written in Python: what `main.py` adds to those below ``overlays/``.

The command line runs `main.py` too, so that every way to compile sees the same environments; while
it does, `App.synth()` hands its environments over rather than compiling by itself.
"""

from __future__ import annotations

import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from contextvars import ContextVar
from pathlib import Path

from emqx_gitops.fleet.errors import InputError
from emqx_gitops.fleet.sources import EnvironmentSource

PROGRAM = "main.py"

_handed_over: ContextVar[list[EnvironmentSource] | None] = ContextVar("handed_over", default=None)


def hand_over(environments: tuple[EnvironmentSource, ...]) -> bool:
    """Give *environments* to the command line if it runs the program; else return False."""
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
    with _collecting() as collected, _as_python_would(path):
        try:
            runpy.run_path(str(path), run_name="__main__")
        except SystemExit as error:
            # `sys.exit()` after `app.synth()` is how many programs end.
            if error.code not in {None, 0}:
                raise _failure(path, error, f"ended with {error.code}") from None
        except Exception as error:  # noqa: BLE001  (it is the user's program: anything may happen)
            raise _failure(path, error, f"{type(error).__name__}: {error}") from None
    return tuple(collected)


def _failure(path: Path, error: BaseException, message: str) -> InputError:
    """Return what went wrong in the program, with the last line of its own that was run."""
    frames = traceback.extract_tb(error.__traceback__)
    line = next((each.lineno for each in reversed(frames) if each.filename == str(path)), None)
    if isinstance(error, SyntaxError) and error.filename == str(path):
        line, message = error.lineno, f"SyntaxError: {error.msg}"
    where = f"{PROGRAM}:{line}" if line else PROGRAM
    said = message.strip().splitlines()[0]
    return InputError(where, said, f"mend the program; `python {PROGRAM}` says more")


@contextmanager
def _as_python_would(path: Path) -> Iterator[None]:
    """Let the program import its neighbours and see no arguments; what it prints is no answer."""
    argv, sys.argv = sys.argv, [str(path)]
    sys.path.insert(0, str(path.parent))
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        sys.argv = argv
        with suppress(ValueError):
            sys.path.remove(str(path.parent))


@contextmanager
def _collecting() -> Iterator[list[EnvironmentSource]]:
    collected: list[EnvironmentSource] = []
    token = _handed_over.set(collected)
    try:
        yield collected
    finally:
        _handed_over.reset(token)
