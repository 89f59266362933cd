"""Warnings that are accepted."""

from __future__ import annotations

from tests.rules.checked import check, codes

TWO = "emqx: {version: 5.8.9, replicas: 2}"


def test_an_accepted_warning_is_not_shown() -> None:
    """With its reason, a warning stays silent."""
    assert codes(TWO) == {"EG308"}
    assert codes(f"{TWO}\nignore: [{{rule: EG308, reason: a test bed}}]") == set()


def test_one_entry_accepts_one_rule() -> None:
    """Warnings of other rules are shown all the same."""
    text = "exposure: {type: nodePort}\nignore: [{rule: EG309, reason: a test bed}]"

    assert codes(text) == {"EG310"}


def test_an_entry_without_use_is_shown_at_its_place() -> None:
    """What is accepted and never found is a warning, which can be accepted too."""
    stale = "ignore: [{rule: EG308, reason: no longer}"
    (finding,) = check(f"{stale}]")

    assert (finding.rule.code, finding.where.path) == ("EG107", "ignore.0.rule")
    assert codes(f"{stale}, {{rule: EG107, reason: we come back to two}}]") == set()


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    """A slip in a code is told from a rule that finds nothing."""
    (finding,) = check("ignore: [{rule: EG328, reason: a test bed}]")

    assert finding.rule.code == "EG109"
    assert finding.fix.startswith("did you mean `EG3")
