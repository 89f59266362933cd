"""Every rule on what people write, broken once and mended."""

from __future__ import annotations

import pytest

from emqx_gitops.findings import Severity
from tests.rules.cases import CASES, MARK, Case, complete
from tests.rules.checked import check_files

IDS = [f"{case.code}-{number}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_broken_rule_is_found_at_its_place(case: Case) -> None:
    """The finding names file, line and column of the value or key at fault."""
    found = check_files({**case.others, case.name: case.wrong})

    places = {
        (each.rule.code, each.where.file, each.where.line, each.where.column) for each in found
    }
    assert (case.code, f"overlays/{case.name}/environment.yaml", *case.place) in places


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_was_mended_is_not_found_again(case: Case) -> None:
    """After the fix the rule is silent, and nothing else is refused."""
    found = check_files({**case.others, case.mended_name: case.mended})

    assert case.code not in {each.rule.code for each in found}
    assert [each.message for each in found if each.rule.severity is Severity.ERROR] == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_finding_is_short_and_says_what_to_do(case: Case) -> None:
    """Messages fit a line or two, end without a full stop, and bring a fix."""
    found = check_files({**case.others, case.name: case.wrong})

    for finding in (each for each in found if each.rule.code == case.code):
        assert len(finding.message) < 250
        assert not finding.message.endswith(".")
        assert finding.fix


def test_marks_are_taken_out() -> None:
    """What is checked holds no mark."""
    assert MARK not in "".join(complete(case.wrong) for case in CASES)
