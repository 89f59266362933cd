"""Run a program to its end, or to the end of its time; nothing it started is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Outcome(NamedTuple):
    """How a program ended, and what it said."""

    code: int
    stdout: bytes
    stderr: str


class StoppedError(Exception):
    """A program was ended before its time, because its result is not wanted any more."""


_GLANCE_SECONDS = 0.2
"""How often a running program is looked at, to see whether it is still wanted."""


def run(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    seconds: float,
    cwd: Path | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Run *argv* without standard input; raise OSError where it cannot start,
    subprocess.TimeoutExpired where it takes longer than *seconds*, StoppedError once *stop* is set.
    """
    with subprocess.Popen(
        argv,
        env=environ,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A group of its own: kustomize may be a script whose children would outlive it, and would
        # keep its pipes open.
        process_group=0,
    ) as process:
        try:
            stdout, stderr = _wait(process, seconds, stop)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return Outcome(process.returncode, stdout, stderr.decode(errors="replace"))


def _wait(
    process: subprocess.Popen[bytes], seconds: float, stop: threading.Event | None
) -> tuple[bytes, bytes]:
    """Return what the process printed until its end."""
    if stop is None:
        return process.communicate(timeout=seconds)
    end = time.monotonic() + seconds
    while True:
        if stop.is_set():
            raise StoppedError
        left = end - time.monotonic()
        try:
            return process.communicate(timeout=min(max(left, 0), _GLANCE_SECONDS))
        except subprocess.TimeoutExpired:
            if left <= 0:
                raise
