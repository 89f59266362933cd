"""
A Git server on loopback, and the working copy that people commit to.

Reading goes through `git http-backend`, as on a real server; a push goes to the bare repository's
folder. What is committed is what a working tree holds, links and deletions included.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Test"), ("EMAIL", "test@example.com"))
}
_ENVIRON = {
    **_IDENTITY,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


@dataclass(frozen=True)
class Origin:
    """A branch `main` that a cluster follows, and the folder that it is committed from."""

    tree: Path
    bare: Path

    @classmethod
    def new(cls, tree: Path, bare: Path) -> Origin:
        """Put *tree*, which may hold files already, under Git with *bare* as its origin."""
        bare.mkdir(parents=True)
        _git(bare, "init", "--quiet", "--bare", "--initial-branch=main")
        _git(tree, "init", "--quiet", "--initial-branch=main")
        _git(tree, "remote", "add", "origin", str(bare))
        return cls(tree, bare)

    def commit(self, message: str) -> str:
        """Commit everything that changed, push it, and return the commit's full name."""
        _git(self.tree, "add", "--all", "--force")
        _git(self.tree, "commit", "--quiet", f"--message={message}")
        _git(self.tree, "push", "--quiet", "origin", "main")
        return _git(self.tree, "rev-parse", "HEAD")

    def revert(self) -> str:
        """Take back the last commit with another one, and return that one's full name."""
        _git(self.tree, "revert", "--no-edit", "HEAD")
        _git(self.tree, "push", "--quiet", "origin", "main")
        return _git(self.tree, "rev-parse", "HEAD")


def _git(folder: Path, *arguments: str) -> str:
    found = subprocess.run(
        ["git", *arguments],  # noqa: S607
        cwd=folder,
        env=os.environ | _ENVIRON,
        check=True,
        capture_output=True,
        text=True,
    )
    return found.stdout.strip()


class _Backend(BaseHTTPRequestHandler):
    """Hands requests to `git http-backend` by the rules of CGI."""

    repositories: ClassVar[Path]

    def do_GET(self) -> None:
        """Answer what a client asks first: which branches there are."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer with the objects that a client lacks."""
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        variables = {
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": str(self.repositories),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        answer = subprocess.run(
            ["git", "http-backend"],  # noqa: S607
            input=body,
            env=os.environ | _ENVIRON | variables,
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        fields = [line.partition(": ") for line in head.decode().split("\r\n")]
        status = next((value for name, _, value in fields if name == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for name, _, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: what a controller could not fetch, it tells in its object's status."""


@contextmanager
def git_server(repositories: Path) -> Iterator[str]:
    """Serve every bare repository below *repositories*, and yield the address of that folder."""
    handler = type("Backend", (_Backend,), {"repositories": repositories})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
