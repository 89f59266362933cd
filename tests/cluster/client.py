"""A small client of the Kubernetes API: JSON over kept-alive connections, for many threads."""

from __future__ import annotations

import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode, urlsplit

Manifest = dict[str, Any]
Result = TypeVar("Result")

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"

_SECONDS = 60
_PAUSE_SECONDS = 0.1
_WARNING = re.compile(r'\d+ \S+ "((?:[^"\\]|\\.)*)"')


class Answer(NamedTuple):
    """What the API server answered."""

    status: int
    body: Manifest
    warnings: tuple[str, ...]


class ApiError(Exception):
    """The API server refused; *message* in its words."""

    def __init__(self, answer: Answer, request: str) -> None:
        self.status = answer.status
        self.message = str(answer.body.get("message", answer.body))
        self.details: Manifest = answer.body.get("details") or {}
        super().__init__(f"{request}: {answer.status}: {self.message}")


@dataclass(frozen=True)
class Client:
    """Requests in the name of one user."""

    url: str
    """`https://` with *authority* and *token*, or `http://` of a `kubectl proxy`."""

    authority: Path | None = None
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    _idle: list[HTTPConnection] = field(default_factory=list, repr=False, compare=False)
    _paths: dict[tuple[str, str], tuple[str, bool]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def with_token(self, token: str) -> Client:
        """Return a client for whoever *token* belongs to, a ServiceAccount for example."""
        return replace(self, token=token)

    def acting_as(self, user: str, group: str | None = None) -> Client:
        """Return a client that impersonates *user*, with no rights but theirs."""
        own = {"Impersonate-User": user} | ({"Impersonate-Group": group} if group else {})
        return replace(self, headers={**self.headers, **own})

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, object] | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """Make a request and return the answer; raises ApiError where the status is 400 or more."""
        target = f"{path}?{urlencode(query)}" if query else path
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "Content-Type": content_type, **self.headers}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self._exchange(method, target, data, headers)
        if answer.status >= 400:
            raise ApiError(answer, f"{method} {target}")
        return answer

    def apply(
        self,
        manifest: Manifest,
        *,
        manager: str = "tests",
        dry_run: bool = False,
        force: bool = True,
    ) -> Answer:
        """Apply *manifest* on the server's side, as `kubectl apply --server-side` does, with strict
        field validation.
        """
        query: dict[str, object] = {
            "fieldManager": manager,
            "fieldValidation": "Strict",
            "force": str(force).lower(),
        }
        path = self.path_of(manifest)
        query |= {"dryRun": "All"} if dry_run else {}
        return self.request("PATCH", path, manifest, query=query, content_type=APPLY)

    def create(self, manifest: Manifest, *, dry_run: bool = False) -> Answer:
        """Create *manifest*, with strict field validation."""
        query = {"fieldValidation": "Strict"} | ({"dryRun": "All"} if dry_run else {})
        path = self.path_of(manifest).rpartition("/")[0]
        return self.request("POST", path, manifest, query=query)

    def get(self, api: str, kind: str, name: str, namespace: str | None = None) -> Manifest:
        """Return one object; *api* is its apiVersion."""
        return self.request("GET", self.path(api, kind, name, namespace)).body

    def list(
        self, api: str, kind: str, namespace: str | None = None, *, labels: str | None = None
    ) -> list[Manifest]:
        """Return all objects of a kind, of all namespaces where none is named."""
        query = {"labelSelector": labels} if labels else None
        answer = self.request("GET", self.path(api, kind, "", namespace), query=query)
        return [{"apiVersion": api, "kind": kind, **item} for item in answer.body["items"]]

    def patch(self, path: str, change: Any, *, content_type: str = MERGE) -> Manifest:
        """Change the object at *path* and return it as it is then."""
        return self.request("PATCH", path, change, content_type=content_type).body

    def delete(self, api: str, kind: str, name: str, namespace: str | None = None) -> None:
        """Have one object deleted; no error where there is none."""
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
        try:
            self.request("DELETE", self.path(api, kind, name, namespace), body)
        except ApiError as error:
            if error.status != 404:
                raise

    def path_of(self, manifest: Manifest) -> str:
        """Return the path of the object that *manifest* describes."""
        meta = manifest["metadata"]
        return self.path(
            manifest["apiVersion"], manifest["kind"], meta["name"], meta.get("namespace")
        )

    def path(self, api: str, kind: str, name: str, namespace: str | None = None) -> str:
        """Return the path of an object, or of its kind where *name* is empty."""
        prefix = f"/apis/{api}" if "/" in api else f"/api/{api}"
        if (api, kind) not in self._paths:
            for each in self.request("GET", prefix).body["resources"]:
                if "/" not in each["name"]:
                    self._paths[api, each["kind"]] = (each["name"], each["namespaced"])
        if (api, kind) not in self._paths:
            raise LookupError(f"the API server knows no {kind} of {api}")
        plural, namespaced = self._paths[api, kind]
        if namespaced and (namespace or name):
            prefix += f"/namespaces/{namespace or 'default'}"
        return f"{prefix}/{plural}" + (f"/{quote(name)}" if name else "")

    def _exchange(
        self, method: str, target: str, data: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        while True:
            try:
                connection, fresh = self._idle.pop(), False
            except IndexError:
                connection, fresh = self._connect(), True
            try:
                connection.request(method, target, data, headers)
                response = connection.getresponse()
                text = response.read()
            except (OSError, HTTPException):
                connection.close()
                if fresh:
                    raise
                continue  # the server may close a connection that nobody used for a while
            self._idle.append(connection)
            if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                time.sleep(float(response.headers.get("Retry-After", 1)))
                continue
            told = response.headers.get_all("Warning") or []
            return Answer(response.status, _body(text), tuple(_warnings(told)))

    def _connect(self) -> HTTPConnection:
        address = urlsplit(self.url)
        assert address.hostname
        if address.scheme == "http":
            made = HTTPConnection(address.hostname, address.port, timeout=_SECONDS)
        else:
            made = HTTPSConnection(
                address.hostname, address.port, timeout=_SECONDS, context=self._context
            )
        made.connect()
        # Small requests must not wait for the acknowledgement of the ones before.
        made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def close(self) -> None:
        """Close its connections, and those of clients for others that were made of it."""
        while self._idle:
            self._idle.pop().close()

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority)


def _body(text: bytes) -> Manifest:
    try:
        body = json.loads(text)
    except ValueError:
        body = {"message": text.decode(errors="replace")}
    return body if isinstance(body, dict) else {"message": str(body)}


def _warnings(headers: list[str]) -> Iterator[str]:
    for header in headers:
        for match in _WARNING.finditer(header):
            yield re.sub(r"\\(.)", r"\1", match[1])


def wait_for(ask: Callable[[], Result | None], what: str, *, seconds: float = 60) -> Result:
    """Return what *ask* returns as soon as it is true; raises TimeoutError, which says *what* was
    waited for. What the API server refuses meanwhile counts as not yet.
    """
    end = time.monotonic() + seconds
    told = ""
    while True:
        try:
            if result := ask():
                return result
        except (ApiError, OSError) as error:
            told = f": {error}"
        if time.monotonic() > end:
            raise TimeoutError(f"not so after {seconds:g} s: {what}{told}")
        time.sleep(_PAUSE_SECONDS)
