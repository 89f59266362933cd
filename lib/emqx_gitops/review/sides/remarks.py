"""What is said about two trees of a repository beside their objects."""

from __future__ import annotations

import re
from collections.abc import Sequence

from emqx_gitops.review.sides.listing import left_out
from emqx_gitops.review.sides.revisions import Entries

_SOURCE = re.compile(r"(.*/)?overlays/([^/]+)/environment\.yaml", re.DOTALL)
_BOTH = 2


def remarks(trees: Sequence[Entries]) -> tuple[str, ...]:
    """Return a sentence for all that is left out, and for each environment that looks forgotten."""
    old, new = trees[0], trees[-1]
    if len(trees) < _BOTH:
        old = {}
    changed = {path for path, _ in old.items() ^ new.items()}
    elsewhere = sorted(
        path
        for path in changed
        if any(path in each and not each[path].is_file for each in (old, new))
    )
    found = left_out(elsewhere, "path", " (links or submodules)")
    return found if len(trees) < _BOTH else (*found, *_forgotten(changed))


def _forgotten(changed: set[str]) -> tuple[str, ...]:
    """Return what to ask about environments whose sources changed, and nothing that is rendered."""
    found = (_SOURCE.fullmatch(path) for path in changed)
    sources = sorted({(match[1] or "", match[2]) for match in found if match})
    return tuple(
        f"{above}overlays/{name} changed and {above}dist/rendered/{name} did not: "
        "has `emqx-gitops synth` been run?"
        for above, name in sources
        if not any(path.startswith(f"{above}dist/rendered/{name}/") for path in changed)
    )
