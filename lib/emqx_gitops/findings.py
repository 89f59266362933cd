"""
What is wrong with an environment: the words that all rules and all reports share.

A `Rule` is written once, as a literal; it makes a `Finding` wherever something breaks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    """Refused: nothing is written."""
    WARNING = "warning"
    """Said, and written nevertheless."""


@dataclass(frozen=True)
class Where:
    """What a finding is about, as far as it is known."""

    file: str = ""
    """Path from the repository's root."""
    line: int = 0
    """Counted from 1; 0 for the file as a whole."""
    column: int = 0
    """Counted from 1; 0 for the line as a whole."""
    environment: str = ""
    """Name of the environment."""
    resource: str = ""
    """The resource, as `ResourceId` prints it."""
    path: str = ""
    """Path of the value within the file or resource, such as ``spec.replicas``."""


@dataclass(frozen=True)
class Rule:
    """Something that may not be, and all there is to say about it."""

    code: str
    """Such as ``EG203``; never used again for another rule."""
    name: str
    """A phrase in kebab-case."""
    severity: Severity
    what: str
    """One sentence: what the rule finds."""
    why: str
    """One sentence: what would happen otherwise."""
    fix: str
    """How to mend it, where the finding knows nothing better."""
    source: str
    """Where the fact can be checked."""

    def at(self, where: Where, message: str, fix: str | None = None) -> Finding:
        """Return a finding of this rule; its fix is the rule's, where none is given."""
        return Finding(self, where, message, self.fix if fix is None else fix)


@dataclass(frozen=True)
class Finding:
    """One place that breaks one rule."""

    rule: Rule
    where: Where
    message: str
    """What is wrong here, in one sentence."""
    fix: str
    """How to mend it here."""
