"""
Checks a setting that a user wrote against what its line of EMQX knows.

EMQX ignores a variable whose name it does not know, at most with a warning in its log, and stops at
a value of the wrong type. Here both are found before anything runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from emqx_gitops.emqx import hocon, values
from emqx_gitops.emqx.catalog import Setting, canonical, find, instance, is_inner, path_of
from emqx_gitops.emqx.problems import Kind, Problem, Verdict, refuse, warn
from emqx_gitops.emqx.unknown import not_a_setting, unknown
from emqx_gitops.emqx.versions import Edition, Line

PUBLIC_SECRETS: frozenset[str] = frozenset({"public", "emqxsecretcookie", "emqx50elixir"})
"""The passwords, secrets and cookies that EMQX ships with, 4.4 to 6.2."""

_SECRET_NAME = re.compile(r"(?:^|_)(?:password|passcode|secret|cookie)$")


def check_setting(
    line: Line, edition: Edition, key: str, value: str | None = None
) -> Problem | None:
    """
    Find the gravest thing wrong with setting *key* to *value*, None if nothing is.

    *value* is None where it comes from a Secret: then only the key is checked.
    """
    path = path_of(line, key)
    if not path or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key, re.ASCII):
        return not_a_setting(line, key)
    setting = find(line, path)
    if setting and not (setting.is_environment and setting.key != key):
        return next(_problems(line, edition, key, setting, value), None)
    if is_inner(line, path):
        return _inner_problem(line, key, value)
    return unknown(line, edition, key, path)


def is_secret(line: Line, key: str) -> bool:
    """Tell whether a value of *key* must not be committed in plain text."""
    path = path_of(line, key)
    setting = find(line, path) if path else None
    named_so = bool(path and _SECRET_NAME.search(path[-1]))
    return named_so or bool(setting and "sensitive" in setting.flags)


def _problems(
    line: Line, edition: Edition, key: str, setting: Setting, value: str | None
) -> Iterator[Problem]:
    if edition is Edition.OPENSOURCE and "enterprise-only" in setting.flags:
        message = (
            f"{key} is a setting of the enterprise edition; EMQX {line} open source ignores it"
        )
        yield refuse(Kind.OTHER_EDITION, message)
    if value is not None:
        yield from _value_problems(line, edition, key, setting, value)
    if "deprecated" in setting.flags:
        yield warn(Kind.DEPRECATED, f"{key} is deprecated: EMQX {line} drops it")
    if setting.alias:
        path, _ = canonical(line, path_of(line, key))
        message = f"{key} is an older name on EMQX {line}"
        yield warn(Kind.ALIAS, message, instance(line, setting.key, path))


def _value_problems(
    line: Line, edition: Edition, key: str, setting: Setting, value: str
) -> Iterator[Problem]:
    # The start script takes its variables as they are; what is left for EMQX 5 is read as HOCON.
    plain = line.is_v4 or setting.is_environment
    text = value if plain else hocon.read(value)
    wrong = values.misfit(line, setting.shape, value, plain=plain)
    core_only = "replicant-enterprise-only" in setting.flags and edition is Edition.OPENSOURCE
    if core_only and text == "replicant" and line is Line.V5_8:
        wrong = values.Misfit("core in the open source edition", "core", in_enum=True)
    secret = is_secret(line, key)
    if wrong:
        message = f"{key} takes {wrong.expected} on EMQX {line}, not {_shown(value, secret)}"
        kind = Kind.NOT_IN_ENUM if wrong.in_enum else Kind.WRONG_TYPE
        verdict = Verdict.REFUSE if wrong.certain else Verdict.WARN
        yield Problem(kind, verdict, message, wrong.suggestion)
    if secret and text in PUBLIC_SECRETS:
        yield refuse(Kind.DEFAULT_SECRET, f"{key} has a value that everybody knows")
    if not plain and setting.shape == "string" and hocon.is_changed(value):
        message = f"EMQX {line} reads the value of {key} as {_shown(text, secret)} without quotes"
        yield warn(Kind.NEEDS_QUOTES, message, "" if secret else hocon.quote(value))


def _inner_problem(line: Line, key: str, value: str | None) -> Problem | None:
    """Judge an object given whole: EMQX stops at anything else (emqx/emqx#8881)."""
    if value is None or value.lstrip().startswith("{") or "${" in value:
        return None
    message = f"{key} takes an object such as {{enable = true}} on EMQX {line}"
    return refuse(Kind.WRONG_TYPE, f"{message}, not {_shown(value, is_secret(line, key))}")


_LONGEST_SHOWN = 40


def _shown(value: str, secret: bool) -> str:  # noqa: FBT001  # private
    if secret:
        return "what it is set to"
    return repr(value if len(value) <= _LONGEST_SHOWN else f"{value[: _LONGEST_SHOWN - 3]}...")
