"""Findings and tables, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import click

from emqx_gitops.cli.options import color, one_line
from emqx_gitops.findings import Finding, Severity

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def tell(findings: Iterable[Finding], stream: TextIO | None = None) -> None:
    """Write each finding as ``file:line:column: error EG203: message`` and its fix."""
    out = stream or sys.stderr
    paint = color(out)
    for each in findings:
        place = _place(each)
        severity = str(each.rule.severity)
        if paint:
            severity = click.style(severity, fg=_COLORS[each.rule.severity], bold=True)
        said = f"{place}: {severity} {each.rule.code}: {one_line(each.message)}{_aside(each)}"
        click.echo(said, file=out, color=paint)
        if each.fix:
            click.echo(f"  fix: {one_line(each.fix)}", file=out)


def as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as programs read it."""
    where = finding.where
    return {
        "rule": finding.rule.code,
        "name": finding.rule.name,
        "severity": str(finding.rule.severity),
        "message": finding.message,
        "fix": finding.fix,
        "file": where.file or None,
        "line": where.line or None,
        "column": where.column or None,
        "environment": where.environment or None,
        "resource": where.resource or None,
        "path": where.path or None,
    }


def status(findings: Sequence[Finding]) -> int:
    """Return the exit status that *findings* ask for: 2 for input that cannot be read as meant."""
    errors = [each for each in findings if each.rule.severity is Severity.ERROR]
    if any(each.rule.code.startswith("EG1") for each in errors):
        return 2
    return 1 if errors else 0


def counted(findings: Sequence[Finding]) -> str:
    """Return ``2 errors, 1 warning``, or nothing."""
    words = []
    for severity in Severity:
        number = sum(each.rule.severity is severity for each in findings)
        if number:
            words.append(f"{number} {severity}{'s' if number > 1 else ''}")
    return ", ".join(words)


def _aside(finding: Finding) -> str:
    """Return environment and field where no line tells them: for environments in Python."""
    where = finding.where
    if where.line or not where.environment or where.environment in where.file:
        return ""
    return (
        f" ({one_line(where.environment)}: {where.path})"
        if where.path
        else f" ({one_line(where.environment)})"
    )


def _place(finding: Finding) -> str:
    where = finding.where
    parts = [where.file or where.environment or "repository"]
    parts += [str(number) for number in (where.line, where.column) if number]
    place = ":".join(parts)
    return one_line(f"{place}: {where.resource}" if where.resource else place)
