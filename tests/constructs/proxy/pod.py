"""A pod made of Linux namespaces, in which real programs run the generated files unchanged."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

WAIT = 20.0


def eventually(condition: Callable[[], Any], what: str, seconds: float = WAIT) -> Any:
    """Return the first true answer of *condition*, or fail after *seconds*."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)
    return result


class Process:
    """A program that runs inside a pod."""

    def __init__(self, pod: Pod, pid: int, log: Path) -> None:
        """Keep what signals and waiting need."""
        self._pod = pod
        self._log = log
        self.pid = pid

    @property
    def output(self) -> str:
        """All that the program has written so far."""
        return self._log.read_text()

    @property
    def code(self) -> int | None:
        """Exit code, or None while the program runs."""
        code: int | None = self._pod.ask("poll", self.pid)
        return code

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._pod.ask("kill", self.pid, number)

    def wait(self, seconds: float = WAIT) -> int:
        """Wait for the end, and return the exit code."""
        eventually(
            lambda: self.code is not None, f"end of {self._log.name}\n{self.output}", seconds
        )
        return self.code or 0


class Pod:
    """Namespaces of mounts, network and processes; a context manager that leaves nothing behind.

    ``workspace`` is a folder of the host which the pod sees as /mnt; its folders config, tls and
    client-ca are the pod's volumes, and resolv.conf its own.
    """

    def __init__(self, workspace: Path) -> None:
        """Make the volumes."""
        self.workspace = workspace
        for name in ("config", "tls", "client-ca", "scratch"):
            (workspace / name).mkdir()
        workspace.chmod(0o755)
        self._lock = threading.Lock()
        self._number = 0

    def __enter__(self) -> Self:
        """Start the pod's first process."""
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        rights = [] if os.geteuid() == 0 else ["--map-root-user"]
        namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child"]
        agent = [sys.executable, str(Path(__file__).with_name("agent.py")), str(self.workspace)]
        command = ["unshare", *rights, *namespaces, *agent]
        self._process = subprocess.Popen(command, stdin=theirs.fileno())
        theirs.close()
        assert self._channel.recv(16) == b"ready", "no namespaces: needs root or user namespaces"
        return self

    def __exit__(self, *_: object) -> None:
        """End every process of the pod."""
        self.end()

    def end(self) -> None:
        """End every process of the pod; may be called again."""
        self._channel.close()
        self._process.wait(WAIT)

    def ask(self, *request: object, attached: bool = False) -> Any:
        """Send a request to the first process; return its answer, or the socket it sent."""
        with self._lock:
            self._channel.send(json.dumps(request).encode())
            message, descriptors, _, _ = socket.recv_fds(self._channel, 65536, 1)
        error, value = json.loads(message)
        if error:
            raise OSError(error, value)
        return socket.socket(fileno=descriptors[0]) if attached else value

    def connect(self, port: int, address: str = "127.0.0.1", source: str = "") -> socket.socket:
        """Return a connection inside the pod."""
        connection: socket.socket = self.ask("connect", address, port, source, attached=True)
        connection.settimeout(WAIT)
        return connection

    def listen(self, address: str, port: int, kind: str = "tcp") -> socket.socket:
        """Return a socket that listens inside the pod."""
        server: socket.socket = self.ask("listen", address, port, kind, attached=True)
        return server

    def run(self, *command: str, **environment: str) -> Process:
        """Start a program as user 1000 without capabilities."""
        self._number += 1
        log = f"{self._number}-{Path(command[0]).name}.log"
        path = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        pid = self.ask("run", command, path | environment, log, os.geteuid() == 0)
        return Process(self, pid, self.workspace / log)

    def fill(self, volume: str, files: dict[str, str]) -> None:
        """Give *volume* its files as the kubelet does: a new folder, then one swap of a symlink."""
        folder = self.workspace / volume
        self._number += 1
        fresh = folder / f"..version-{self._number}"
        fresh.mkdir()
        for name, text in files.items():
            (fresh / name).write_text(text)
            if not (folder / name).is_symlink():
                (folder / name).symlink_to(f"..data/{name}")
        link = folder / "..next"
        link.symlink_to(fresh.name)
        current = (folder / "..data").readlink() if (folder / "..data").is_symlink() else None
        link.rename(folder / "..data")
        if current:
            shutil.rmtree(folder / current)
