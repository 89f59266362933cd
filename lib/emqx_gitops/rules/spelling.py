"""Say what a writer may have meant."""

from __future__ import annotations

from collections.abc import Iterable

from emqx_gitops.emqx.slips import nearest


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question to end a fix with, a space before it; empty where nothing is near."""
    guess = nearest(word, sorted(known))
    return f" Did you mean `{guess}`?" if guess else ""
