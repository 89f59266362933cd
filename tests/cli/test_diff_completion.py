"""Completion of what `emqx-gitops diff` compares, by a real bash."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_completion import BASH, offered
from tests.review.sides.checkouts import checkout


@pytest.mark.skipif(BASH is None, reason="no bash")
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ma", ["main"]),
        ("main..fe", ["main..feature-1", "main..feature-2"]),
        ("main...v", ["main...v1"]),
        ("nothing", []),
    ],
)
def test_revisions(tmp_path: Path, word: str, expected: list[str]) -> None:
    """Branches and tags are offered, alone and as the end of a range."""
    made = checkout(tmp_path / "repository")
    made.commit(a="1")
    for name in ("feature-1", "feature-2"):
        made.git("branch", name)
    made.git("tag", "v1")

    assert offered(made.root, ["emqx-gitops", "diff", word]) == expected


@pytest.mark.skipif(BASH is None, reason="no bash")
def test_no_repository(tmp_path: Path) -> None:
    """Outside a repository files are left to the shell."""
    assert offered(tmp_path, ["emqx-gitops", "diff", "ma"]) == []
