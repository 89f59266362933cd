"""
How a program of ours ends, whatever happens: with an exit status, and never with a traceback.

Used by the command line and by `python main.py`.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn, TextIO

import click

DEBUG = "EMQX_GITOPS_DEBUG"
"""Environment variable that shows the traceback of a defect."""

COULD_NOT_RUN = 2
_UNNAMED = {
    errno.ENOENT: "the current folder",
    **dict.fromkeys((errno.ENOSPC, errno.EIO, errno.EBADF, errno.EINVAL), "standard output"),
}
"""What an error of the system is about that names no file."""

_BY_SIGNAL = 128
_INTERRUPTED = _BY_SIGNAL + signal.SIGINT
_PIPE_CLOSED = _BY_SIGNAL + signal.SIGPIPE


@contextmanager
def tidy_end() -> Iterator[None]:
    """
    Turn what ends the block early into an exit status: 130 for Ctrl-C, 141 for a closed pipe.

    Being asked to end (SIGTERM, SIGHUP) is passed on as SystemExit, so that everything is cleaned
    up. A defect of ours is told in one line, status 2.
    """
    _prepare_streams()
    try:
        with _ended_by_signals():
            yield
            sys.stdout.flush()
    except KeyboardInterrupt:
        _say("interrupted")
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has left; nothing is to be said, and nobody would hear it.
        _discard(sys.stdout)
        sys.exit(_PIPE_CLOSED)
    except (click.exceptions.Exit, click.ClickException, click.Abort):
        raise
    except OSError as error:
        _discard(sys.stdout)
        where = error.filename or _UNNAMED.get(error.errno or 0, "the system")
        _say(f"error: {where}: {error.strerror or error}")
        _say("  fix: mend that and run it again")
        sys.exit(COULD_NOT_RUN)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        _say(f"error: emqx-gitops: {_defect(error)}")
        _say(f"  fix: this is a defect of emqx-gitops: report what it says with {DEBUG}=1")
        sys.exit(COULD_NOT_RUN)


def _prepare_streams() -> None:
    """Give closed streams a place to write to, and let everything be written as UTF-8."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:  # closed with >&-: the next file that is opened would take its place
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  (until the end)
            setattr(sys, name, nowhere)
        elif hasattr(stream, "reconfigure"):
            # YAML and JSON are UTF-8, whatever the locale.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {kind: signal.getsignal(kind) for kind in (signal.SIGTERM, signal.SIGHUP)}
    for kind, handler in before.items():
        if handler is not signal.SIG_IGN:  # nohup wants no end by SIGHUP
            signal.signal(kind, _end)
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    sys.exit(_BY_SIGNAL + number)


def _discard(stream: TextIO) -> None:
    """Have what *stream* still holds go nowhere: Python flushes it at its own end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _say(message: str) -> None:
    with suppress(OSError):
        click.echo(message, err=True)


def _defect(error: Exception) -> str:
    """Return what happened, and where, in one line."""
    text = " ".join(str(error).split())
    last: TracebackType | None = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return f"{type(error).__name__}: {text}"
    place = f"{Path(last.tb_frame.f_code.co_filename).name}, line {last.tb_lineno}"
    return f"{type(error).__name__}: {text} ({place})"
