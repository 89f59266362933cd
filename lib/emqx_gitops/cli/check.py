"""`emqx-gitops check`: compile, write nothing, list what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from emqx_gitops.cli.findings import as_json, counted, status, tell
from emqx_gitops.cli.options import (
    announce,
    complete_environment,
    errors_told,
    format_option,
    print_json,
    root_option,
)


@click.command("check")
@click.argument("environments", nargs=-1, shell_complete=complete_environment)
@click.option("--strict", is_flag=True, help="Exit 1 for warnings too.")
@format_option
@root_option
def command(environments: tuple[str, ...], *, strict: bool, form: str, root: Path) -> None:
    """List what is wrong with environments, all of them or those named.

    Everything is compiled, and built with Kustomize, as synth would; nothing is written.
    """
    with errors_told(form):
        from emqx_gitops.fleet.run import compile_root

        compiled = compile_root(root, announce=announce, only=frozenset(environments))
    findings = compiled.findings
    if form == "json":
        print_json({"findings": [as_json(each) for each in findings]})
    else:
        tell(findings, sys.stdout)
        click.echo(counted(findings) or "nothing found", err=True)
    sys.exit(status(findings) or int(strict and bool(findings)))
