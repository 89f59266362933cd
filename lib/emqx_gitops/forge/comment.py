"""One comment of ours on a pull request, made once and then kept up to date."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, Protocol

from emqx_gitops.forge.api import ForgeError

_MARKER = "<!-- emqx-gitops:"


class Comment(NamedTuple):
    """A comment on a pull request."""

    id: int
    body: str
    own: bool
    """Whether it was written by whoever we are there: only such a one may be changed. Somebody
    else's, made to look like ours, would stay theirs to edit."""


class Forge(Protocol):
    """A pull request on some forge. Every method raises ForgeError."""

    longest: int
    """Characters that a comment may have."""

    def comments(self) -> Iterator[Comment]:
        """Yield its comments, oldest first."""

    def create(self, body: str) -> None:
        """Add a comment."""

    def update(self, number: int, body: str) -> None:
        """Give the comment *number* another text."""

    def delete(self, number: int) -> None:
        """Remove the comment *number*."""


class Posted(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    NOT_NEEDED = "not needed"
    """There was none, and none was to be made."""


def post(forge: Forge, text: str, *, create: bool = True) -> Posted:
    """
    Have the pull request carry *text* as one comment, and say what was done.

    The first line of *text* is the comment by which it is found again. Without *create* only a
    comment that is there is changed. Left-over copies of it are removed. Raises ForgeError.
    """
    marker = text.partition("\n")[0].strip()
    if not (marker.startswith(_MARKER) and marker.endswith("-->")):
        raise ForgeError(
            "the comment",
            f"does not begin with a line `{_MARKER}... -->`, by which it is found again",
            "pass what `emqx-gitops diff --format markdown` prints",
        )
    if len(text) > forge.longest:
        raise ForgeError(
            "the comment",
            f"has {len(text)} characters, and {forge.longest} are the most that are taken",
            "pass a smaller --budget to `emqx-gitops diff`",
        )
    found = [each for each in forge.comments() if each.own and _begins(each.body, marker)]
    if not found:
        if create:
            forge.create(text)
        return Posted.CREATED if create else Posted.NOT_NEEDED
    first, *copies = found
    for each in copies:
        forge.delete(each.id)
    # Forges trim what they store.
    if first.body.replace("\r\n", "\n").strip() == text.strip():
        return Posted.UNCHANGED
    forge.update(first.id, text)
    return Posted.UPDATED


def _begins(body: str, marker: str) -> bool:
    return body.lstrip().partition("\n")[0].strip() == marker
