"""Show a long answer with the user's pager, on a terminal only."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from contextlib import suppress

import click

PAGER = "EMQX_GITOPS_PAGER"
"""Environment variable: the pager of this program, before PAGER; empty or `cat` for none."""


def show(text: str, *, paged: bool) -> None:
    """Print *text*, through the pager where that is wanted and there is one."""
    command = _pager() if paged and sys.stdout.isatty() else []
    if command:
        # Quit if it fits on one screen, take colours as they are, leave the screen as it is.
        environ = {**os.environ, "LESS": os.environ.get("LESS", "FRX")}
        with (
            suppress(FileNotFoundError, PermissionError),  # then it is printed
            subprocess.Popen(command, stdin=subprocess.PIPE, env=environ) as process,
        ):
            process.communicate(text.encode(errors="backslashreplace"))
            return
    click.echo(text, nl=False, color=True)


def _pager() -> list[str]:
    """Return the command that the user wants; none for `cat`, or for quotes that do not close."""
    chosen = os.environ.get(PAGER, os.environ.get("PAGER", "less"))
    try:
        command = shlex.split(chosen)
    except ValueError:
        return []
    return [] if command == ["cat"] else command
