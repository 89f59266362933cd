"""Rules on settings that EMQX would ignore or stop at: `check_setting`, one rule for each kind."""

from __future__ import annotations

from emqx_gitops.emqx import Kind, Problem, Verdict
from emqx_gitops.findings import Rule, Severity

_LIST = "EMQX's schemas of the line: emqx_conf_schema.erl, emqx_schema.erl, priv/emqx.schema (4.4)"

UNKNOWN_SETTING = Rule(
    code="EG301",
    name="unknown-setting",
    severity=Severity.ERROR,
    what="EMQX has no such setting.",
    why="EMQX ignores it, at most with a line in its log; nodes then stay alone, or data is lost.",
    fix="Write the setting that is meant, or remove it.",
    source=_LIST,
)

UNCHECKED_SETTING = Rule(
    code="EG302",
    name="unchecked-setting",
    severity=Severity.WARNING,
    what="A setting is not in our list for this line, which is not complete at this place.",
    why="If EMQX does not know it either, it ignores it without a word.",
    fix="Check it against EMQX's documentation of this version.",
    source=_LIST,
)

OTHER_LINE = Rule(
    code="EG303",
    name="setting-of-another-line",
    severity=Severity.ERROR,
    what="A setting belongs to another line of EMQX.",
    why=(
        "EMQX 5 renamed most settings and ignores the old names: with EMQX_CLUSTER__DISCOVERY of "
        "4.4, nodes of 5.x stay alone."
    ),
    fix="Write this line's own setting, or remove it.",
    source=_LIST,
)

OTHER_EDITION = Rule(
    code="EG304",
    name="setting-of-another-edition",
    severity=Severity.ERROR,
    what="A setting belongs to the enterprise edition.",
    why="The open source edition ignores it.",
    fix="Remove it, or set emqx.edition to `enterprise`.",
    source=_LIST,
)

WRONG_TYPE = Rule(
    code="EG305",
    name="setting-of-wrong-type",
    severity=Severity.ERROR,
    what="A setting's value is not of its type.",
    why="EMQX checks its configuration when it starts, and stops.",
    fix="Write a value of the type named.",
    source=_LIST,
)

NOT_IN_ENUM = Rule(
    code="EG306",
    name="setting-not-among-values",
    severity=Severity.ERROR,
    what="A setting takes one of a few words, and this is none of them.",
    why="EMQX checks its configuration when it starts, and stops.",
    fix="Write one of the words named.",
    source=_LIST,
)

NEEDS_QUOTES = Rule(
    code="EG307",
    name="setting-needs-quotes",
    severity=Severity.WARNING,
    what="EMQX would read another text than the one written.",
    why="From EMQX 5 on a value is read as HOCON: `0123` is a number, and `#` begins a comment.",
    fix="Put the value into double quotes within the value: '\"0123\"'.",
    source="hocon_tconf.erl and hocon_scanner.xrl, hocon 0.42.2",
)

OLDER_NAME = Rule(
    code="EG311",
    name="setting-has-newer-name",
    severity=Severity.WARNING,
    what="A setting is written by an older name, which still works.",
    why="A later version of EMQX drops the older name, and then ignores it.",
    fix="Write the newer name.",
    source=_LIST,
)

DEPRECATED = Rule(
    code="EG312",
    name="deprecated-setting",
    severity=Severity.WARNING,
    what="A setting is deprecated.",
    why="EMQX drops it: it has no effect.",
    fix="Remove it.",
    source=_LIST,
)

NOT_A_SETTING = Rule(
    code="EG313",
    name="not-a-setting",
    severity=Severity.ERROR,
    what="A name is no variable that EMQX reads.",
    why="EMQX reads variables that begin with EMQX_, in capitals, with two underscores for a dot.",
    fix="Write it as a variable: EMQX_LOG__CONSOLE__LEVEL for log.console.level.",
    source="bin/emqx (HOCON_ENV_OVERRIDE_PREFIX), EMQX v4.4.19 and v5.7.1",
)

PUBLIC_SECRET = Rule(
    code="EG314",
    name="public-secret",
    severity=Severity.ERROR,
    what="A password or cookie is the one that EMQX ships with.",
    why="It is the first that an attacker tries.",
    fix="Put one of your own into a Secret, and write {secretName: …, key: …} here.",
    source="emqx_dashboard_schema.erl, bin/emqx and mix.exs (default_cookie), EMQX v5.7.1",
)

DOUBTFUL_VALUE = Rule(
    code="EG321",
    name="doubtful-value",
    severity=Severity.WARNING,
    what="A setting's value may not be one that EMQX takes.",
    why="If EMQX does not take it, it stops.",
    fix="Write the value in the form named.",
    source=_LIST,
)

RULES = (
    UNKNOWN_SETTING,
    UNCHECKED_SETTING,
    OTHER_LINE,
    OTHER_EDITION,
    WRONG_TYPE,
    NOT_IN_ENUM,
    NEEDS_QUOTES,
    OLDER_NAME,
    DEPRECATED,
    NOT_A_SETTING,
    PUBLIC_SECRET,
    DOUBTFUL_VALUE,
)

REFUSING = {
    Kind.NOT_A_SETTING: NOT_A_SETTING,
    Kind.UNKNOWN_ROOT: UNKNOWN_SETTING,
    Kind.UNKNOWN_KEY: UNKNOWN_SETTING,
    Kind.OTHER_LINE: OTHER_LINE,
    Kind.OTHER_EDITION: OTHER_EDITION,
    Kind.WRONG_TYPE: WRONG_TYPE,
    Kind.NOT_IN_ENUM: NOT_IN_ENUM,
    Kind.DEFAULT_SECRET: PUBLIC_SECRET,
}
"""The rule for what EMQX ignores or stops at for certain."""

WARNING = {
    Kind.NEEDS_QUOTES: NEEDS_QUOTES,
    Kind.DEPRECATED: DEPRECATED,
    Kind.ALIAS: OLDER_NAME,
    Kind.WRONG_TYPE: DOUBTFUL_VALUE,
    Kind.NOT_IN_ENUM: DOUBTFUL_VALUE,
}
"""The rule for what may be right; `UNCHECKED_SETTING` for all other kinds."""

OF_THE_VALUE = frozenset(
    {Kind.WRONG_TYPE, Kind.NOT_IN_ENUM, Kind.NEEDS_QUOTES, Kind.DEFAULT_SECRET}
)
"""Kinds whose place is the value; all others are about the key."""


def rule_of(kind: Kind, verdict: Verdict) -> Rule:
    """Return the rule for a problem of that kind."""
    if verdict is Verdict.REFUSE:
        return REFUSING[kind]
    return WARNING.get(kind, UNCHECKED_SETTING)


def is_unread(problem: Problem) -> bool:
    """Tell whether EMQX does not read the key at all."""
    return problem.verdict is Verdict.REFUSE and problem.kind not in OF_THE_VALUE
