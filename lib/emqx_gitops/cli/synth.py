"""`emqx-gitops synth`: compile, write, and say what changed."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emqx_gitops.cli.findings import as_json, counted, status, tell
from emqx_gitops.cli.options import (
    announce,
    color,
    complete_environment,
    errors_told,
    format_option,
    print_json,
    root_option,
)

if TYPE_CHECKING:
    from emqx_gitops.fleet.run import Outcome
    from emqx_gitops.fleet.sources import EnvironmentSource
    from emqx_gitops.fleet.unit import Unit
    from emqx_gitops.fleet.write import Changes

_HEADS: tuple[str, ...] = (
    *("environment", "cluster", "emqx", "runs", "discovery", "exposure", "storage"),
    *("objects", "changed", "findings"),
)
_LEFT = 7
"""Columns of words; those after them are numbers."""

_SHOWN = 20
"""Stale files that are named before the rest is counted."""


@click.command("synth")
@click.argument("environments", nargs=-1, shell_complete=complete_environment)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the tree is not up to date.")
@click.option(
    "--prepare", is_flag=True, help="Show how to prepare every volume, not only new ones."
)
@format_option
@root_option
def command(
    environments: tuple[str, ...], *, check: bool, prepare: bool, form: str, root: Path
) -> None:
    """Compile environments into dist/, all of them or those named.

    On any error nothing is written. Files that no environment asks for any more are removed.
    """
    sys.exit(run(root, only=frozenset(environments), check=check, prepare=prepare, form=form))


def run(  # noqa: PLR0913  (the options of the command)
    root: Path,
    *,
    only: frozenset[str] = frozenset(),
    added: tuple[EnvironmentSource, ...] | None = None,
    check: bool = False,
    prepare: bool = False,
    form: str = "text",
) -> int:
    """Compile *root*, print what happened, and return the exit status."""
    with errors_told(form):
        from emqx_gitops.fleet.run import synth

        outcome = synth(root, announce=announce, only=only, added=added, write=not check)
    if form == "json":
        print_json(_json(outcome, check=check))
    else:
        _print(outcome, check=check, prepare=prepare)
    if outcome.compiled.failed:
        return status(outcome.compiled.findings)
    return 1 if check and outcome.changes else 0


def _print(outcome: Outcome, *, check: bool, prepare: bool) -> None:
    compiled, changes = outcome.compiled, outcome.changes
    tell(compiled.findings)
    if compiled.failed:
        click.echo(f"{counted(compiled.findings)}; nothing was written", err=True)
        return
    _table(outcome, check=check)
    _prepare(compiled.units, set(changes.created), always=prepare)
    for name in _gone(outcome):
        done = "are stale" if check else "were removed"
        click.echo(
            f"{name} is gone: its generated files {done}; what was protected stays in the cluster",
            err=True,
        )
    if check:
        _stale(outcome)


def _table(outcome: Outcome, *, check: bool) -> None:
    """Print one line for each environment, and one for all."""
    compiled = outcome.compiled
    touched = _touched(outcome.changes)
    rows = [_HEADS]
    for unit in compiled.units:
        changed = len(touched.get(unit.name, ()))
        found = counted(unit.findings)
        rows.append((*_about(unit), str(unit.objects), str(changed or "-"), found or "-"))
    if compiled.units:
        head, *lines = _columns(rows)
        click.echo("\n".join((click.style(head, bold=True), *lines)), color=color(sys.stdout))
    objects = sum(unit.objects for unit in compiled.units)
    number = len(compiled.units)
    changes = outcome.changes
    done = ("missing", "different", "stale") if check else ("created", "changed", "removed")
    counted_paths = zip(done, (changes.created, changes.changed, changes.removed), strict=True)
    words = [f"{len(paths)} {word}" for word, paths in counted_paths if paths]
    files = f"files {', '.join(words)}" if words else "no file changed"
    seconds = f"{outcome.seconds:.1f} s"
    environments = f"{number} environment{'s' if number != 1 else ''}"
    click.echo(f"{environments}, {objects} objects, {files}, {seconds}")


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return *rows* as lines, in columns as wide as their widest cell; numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    aligned = ["<"] * _LEFT + [">"] * (len(widths) - _LEFT)
    form = "  ".join(f"{{:{side}{width}}}" for side, width in zip(aligned, widths, strict=True))
    return [form.format(*row) for row in rows]


def _about(unit: Unit) -> list[str]:
    summary = unit.summary
    if summary is None:
        return [unit.name, "", "", "written by hand", "", "", ""]
    exposure = summary.exposure
    if summary.tls != "none":
        exposure += f", tls {summary.tls}"
    return [
        unit.name,
        summary.cluster,
        summary.version,
        f"{summary.workload} x{summary.replicas}",
        summary.discovery,
        exposure,
        summary.storage,
    ]


def _touched(changes: Changes) -> Mapping[str, Sequence[str]]:
    """Return the paths in *changes*, sorted, by the environment or overlay that they are of."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in changes.all:
        first, second, *rest = path.split("/")
        if first == "overlays":
            found[second].append(path)
        elif rest and second in {"rendered", "environments"}:
            found[rest[0]].append(path)
    return found


def _prepare(units: Sequence[Unit], created: set[str], *, always: bool) -> None:
    """Print what an operator runs before the first sync, where volumes are new."""
    for unit in units:
        volumes = [path for path in unit.tree if "/persistentvolume-" in path]
        if unit.prepare and (always or created.intersection(volumes)):
            click.echo(f"\nvolumes of {unit.name}, to prepare before the first sync:")
            for line in unit.prepare:
                click.echo(f"  {line}")


def _gone(outcome: Outcome) -> list[str]:
    """Return the names of environments and overlays that had files and have no source any more."""
    there = {unit.name for unit in outcome.compiled.units}
    removed = outcome.changes.removed
    had = {path.split("/")[2] for path in removed if path.startswith("dist/rendered/")}
    had |= {path.split("/")[1] for path in removed if path.startswith("overlays/")}
    return sorted(had - there)


def _stale(outcome: Outcome) -> None:
    changes = outcome.changes
    if not changes:
        return
    words = {
        **dict.fromkeys(changes.created, "missing"),
        **dict.fromkeys(changes.changed, "differs"),
        **dict.fromkeys(changes.removed, "stale"),
    }
    for path in changes.all[:_SHOWN]:
        click.echo(f"{path}: {words[path]}", err=True)
    if len(changes.all) > _SHOWN:
        click.echo(f"and {len(changes.all) - _SHOWN} more", err=True)
    click.echo("the tree is not what its sources compile to: run `emqx-gitops synth`", err=True)


def _json(outcome: Outcome, *, check: bool) -> dict[str, Any]:
    compiled, changes = outcome.compiled, outcome.changes
    touched = _touched(changes)
    return {
        "environments": [
            {
                "name": unit.name,
                "objects": unit.objects,
                "changed": touched.get(unit.name, []),
                "prepare": list(unit.prepare),
                "summary": vars(unit.summary) if unit.summary else None,
            }
            for unit in compiled.units
        ],
        "findings": [as_json(each) for each in compiled.findings],
        "files": {
            "created": list(changes.created),
            "changed": list(changes.changed),
            "removed": list(changes.removed),
        },
        "gone": _gone(outcome),
        "written": not check and not compiled.failed,
        "seconds": round(outcome.seconds, 3),
    }
