"""Run a program to its end, or to the end of its time; nothing it started is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Outcome(NamedTuple):
    """How a program ended, and what it said."""

    code: int
    stdout: bytes
    stderr: str


def run(
    argv: Sequence[str], *, environ: Mapping[str, str], seconds: float, cwd: Path | None = None
) -> Outcome:
    """Run *argv* without standard input; raise OSError where it cannot start, and
    subprocess.TimeoutExpired where it takes longer than *seconds*.
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
            stdout, stderr = process.communicate(timeout=seconds)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return Outcome(process.returncode, stdout, stderr.decode(errors="replace"))
