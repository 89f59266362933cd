"""`emqx-gitops rule`: what a rule finds, why, and what to do about it."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from emqx_gitops.cli.options import format_option, print_json

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from emqx_gitops.findings import Rule
    from emqx_gitops.review.model import EffectRule

    AnyRule = Rule | EffectRule


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    del ctx, param
    return [
        CompletionItem(rule.code, help=rule.name)
        for rule in _rules()
        if rule.code.startswith(incomplete.upper())
    ]


def _rules() -> tuple[AnyRule, ...]:
    """Return the rules of the compiler, then those of `diff`."""
    from emqx_gitops.review.effects.registry import RULES as EFFECTS
    from emqx_gitops.rules.registry import RULES

    return (*RULES, *EFFECTS)


def _weight(rule: AnyRule) -> str:
    """Return how much a finding weighs, or what a change does."""
    return str(getattr(rule, "severity", "") or getattr(rule, "outcome", ""))


@click.command("rule")
@click.argument("code", required=False, shell_complete=_complete)
@format_option
def command(code: str | None, form: str) -> None:
    """Explain the rule CODE (EG203, or its name); without one, list all."""
    from emqx_gitops.emqx.slips import nearest

    rules = _rules()
    if code is None:
        if form == "json":
            print_json([asdict(rule) for rule in rules])
        else:
            for rule in rules:
                click.echo(f"{rule.code}  {_weight(rule):<15}  {rule.name:<34}  {rule.what}")
        return
    known = {name: rule for rule in rules for name in (rule.code, rule.name)}
    found = known.get(code.upper()) or known.get(code.lower())
    if found is None:
        guess = nearest(code.upper(), known)
        hint = f"did you mean {guess}?" if guess else "`emqx-gitops rule` lists all"
        click.echo(f"error: there is no rule {code}\n  fix: {hint}", err=True)
        sys.exit(2)
    if form == "json":
        print_json(asdict(found))
    else:
        _explain(found)


def _explain(rule: AnyRule) -> None:
    click.echo(f"{rule.code} {rule.name} ({_weight(rule)})")
    for label, text in (
        ("what", rule.what),
        ("why", rule.why),
        ("fix", rule.fix),
        ("source", rule.source),
    ):
        click.echo()
        click.echo(
            textwrap.fill(text, width=88, initial_indent=f"{label:<8}", subsequent_indent=" " * 8)
        )
