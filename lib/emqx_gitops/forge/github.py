"""
Comments on GitHub, and on forges that speak its language.

Source: docs.github.com/en/rest/issues/comments (API version 2022-11-28).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from emqx_gitops.forge.api import Api, ForgeError
from emqx_gitops.forge.comment import Comment

_FORBIDDEN = (401, 403, 404)
_FIX = (
    "give the job `permissions: pull-requests: write`; a pull request from a fork has a token that "
    "may only read: see docs/how-to/pull-requests.md"
)


@dataclass(frozen=True)
class GitHub:
    """A pull request on GitHub."""

    api: Api
    repository: str
    """``owner/name``."""
    number: int

    longest = 65_536

    @classmethod
    def of(cls, environ: Mapping[str, str], number: int | None = None) -> GitHub:
        """
        Return the pull request that a workflow runs for, or that with *number*.

        Read are GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL and the event in
        GITHUB_EVENT_PATH. Raises ForgeError.
        """
        missing = [name for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY") if not environ.get(name)]
        if missing:
            fix = "set it; in a workflow: `env: {GITHUB_TOKEN: ${{ github.token }}}`"
            raise ForgeError(missing[0], "is not set", fix)
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {environ['GITHUB_TOKEN']}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        url = environ.get("GITHUB_API_URL") or "https://api.github.com"
        found = _number(environ) if number is None else number
        return cls(Api(url.rstrip("/"), headers, _FIX), environ["GITHUB_REPOSITORY"], found)

    def comments(self) -> Iterator[Comment]:
        """Yield its comments, oldest first."""
        for each in self.api.pages(f"{self._issue}/{self.number}/comments"):
            author = each.get("user") or {}
            # A workflow's token may not ask who it is; it writes as a bot then.
            own = author.get("login") == self._login if self._login else author.get("type") == "Bot"
            yield Comment(int(each["id"]), str(each.get("body") or ""), own)

    def create(self, body: str) -> None:
        """Add a comment."""
        self.api.call("POST", f"{self._issue}/{self.number}/comments", {"body": body})

    def update(self, number: int, body: str) -> None:
        """Give the comment *number* another text."""
        self.api.call("PATCH", f"{self._issue}/comments/{number}", {"body": body})

    def delete(self, number: int) -> None:
        """Remove the comment *number*."""
        self.api.call("DELETE", f"{self._issue}/comments/{number}")

    @property
    def _issue(self) -> str:
        return f"/repos/{self.repository}/issues"

    @cached_property
    def _login(self) -> str:
        """Whom the token belongs to; empty for that of a workflow."""
        try:
            return str(self.api.call("GET", "/user")["login"])
        except ForgeError as error:
            if error.status in _FORBIDDEN:
                return ""
            raise


def _number(environ: Mapping[str, str]) -> int:
    """Return the number of the pull request that started this workflow."""
    event: object = None
    with suppress(OSError, ValueError):
        event = json.loads(Path(environ.get("GITHUB_EVENT_PATH", "")).read_text(encoding="utf-8"))
    if isinstance(event, dict):
        runs = (event.get("workflow_run") or {}).get("pull_requests") or []
        for each in (event.get("pull_request"), event.get("issue"), *runs):
            if isinstance(each, dict) and isinstance(each.get("number"), int):
                return int(each["number"])
    raise ForgeError(
        "GITHUB_EVENT_PATH",
        "names no event of a pull request",
        "run this for `on: pull_request`, or pass --number",
    )
