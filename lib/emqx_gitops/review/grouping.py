"""The same change in many environments, told once."""

from __future__ import annotations

from collections.abc import Iterable

from emqx_gitops.review.model import Change, Effect, Entry


def group(judged: Iterable[tuple[Change, tuple[Effect, ...]]]) -> tuple[Entry, ...]:
    """Return an entry for each change, with the same change of other environments in it."""
    return tuple(Entry((change,), effects) for change, effects in judged)
