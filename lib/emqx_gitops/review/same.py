"""The review of two sides that say the same: it needs none of what judges changes."""

from __future__ import annotations

from collections import Counter

from emqx_gitops.review.model import Review
from emqx_gitops.review.side import Side


def same(old: Side, new: Side) -> Review | None:
    """Return the review of sides with the same documents, word for word; None where they differ."""
    before, after = (
        Counter((each.environment, each.text) for each in side.documents) for side in (old, new)
    )
    if before != after:
        return None
    environments = Counter(each.environment for each in new.documents if each.environment)
    environments.update(new.unread)
    return Review(
        old.label,
        new.label,
        (),
        len(new.documents) + sum(new.unread.values()),
        (*old.warnings, *new.warnings),
        dict(sorted(environments.items())),
    )
