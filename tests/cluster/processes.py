"""
Start processes that end with the test run, whatever ends it.

A keeper (`tests.cluster.keeper`) starts them. All processes of a run may share one: it lives as
long as anybody is connected to it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.keeper import SOCKET

ROOT = Path(__file__).resolve().parents[2]
_SECONDS_TO_END = 20


class ProcessError(Exception):
    """A process could not be started, or ended by itself."""


@dataclass(frozen=True)
class Process:
    """A process that a keeper started."""

    name: str
    pid: int
    log: Path
    """What it prints goes here."""

    keeper: Keeper

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        code = self.keeper.ask(do="code", pid=self.pid)["code"]
        assert code is None or isinstance(code, int)
        return code

    def stop(self) -> None:
        """Kill it, and wait until it is gone."""
        self.keeper.ask(do="stop", pid=self.pid)

    def last_words(self, lines: int = 15) -> str:
        """Return the end of what it printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Keeper:
    """A connection to a keeper, and the folder that goes with it."""

    def __init__(self, folder: Path, own: subprocess.Popen[str] | None = None) -> None:
        self.folder = folder
        self._own = own
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(folder / SOCKET))
        self._answers = self._socket.makefile("rb")

    @classmethod
    def new(cls) -> Keeper:
        """Start a keeper; `Keeper(folder)` connects to it once more, from any process."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.cluster.keeper"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'lib'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the test run, which then lets go of it
        )
        assert process.stdin
        assert process.stdout
        with process.stdin, process.stdout:
            line = process.stdout.readline()
            if not line:
                raise ProcessError("the keeper of the cluster's processes did not start")
            return cls(Path(line.strip()), process)

    def start(
        self, name: str, argv: Sequence[str | Path], environ: Mapping[str, str] | None = None
    ) -> Process:
        """Start *argv* in the keeper's folder; raises ProcessError where it cannot be started."""
        log = self.folder / f"{name}.log"
        variables = dict(os.environ if environ is None else environ)
        words = [str(word) for word in argv]
        answer = self.ask(do="start", argv=words, environ=variables, log=str(log))
        if "error" in answer:
            raise ProcessError(answer["error"])
        return Process(name, answer["pid"], log, self)

    def ask(self, **request: object) -> dict[str, Any]:
        """Send a request to the keeper and return its answer."""
        with self._lock:
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            line = self._answers.readline()
        if not line:
            raise ProcessError("the keeper of the cluster's processes has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """Say that it is needed here no more, and see it gone where nobody else needs it."""
        try:
            last = self.ask(do="leave")["last"]
        except (OSError, ProcessError):
            last = None  # it was killed, and what it leaves is for the next one
        self._answers.close()
        self._socket.close()
        if self._own and last is not False:
            self._own.wait(_SECONDS_TO_END)
        elif self._own:
            self._own.returncode = 0  # it goes on, and nobody is to wait for it
        end = time.monotonic() + _SECONDS_TO_END
        while last and self.folder.exists() and time.monotonic() < end:
            time.sleep(0.02)
