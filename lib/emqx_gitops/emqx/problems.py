"""What can be the matter with a setting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is the matter."""

    NOT_A_SETTING = "not-a-setting"
    """No variable of EMQX, or no variable at all."""
    UNKNOWN_ROOT = "unknown-root"
    UNKNOWN_KEY = "unknown-key"
    UNCHECKED = "unchecked"
    """Under a root that exists and that the list does not cover: it may well be right."""
    OTHER_LINE = "other-line"
    OTHER_EDITION = "other-edition"
    WRONG_TYPE = "wrong-type"
    NOT_IN_ENUM = "not-in-enum"
    DEFAULT_SECRET = "default-secret"  # noqa: S105  # a kind, no secret
    """A password or cookie that everybody knows."""
    NEEDS_QUOTES = "needs-quotes"
    """EMQX would read another text than the one written."""
    DEPRECATED = "deprecated"
    ALIAS = "alias"
    """An older name that still works."""


class Verdict(StrEnum):
    """What to do about it."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a setting."""

    kind: Kind
    verdict: Verdict
    message: str
    """A sentence without a full stop, naming key and line; never a secret's value."""
    suggestion: str = ""
    """The key to use instead or, where the value is at fault, the value; empty if none is near."""


def refuse(kind: Kind, message: str, suggestion: str = "") -> Problem:
    """Make a problem that EMQX would ignore or stop at, for certain."""
    return Problem(kind, Verdict.REFUSE, message, suggestion)


def warn(kind: Kind, message: str, suggestion: str = "") -> Problem:
    """Make a problem that may be none."""
    return Problem(kind, Verdict.WARN, message, suggestion)
