"""Every combination of choices compiles, or is refused for a reason on the closed list."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emqx_gitops.kustomize.engine import Engine
from tests.matrix import Case, cases, run

ROOT = Path(__file__).resolve().parent.parent
COVER = json.loads((ROOT / "tests" / "matrix_cover.json").read_text())


def test_every_pair_of_choices_compiles_in_some_combination(engines: tuple[Engine, Engine]) -> None:
    """A cover of all pairs builds to objects that pass the strict schema check and all rules."""
    wanted = {json.dumps(row, sort_keys=True) for row in COVER}
    chosen = [case for case in cases() if json.dumps(case.labels, sort_keys=True) in wanted]

    report = run(engines[0], chosen)

    assert len(chosen) == len(COVER)
    assert report.problems == []
    assert len(report.accepted) == len(COVER)


def test_a_fault_in_a_combination_is_told(engines: tuple[Engine, Engine]) -> None:
    """The matrix can fail: a refusal outside the closed list is a problem."""
    first = next(cases())
    broken = Case(first.labels, first.data | {"colour": "blue"})

    report = run(engines[0], [broken])

    assert report.accepted == []
    assert len(report.problems) == 1


@pytest.mark.slow
def test_the_whole_matrix_is_what_the_page_says() -> None:
    """All combinations: none has a third outcome, and page and cover are current."""
    script = ROOT / "scripts" / "matrix.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
