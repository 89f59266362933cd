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


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from emqx_gitops.rules.registry import RULES

    del ctx, param
    return [
        CompletionItem(rule.code, help=rule.name)
        for rule in RULES
        if rule.code.startswith(incomplete.upper())
    ]


@click.command("rule")
@click.argument("code", required=False, shell_complete=_complete)
@format_option
def command(code: str | None, form: str) -> None:
    """Explain the rule CODE (EG203, or its name); without one, list all."""
    from emqx_gitops.emqx.slips import nearest
    from emqx_gitops.rules.registry import RULES

    if code is None:
        if form == "json":
            print_json([asdict(rule) for rule in RULES])
        else:
            for rule in RULES:
                click.echo(f"{rule.code}  {rule.severity:<7}  {rule.name:<34}  {rule.what}")
        return
    known = {name: rule for rule in RULES for name in (rule.code, rule.name)}
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


def _explain(rule: Rule) -> None:
    click.echo(f"{rule.code} {rule.name} ({rule.severity})")
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
