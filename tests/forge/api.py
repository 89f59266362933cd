"""A forge's API on loopback: it keeps comments, and every request that it gets."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

COMMENTS = re.compile(
    r"/repos/acme/mqtt/issues/7/comments|/projects/group%2Fmqtt/merge_requests/7/notes"
)
ONE = re.compile(
    r"(?:/repos/acme/mqtt/issues/comments|/projects/group%2Fmqtt/merge_requests/7/notes)/(\d+)"
)


@dataclass
class Request:
    """What was asked for."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class FakeForge:
    """Comments by number, and how the forge behaves."""

    url: str = ""
    user: dict[str, Any] | None = None
    """Answer to who the token belongs to; None for a token that may not ask."""
    author: dict[str, Any] = field(default_factory=dict)
    """Who writes comments that are posted."""
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    failures: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Answers given first, one for each request: a status and headers."""

    def add(self, body: str, author: dict[str, Any], **more: Any) -> int:
        """Keep a comment and return its number."""
        number = len(self.comments) + 1
        self.comments[number] = {"id": number, "body": body, "user": author, "author": author}
        self.comments[number] |= more
        return number

    @property
    def bodies(self) -> list[str]:
        """Texts of the comments that are there."""
        return [each["body"] for each in self.comments.values()]

    @property
    def asked(self) -> list[str]:
        """Methods and paths of all requests."""
        return [f"{each.method} {each.path}" for each in self.requests]

    def answer(self, request: Request) -> tuple[int, Any]:
        """Return status and JSON for a request."""
        parts = urlsplit(request.path)
        if parts.path == "/user":
            return (200, self.user) if self.user else (403, {"message": "not for bots"})
        if COMMENTS.fullmatch(parts.path):
            if request.method == "POST":
                number = self.add(request.body["body"], self.author)
                return 201, self.comments[number]
            query = parse_qs(parts.query)
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, list(self.comments.values())[size * (page - 1) : size * page]
        one = ONE.fullmatch(parts.path)
        if one and int(one[1]) in self.comments:
            if request.method == "DELETE":
                del self.comments[int(one[1])]
                return 204, None
            self.comments[int(one[1])]["body"] = request.body["body"]
            return 200, self.comments[int(one[1])]
        return 404, {"message": "Not Found"}


@contextmanager
def serving(forge: FakeForge) -> Iterator[FakeForge]:
    """Serve *forge* on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(
                self.command, self.path, headers, json.loads(content) if content else None
            )
            forge.requests.append(request)
            more: dict[str, str] = {}
            if forge.failures:
                status, more = forge.failures.pop(0)
                answer: Any = {"message": "as told"}
            else:
                status, answer = forge.answer(request)
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815  (http.server's names)

        def log_message(self, *arguments: object) -> None:
            del arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forge.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
