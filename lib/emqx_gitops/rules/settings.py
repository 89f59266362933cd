"""
Rules on the settings of one environment, each key and value in turn.

A key is first compared with the model's own fields, then with the line's list, then its value with
what the generated pod can bear.
"""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.components.catalog import shared_components
from emqx_gitops.components.settings import SecretValue
from emqx_gitops.constructs import pod
from emqx_gitops.emqx import Line, Problem, Verdict, check_setting, owner
from emqx_gitops.environment.layout import parts_of
from emqx_gitops.environment.loader import Loaded
from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.rules import setting_problems, setting_values

HAS_A_FIELD = Rule(
    code="EG316",
    name="setting-has-a-field",
    severity=Severity.ERROR,
    what="A setting is written that a field of the environment stands for.",
    why="The field also makes what belongs to it: ports, Services, rights, names, Secrets.",
    fix="Remove the setting and write the field.",
    source="emqx-gitops reference, environment.yaml",
)

SET_TWICE = Rule(
    code="EG320",
    name="setting-twice",
    severity=Severity.ERROR,
    what="A setting or variable is set in two places.",
    why="Only one of the two counts, and which one is nowhere promised.",
    fix="Remove it here.",
    source="hocon_tconf.erl, hocon 0.42.2; Kubernetes API reference, Container (env, envFrom)",
)

LOWER_CASE = Rule(
    code="EG322",
    name="setting-in-lower-case",
    severity=Severity.WARNING,
    what="A setting's name has lower-case letters.",
    why="EMQX reads it, and a second spelling in capitals beside it: which one counts is chance.",
    fix="Write it in capitals.",
    source="hocon_tconf.erl (env_name_to_path), hocon 0.42.2",
)

RULES = (*setting_problems.RULES, *setting_values.RULES, HAS_A_FIELD, SET_TWICE, LOWER_CASE)


def check(loaded: Loaded) -> Iterator[Finding]:
    """Check every setting; each has at most one finding about its key."""
    resolved = loaded.resolved
    for key, value in resolved.asked.emqx.settings.items():
        path = ("emqx", "settings", key)
        at_key = loaded.places.where(path, resolved.name, key=True)
        at_value = loaded.places.where(path, resolved.name)
        yield from _setting(resolved, key, value, at_key, at_value)
    yield from _spelled_twice(loaded)


def _setting(
    resolved: Resolved, key: str, value: SecretValue | str, at_key: Where, at_value: Where
) -> Iterator[Finding]:
    line = resolved.site.line
    text = value if isinstance(value, str) else None
    field, problem = owner(line, key), check_setting(line, resolved.edition, key, text)
    unread = problem is not None and setting_problems.is_unread(problem)
    if field is not None and not unread:
        message = f"{key} is what the field {field} stands for"
        yield HAS_A_FIELD.at(at_key, message, f"remove it and write `{field}`")
        return
    if problem is not None:
        yield _finding(line, problem, at_key, at_value)
    elif key != key.upper():
        yield LOWER_CASE.at(at_key, f"{key} is not in capitals", f"write `{key.upper()}`")
    if text is None or (problem is not None and problem.verdict is Verdict.REFUSE):
        return
    yield from setting_values.line_problems(key, text, at_value)
    yield from setting_values.secret_problems(line, key, text, at_value)
    yield from setting_values.hazards(line, key, text, at_value)


def _finding(line: Line, problem: Problem, at_key: Where, at_value: Where) -> Finding:
    rule = setting_problems.rule_of(problem.kind, problem.verdict)
    of_value = problem.kind in setting_problems.OF_THE_VALUE
    where = at_value if of_value else at_key
    if not problem.suggestion:
        return rule.at(where, problem.message)
    field = None if of_value else owner(line, problem.suggestion)
    if field is not None:
        fix = f"EMQX {line} calls it {problem.suggestion}; remove it and write `{field}`"
        return rule.at(where, problem.message, fix)
    return rule.at(where, problem.message, f"did you mean `{problem.suggestion}`?")


def _spelled_twice(loaded: Loaded) -> Iterator[Finding]:
    """Refuse one setting in two spellings, which only differ in case."""
    seen: dict[str, str] = {}
    for key in loaded.resolved.asked.emqx.settings:
        other = seen.setdefault(key.upper(), key)
        if other != key:
            where = loaded.places.where(("emqx", "settings", key), loaded.resolved.name, key=True)
            yield SET_TWICE.at(where, f"{key} and {other} are one setting")


def check_twice(loaded: Loaded) -> Iterator[Finding]:
    """
    Refuse settings that the base or the environment's choices write themselves.

    Only for an environment without errors: choices that contradict each other cannot be laid out.
    """
    resolved = loaded.resolved
    settings = resolved.asked.emqx.settings
    writers = dict(_writers(resolved)) if settings else {}
    for key in settings:
        if key.upper() in writers:
            where = loaded.places.where(("emqx", "settings", key), resolved.name, key=True)
            yield SET_TWICE.at(where, f"{key} is set by {writers[key.upper()]} already")


def _writers(resolved: Resolved) -> Iterator[tuple[str, str]]:
    """Yield each setting and variable of the brokers' container, with what writes it."""
    yield from ((str(each["name"]), "the base") for each in pod.ENV)
    shared = shared_components()
    for name, part in parts_of(resolved):
        if name == "emqx.settings":
            continue
        for addition in (part.own, *(shared[path] for path in part.components)):
            yield from ((key, name) for key in addition.settings)
            for operation in addition.pod:
                if operation["path"] == "/spec/containers/0/env/-":
                    yield str(operation["value"]["name"]), name
