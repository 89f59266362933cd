"""`emqx-gitops render`: one environment's manifests, as the cluster gets them."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

import click

from emqx_gitops.cli.findings import status, tell
from emqx_gitops.cli.options import (
    announce,
    complete_environment,
    errors_told,
    format_option,
    print_json,
    root_option,
)


@click.command("render")
@click.argument("environment", shell_complete=complete_environment)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default="-",
    help="Folder for one file a resource; `-` prints them all.",
)
@format_option
@root_option
def command(environment: str, output: Path, form: str, root: Path) -> None:
    """Render ENVIRONMENT from its sources, without touching dist/."""
    with errors_told(form):
        from emqx_gitops.fleet.run import compile_root

        compiled = compile_root(root, announce=announce, only=frozenset({environment}))
        tell(compiled.findings)
        if compiled.failed:
            sys.exit(status(compiled.findings))
        prefix = f"dist/rendered/{environment}/"
        files = {
            path.removeprefix(prefix): text
            for path, text in sorted(compiled.tree.items())
            if path.startswith(prefix)
        }
        if str(output) != "-":
            _write(files, output)
            click.echo(f"{len(files)} files written to {output}", err=True)
            return
    _print(files, form)


def _write(files: dict[str, str], output: Path) -> None:
    """Write *files* into the folder *output*, which is new or empty: all of them or none."""
    from emqx_gitops.fleet.errors import InputError

    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InputError(str(output), "exists and is not an empty folder", "name a new one")
    output.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        for name, text in files.items():
            written.append(output / PurePosixPath(name))
            written[-1].write_text(text, encoding="utf-8")
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise InputError(str(output), f"cannot be written: {error.strerror}", "make room") from None


def _print(files: dict[str, str], form: str) -> None:
    if form == "json":
        from emqx_gitops.manifests import read_stream

        items = [manifest for text in files.values() for manifest in read_stream(text)]
        print_json({"apiVersion": "v1", "kind": "List", "items": items})
        return
    for text in files.values():
        click.echo("---")
        click.echo(text, nl=False)
