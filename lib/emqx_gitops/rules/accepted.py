"""Warnings that an environment accepts, each with its reason: `ignore`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from emqx_gitops.emqx.slips import nearest
from emqx_gitops.environment.loader import Loaded
from emqx_gitops.findings import Finding, Rule, Severity

NOTHING_IGNORED = Rule(
    code="EG107",
    name="nothing-to-ignore",
    severity=Severity.WARNING,
    what="An environment accepts warnings of a rule that finds nothing.",
    why="It would hide the next thing that the rule finds, for a reason that was about another.",
    fix="Remove the entry.",
    source="emqx-gitops reference, ignore",
)

ERROR_NOT_IGNORED = Rule(
    code="EG108",
    name="error-not-ignored",
    severity=Severity.ERROR,
    what="An environment accepts findings of a rule whose findings are errors.",
    why="What is refused would not run, whatever the reason given.",
    fix="Remove the entry and mend what the rule finds; only warnings can be accepted.",
    source="emqx-gitops reference, ignore",
)

UNKNOWN_RULE = Rule(
    code="EG109",
    name="unknown-rule",
    severity=Severity.ERROR,
    what="An environment accepts findings of a rule that does not exist.",
    why="The entry does nothing, while it reads as if it did.",
    fix="Write the code of a rule: `emqx-gitops rule` lists all.",
    source="emqx-gitops reference, ignore",
)

RULES = (NOTHING_IGNORED, ERROR_NOT_IGNORED, UNKNOWN_RULE)


def check(loaded: Loaded, known: Mapping[str, Rule]) -> Iterator[Finding]:
    """Refuse to accept errors, and rules that are not among *known*."""
    for place, entry in enumerate(loaded.resolved.asked.ignore):
        where = loaded.places.where(("ignore", place, "rule"), loaded.resolved.name)
        rule = known.get(entry.rule)
        if rule is None:
            guess = nearest(entry.rule, known)
            fix = f"did you mean `{guess}` ({known[guess].name})?" if guess else None
            yield UNKNOWN_RULE.at(where, f"there is no rule {entry.rule}", fix)
        elif rule.severity is Severity.ERROR:
            yield ERROR_NOT_IGNORED.at(where, f"{rule.code} ({rule.name}) is an error")


def drop_accepted(findings: Iterable[Finding], loaded: Loaded) -> Iterator[Finding]:
    """Yield *findings* without the warnings that the environment accepts."""
    accepted = {entry.rule for entry in loaded.resolved.asked.ignore}
    for each in findings:
        if each.rule.severity is Severity.ERROR or each.rule.code not in accepted:
            yield each


def accept(findings: Iterable[Finding], loaded: Loaded) -> Iterator[Finding]:
    """Yield all *findings* that are not accepted, and what is accepted without being found."""
    found = list(findings)
    codes = {each.rule.code for each in found}
    stale = (
        NOTHING_IGNORED.at(
            loaded.places.where(("ignore", place, "rule"), loaded.resolved.name),
            f"{entry.rule} finds nothing here",
        )
        for place, entry in enumerate(loaded.resolved.asked.ignore)
        if entry.rule not in codes | {NOTHING_IGNORED.code}
    )
    yield from drop_accepted([*found, *stale], loaded)
