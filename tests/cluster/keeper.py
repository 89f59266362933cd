"""
A process that starts other processes, and ends with all of them once nobody needs them any more.

It listens on a socket in a folder of its own. Whoever holds a connection needs it; so does whoever
holds the other end of its standard input. A test run that is killed holds neither: then the keeper
kills what it started, removes the folder and ends. Where the keeper itself is killed the kernel
kills its children, and the next run removes the folder (`fleet.workspace`).

Run as `python -m tests.cluster.keeper`; `tests.cluster.processes` is how to talk to it.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from emqx_gitops.fleet.workspace import workspace

SOCKET = "keeper.sock"
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)

Request = dict[str, Any]


class _Keeper:
    """The children, and who needs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.children: dict[int, subprocess.Popen[bytes]] = {}
        self.ended = False
        self.stays = False
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen(64)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self._needed = 1

    def serve(self) -> None:
        """Answer requests until nobody is left to make them."""
        while not self.ended and (self._needed or self.stays):
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    self._selector.register(connection, selectors.EVENT_READ, connection.makefile())
                    self._needed += 1
                elif key.fileobj is sys.stdin:
                    if not os.read(0, 4096):
                        self._leave(sys.stdin)
                elif isinstance(key.fileobj, socket.socket):
                    self._answer(key.fileobj, key.data)

    def _answer(self, connection: socket.socket, lines: Any) -> None:
        """Answer one request of *connection*, or note that there will be no more."""
        try:
            line = lines.readline()
            if not line:
                self._leave(connection)
                return
            answer = self._do(json.loads(line))
            connection.sendall(json.dumps(answer).encode() + b"\n")
        except OSError:
            self._leave(connection)

    def _leave(self, who: Any) -> None:
        self._selector.unregister(who)
        self._needed -= 1

    def _do(self, request: Request) -> dict[str, Any]:
        match request.pop("do"):
            case "start":
                return self._start(**request)
            case "stop":
                self._kill(self.children[request["pid"]])
            case "stay":
                self.stays = True
            case "end":
                self.ended = True
            case "leave":
                return {"last": self._needed == 1 and not self.stays}
        child = self.children.get(request.get("pid", 0))
        return {"code": child and child.poll()}

    def _start(self, argv: list[str], environ: dict[str, str], log: str) -> dict[str, Any]:
        try:
            with Path(log).open("ab") as file:
                child = subprocess.Popen(
                    argv,
                    cwd=self.folder,
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    process_group=0,
                    preexec_fn=_die_with_parent,  # noqa: PLW1509  (this process has one thread)
                )
        except OSError as error:
            return {"error": f"{argv[0]}: {error.strerror}"}
        self.children[child.pid] = child
        return {"pid": child.pid}

    def end(self) -> None:
        """Kill all children; what they would have to tidy up goes with the folder."""
        for child in self.children.values():
            self._kill(child)

    @staticmethod
    def _kill(child: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit


def _write_to(log: Path) -> None:
    """Let go of the terminal or pipe of whoever started it, who may wait until nobody has it."""
    with log.open("wb") as file:
        for number in (sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(file.fileno(), number)


def main() -> None:
    """Keep processes in a new folder, whose path is printed when requests can be made."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    with workspace() as folder:
        keeper = _Keeper(folder)
        try:
            print(folder, flush=True)  # noqa: T201  (its answer)
            _write_to(folder / "keeper.log")
            keeper.serve()
        finally:
            keeper.end()


if __name__ == "__main__":
    main()
