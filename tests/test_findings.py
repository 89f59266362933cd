"""The words that rules and reports share."""

from __future__ import annotations

from emqx_gitops.findings import Finding, Rule, Severity, Where

RULE = Rule(
    code="EG000",
    name="even-cluster",
    severity=Severity.WARNING,
    what="an even number of nodes",
    why="an even cluster survives no more failures than one node fewer",
    fix="use an odd number",
    source="docs",
)


def test_finding_has_fix_of_its_rule() -> None:
    """A rule's own fix is given where a finding brings none."""
    where = Where(file="overlays/dev/environment.yaml", line=3, column=5)

    assert Finding(RULE, where, "2 nodes", "use an odd number") == RULE.at(where, "2 nodes")


def test_finding_may_know_better_fix() -> None:
    """A finding's own fix stands before the rule's."""
    assert RULE.at(Where(environment="dev"), "2 nodes", "use 3").fix == "use 3"


def test_severity_prints_as_word() -> None:
    """Reports print a severity as it is."""
    assert f"{RULE.severity}: {RULE.code}" == "warning: EG000"
