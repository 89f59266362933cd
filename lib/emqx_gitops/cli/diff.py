"""`emqx-gitops diff`: what a change will do to the running clusters."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emqx_gitops.cli.options import announce, color, complete_environment, errors_told, root_option
from emqx_gitops.cli.pager import show

if TYPE_CHECKING:
    from emqx_gitops.review.model import Review
    from emqx_gitops.review.side import Side

FORMATS = ("terminal", "stat", "markdown", "html", "json", "sarif", "github", "gitlab")
APPLY = ("flux", "argocd", "kubectl", "kubectl-server-side")
OUTCOMES = (
    "data-loss",
    "cluster-split",
    "refused",
    "interruption",
    "widened",
    "rolling-restart",
    "unknown",
    "in-place",
    "none",
)
"""What `--fail-on` takes; the words of `review.model.Outcome`, which help must not import."""

Output = tuple[str, str]
"""A format and the file it goes to."""


def _outputs(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[Output, ...]:
    """Return format and file of each ``FILE`` or ``FORMAT=FILE``; no format is an empty one."""
    found = []
    for value in values:
        form, sign, file = value.partition("=")
        if not (sign and form.isalpha()):
            form, file = "", value
        elif form not in FORMATS:
            message = f"{form!r} is no format; there are: {', '.join(FORMATS)}"
            raise click.BadParameter(message, ctx, param)
        if not file:
            raise click.BadParameter("a file is missing", ctx, param)
        found.append((form, file))
    return tuple(found)


def _outcomes(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> frozenset[str] | None:
    """Return the outcomes that *value* names, separated by commas."""
    if value is None:
        return None
    found = [each.strip() for each in value.split(",") if each.strip()]
    for each in found:
        if each not in OUTCOMES:
            message = f"{each!r} is none of: {', '.join(OUTCOMES)}"
            raise click.BadParameter(message, ctx, param)
    return frozenset(found)


@click.command("diff")
@click.argument("sides", nargs=-1, metavar="[OLD [NEW]]")
@click.option("--staged", is_flag=True, help="Compare what is staged with HEAD, or with OLD.")
@click.option(
    "-e",
    "--env",
    "environments",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_environment,
    help="Only this environment; may be given several times.",
)
@click.option("--build", is_flag=True, help="Compile both sides from their sources first.")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="terminal",
    show_default=True,
    help="How it is shown.",
)
@click.option("--stat", is_flag=True, help="One line for each environment: --format stat.")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="[FORMAT=]FILE",
    callback=_outputs,
    help="Write to FILE instead; with FORMAT=, write that as well. May be given several times.",
)
@click.option(
    "--fail-on",
    metavar="OUTCOMES",
    callback=_outcomes,
    help="Exit 1 only for these outcomes, such as data-loss,refused.",
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 with differences, too.")
@click.option(
    "--apply",
    "ways",
    multiple=True,
    type=click.Choice(APPLY),
    help="How it will be applied; all ways if left out. May be given several times.",
)
@click.option(
    "--color",
    "when",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Whether the terminal shows colour.",
)
@click.option("--no-pager", is_flag=True, help="Show no pager, on a terminal either.")
@click.option(
    "--budget",
    type=click.IntRange(min=1000),
    default=60_000,
    show_default=True,
    help="Most characters of a Markdown comment.",
)
@click.option("--title", default="dist", show_default=True, help="What a report is headed with.")
@click.option("--link", default="", help="Address of the full report, for a comment cut short.")
@click.option(
    "--kubectl", is_flag=True, help="Be KUBECTL_EXTERNAL_DIFF: OLD and NEW are kubectl's."
)
@click.option("--git-driver", is_flag=True, help="Be a diff driver of git, with git's arguments.")
@root_option
def command(**options: Any) -> None:
    """Say what changes from OLD to NEW, and what that does to the running clusters.

    Each side is a file, a folder, a kustomization, `-`, a revision, or git:REF:PATH. OLD..NEW and
    OLD...NEW are as in git, and may be followed by a path. With OLD alone, NEW is the working tree;
    with nothing, OLD is where HEAD left the default branch. Of our own trees only dist/rendered is
    compared.

    Exit status: 0 no differences, 1 differences, 2 could not run.
    """
    asked = _Asked(**options)
    with errors_told("json" if asked.form == "json" else "text"):
        found = _review(asked)
        _show(found, asked)
    sys.exit(_status(found, asked))


@dataclass(frozen=True)
class _Asked:
    """The options of one run, by their names."""

    sides: tuple[str, ...]
    staged: bool
    environments: tuple[str, ...]
    build: bool
    form: str
    stat: bool
    outputs: tuple[Output, ...]
    fail_on: frozenset[str] | None
    exit_zero: bool
    ways: tuple[str, ...]
    when: str
    no_pager: bool
    budget: int
    title: str
    link: str
    kubectl: bool
    git_driver: bool
    root: Path


def _review(asked: _Asked) -> Review:
    from emqx_gitops.review.same import same

    old, new = _sides(asked)
    if found := same(old, new):
        return found
    from emqx_gitops.review.model import Apply
    from emqx_gitops.review.pipeline import review

    ways = frozenset(Apply(each) for each in asked.ways)
    return review(old, new, apply=ways or frozenset(Apply))


def _sides(asked: _Asked) -> tuple[Side, Side]:
    from emqx_gitops.review.sides.place import Makers
    from emqx_gitops.review.sides.reading import read_sides
    from emqx_gitops.review.sides.resolve import Asked, read

    if asked.kubectl or asked.git_driver:
        from emqx_gitops.review.sides import external

        given = external.from_kubectl if asked.kubectl else external.from_git
        return read_sides(*given(asked.sides))
    question = Asked(
        asked.sides, asked.root, os.environ, asked.staged, frozenset(asked.environments)
    )
    return read(question, Makers(_compile if asked.build else None, _kustomize))


def _compile(folder: Path, label: str) -> Mapping[str, str]:
    """Return the tree that *folder* compiles to; what is wrong with it is told."""
    from emqx_gitops.cli.findings import counted, tell
    from emqx_gitops.fleet.run import compile_root
    from emqx_gitops.review.sides.errors import ReadError

    compiled = compile_root(folder, announce=announce)
    if compiled.failed:
        tell(compiled.findings)
        message = f"does not compile: {counted(compiled.findings)}"
        raise ReadError(label, message, "mend that, or compare sides that compile")
    return compiled.tree


def _kustomize(folder: Path, label: str) -> str:
    """Return what the kustomization in *folder* builds to."""
    from emqx_gitops.kustomize.build import build
    from emqx_gitops.kustomize.engine import find_engine
    from emqx_gitops.kustomize.errors import BuildError

    try:
        text, said = build(find_engine(os.environ, announce=announce), folder)
    except BuildError as error:
        raise type(error)(label, error.message.replace(str(folder), label)) from None
    if said:
        announce(said.replace(str(folder), label))
    return text


def _show(review: Review, asked: _Asked) -> None:
    """Write the review to each file that was named; print it where none took its place."""
    form = "stat" if asked.stat else asked.form
    printed = True
    for named, file in asked.outputs:
        printed = printed and bool(named)
        text = _text(review, named or form, asked, paint=False)
        if file == "-":
            click.echo(text, nl=False)
        else:
            Path(file).write_text(text, encoding="utf-8", errors="backslashreplace")
    if printed and ("", "-") not in asked.outputs:
        paint = color(sys.stdout) if asked.when == "auto" else asked.when == "always"
        paged = form == "terminal" and not (asked.no_pager or asked.git_driver or asked.kubectl)
        show(_text(review, form, asked, paint=paint), paged=paged)


def _text(review: Review, form: str, asked: _Asked, *, paint: bool) -> str:
    from emqx_gitops.review.reports import Options, render

    options = Options(
        width=shutil.get_terminal_size().columns,
        color=paint,
        budget=asked.budget,
        title=asked.title,
        link=asked.link,
        version=_version() if form != "terminal" else "",
    )
    return render(form, review, options)


def _version() -> str:
    from importlib.metadata import version

    return version("emqx-gitops")


def _status(review: Review, asked: _Asked) -> int:
    """Return 1 for differences, or for those that were named; a driver of git must return 0."""
    if asked.git_driver or asked.exit_zero:
        return 0
    if asked.fail_on is None:
        return int(bool(review.entries))
    found = {str(effect.outcome) for entry in review.entries for effect in entry.effects}
    return int(bool(found & asked.fail_on))
