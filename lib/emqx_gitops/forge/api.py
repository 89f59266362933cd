"""A JSON API over HTTP, as far as comments need one."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any

_SECONDS = 30.0
_TRIES = 4
_LONGEST_PAUSE = 60.0
_TOO_MANY, _SERVER_ERROR = 429, 500
PAGE = 100
"""Items to a page, the most that GitHub and GitLab give."""


class ForgeError(Exception):
    """A forge that cannot be asked, or says no: which, what it said, what to do."""

    def __init__(self, where: str, message: str, fix: str, status: int = 0) -> None:
        """Say that *where* has the problem *message*; *status* is that of the answer, if any."""
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = message
        self.fix = fix
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follow nothing: the token would go where the answer says."""

    def redirect_request(  # noqa: PLR0913, PLR0917  (urllib's signature)
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        del req, fp, code, msg, headers, newurl


@dataclass(frozen=True)
class Api:
    """Where an API is, and what opens it."""

    url: str
    """Address that all paths are added to, without a slash at its end."""
    headers: Mapping[str, str]
    """Sent with each request; the token is one of them."""
    fix: str
    """What to do where it refuses the token."""
    pause: float = 1.0
    """Seconds before the second try; twice as many before each further one."""

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """
        Return the answer's JSON, or None where it is empty.

        An answer that tells of trouble on the other side is asked for again; what makes something
        new (POST) only where the other side said that it did nothing. Raises ForgeError.
        """
        for attempt in range(_TRIES):
            try:
                return self._once(method, path, body)
            except urllib.error.HTTPError as error:
                again = error.code == _TOO_MANY or (
                    error.code >= _SERVER_ERROR and method != "POST"
                )
                if not again or attempt == _TRIES - 1:
                    raise self._refused(method, path, error) from None
                wait = _retry_after(error, self.pause * 2**attempt)
            except (OSError, http.client.HTTPException) as error:
                if method == "POST" or attempt == _TRIES - 1:
                    reason = getattr(error, "reason", None) or error
                    fix = "see that this machine reaches it, and run this again"
                    raise ForgeError(self.url, f"gives no answer: {reason}", fix) from None
                wait = self.pause * 2**attempt
            time.sleep(wait)
        raise AssertionError("unreachable")

    def pages(self, path: str) -> Iterator[Any]:
        """Yield the items of a list that comes in pages. Raises ForgeError."""
        mark = "&" if "?" in path else "?"
        number = 1
        while True:
            items = self.call("GET", f"{path}{mark}per_page={PAGE}&page={number}")
            yield from items
            if len(items) < PAGE:
                return
            number += 1

    def _once(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        sent = {"Accept": "application/json", "User-Agent": "emqx-gitops", **self.headers}
        if data is not None:
            sent["Content-Type"] = "application/json"
        request = urllib.request.Request(  # noqa: S310  (http for forges inside a network)
            self.url + path, data=data, headers=sent, method=method
        )
        opener = urllib.request.build_opener(_NoRedirect())
        with opener.open(request, timeout=_SECONDS) as reply:
            content = reply.read()
        try:
            return json.loads(content) if content.strip() else None
        except ValueError:
            fix = "check the API's address"
            raise ForgeError(self.url + path, "answers with what is no JSON", fix) from None

    def _refused(self, method: str, path: str, error: urllib.error.HTTPError) -> ForgeError:
        message = f"{method} was answered with {error.code} {error.reason}"
        try:
            said = json.loads(error.read()).get("message")
        except (OSError, ValueError, AttributeError):
            said = None
        if isinstance(said, str) and said:
            message += f": {' '.join(said.split())[:200]}"
        return ForgeError(self.url + path, message, self.fix, error.code)


def _retry_after(error: urllib.error.HTTPError, usual: float) -> float:
    """Return the seconds that the other side asks to wait, within reason."""
    try:
        asked = float(error.headers.get("Retry-After", ""))
    except ValueError:
        asked = usual
    return min(max(asked, 0.0), _LONGEST_PAUSE)
