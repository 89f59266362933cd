"""
Notes on GitLab's merge requests.

Source: docs.gitlab.com/api/notes/#merge-requests, GitLab 17.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from emqx_gitops.forge.api import Api, ForgeError
from emqx_gitops.forge.comment import Comment

_FIX = (
    "make a project access token with the role Reporter and the scope `api`, and set it as the "
    "masked variable GITLAB_TOKEN; a job's own token may write no notes"
)


@dataclass(frozen=True)
class GitLab:
    """A merge request on GitLab."""

    api: Api
    project: str
    """Its number, or its path."""
    number: int
    """As the project counts its merge requests (iid)."""

    longest = 1_000_000

    @classmethod
    def of(cls, environ: Mapping[str, str], number: int | None = None) -> GitLab:
        """
        Return the merge request that a job runs for, or that with *number*.

        Read are GITLAB_TOKEN, CI_API_V4_URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID. Raises
        ForgeError.
        """
        if not environ.get("GITLAB_TOKEN"):
            raise ForgeError("GITLAB_TOKEN", "is not set", _FIX)
        if not environ.get("CI_PROJECT_ID"):
            raise ForgeError("CI_PROJECT_ID", "is not set", "set it to the project's number")
        iid = environ.get("CI_MERGE_REQUEST_IID", "")
        if number is None and not iid.isdecimal():
            fix = "run this in a merge request pipeline, or pass --number"
            raise ForgeError("CI_MERGE_REQUEST_IID", "is not set", fix)
        url = environ.get("CI_API_V4_URL") or "https://gitlab.com/api/v4"
        api = Api(url.rstrip("/"), {"PRIVATE-TOKEN": environ["GITLAB_TOKEN"]}, _FIX)
        return cls(api, environ["CI_PROJECT_ID"], int(iid) if number is None else number)

    def comments(self) -> Iterator[Comment]:
        """Yield its notes, oldest first, without those of GitLab itself."""
        for each in self.api.pages(f"{self._notes}?sort=asc&order_by=created_at"):
            if not each.get("system"):
                own = (each.get("author") or {}).get("id") == self._own
                yield Comment(int(each["id"]), str(each.get("body") or ""), own)

    def create(self, body: str) -> None:
        """Add a note."""
        self.api.call("POST", self._notes, {"body": body})

    def update(self, number: int, body: str) -> None:
        """Give the note *number* another text."""
        self.api.call("PUT", f"{self._notes}/{number}", {"body": body})

    def delete(self, number: int) -> None:
        """Remove the note *number*."""
        self.api.call("DELETE", f"{self._notes}/{number}")

    @property
    def _notes(self) -> str:
        project = urllib.parse.quote(self.project, safe="")
        return f"/projects/{project}/merge_requests/{self.number}/notes"

    @cached_property
    def _own(self) -> int:
        """Number of whoever the token belongs to."""
        return int(self.api.call("GET", "/user")["id"])
