"""The registry: every rule is there, and says all it must."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from emqx_gitops.findings import Rule
from emqx_gitops.review.effects import registry as effects
from emqx_gitops.rules.registry import BY_CODE, RULES
from tests.rules.cases import CASES

WRITTEN_BY_HAND = "EG[67]"
"""Families about documents and objects, whose tests build them in place of an environment."""


def test_codes_and_names_are_unique() -> None:
    """A code or a name is one rule's."""
    words = Counter(word for rule in RULES for word in (rule.code, rule.name))

    assert [word for word, count in words.items() if count > 1] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_all_it_must(rule: Rule) -> None:
    """Code and name have their form; what, why and fix are sentences; the source is there."""
    assert re.fullmatch(r"EG[1-7][0-9]{2}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)
    for sentence in (rule.what, rule.why, rule.fix):
        assert re.match(r"[A-Z`]", sentence)
        assert sentence.endswith((".", "'."))
    assert rule.source


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_shown_to_fire(rule: Rule) -> None:
    """Each rule has a case, or a test of its own that names its code."""
    if re.match(WRITTEN_BY_HAND, rule.code):
        tests = Path(__file__).parent.rglob("*.py")
        shown = any(rule.code in each.read_text(encoding="utf-8") for each in tests)
    else:
        shown = rule.code in {case.code for case in CASES}

    assert shown


def test_no_rule_is_left_out() -> None:
    """Every rule that is written anywhere in the package is registered."""
    package = Path(__file__).parents[2] / "lib" / "emqx_gitops"
    written = {
        code
        for path in package.rglob("*.py")
        for code in re.findall(r'code="(EG[0-9]{3})"', path.read_text(encoding="utf-8"))
    }

    assert written == {*BY_CODE, *(rule.code for rule in effects.RULES)}
