"""What is said of five pull requests, kept beside them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emqx_gitops.kustomize.engine import Engine
from tests.dyff.program import dyff
from tests.golden import cases


@pytest.mark.parametrize("case", cases.CASES)
def test_ours_and_gits(case: str, engines: tuple[Engine, Engine], tmp_path: Path) -> None:
    """Our report and git's are those that are kept; `make golden` writes them anew."""
    environ = os.environ | {"KUSTOMIZE": engines[0].command[0]}
    cases.checkouts(case, tmp_path, environ)

    assert cases.ours(tmp_path, case) == (cases.HERE / case / "emqx-gitops.txt").read_text()
    assert cases.git_stat(tmp_path, case) == (cases.HERE / case / "git-stat.txt").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("case", cases.CASES)
def test_dyffs(case: str, engines: tuple[Engine, Engine], tmp_path: Path) -> None:
    """What is kept as dyff's report is what dyff prints."""
    environ = os.environ | {"KUSTOMIZE": engines[0].command[0]}
    cases.checkouts(case, tmp_path, environ)

    assert cases.dyffs(tmp_path, case, dyff()) == (cases.HERE / case / "dyff.txt").read_text()


def test_the_page_shows_them() -> None:
    """The page of the documentation is made of what is kept."""
    page = (cases.ROOT / "docs" / "pull-requests-compared.md").read_text()

    assert page == cases.page()
