"""`emqx-gitops diff`: what a change will do to the running clusters."""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emqx_gitops.cli.options import complete_environment, errors_told, root_option
from emqx_gitops.cli.reviewing import Asked, Output, driver_goes_on, review, show, status

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

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


def _complete_side(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete branches and tags, also behind ``..`` and ``...``; else files."""
    from click.shell_completion import CompletionItem

    from emqx_gitops.review.sides.errors import ReadError
    from emqx_gitops.review.sides.git import Git

    del param
    before, dots, begun = incomplete.rpartition("..")
    names: list[str] = []
    with suppress(ReadError), closing(Git(Path(ctx.params.get("root") or "."), os.environ)) as git:
        names = git.names()
    found = [CompletionItem(before + dots + each) for each in names if each.startswith(begun)]
    # bash forgets what came before an item that stands for files.
    return [CompletionItem(incomplete, type="file"), *found]


@click.command("diff")
@click.argument("sides", nargs=-1, metavar="[OLD [NEW]]", shell_complete=_complete_side)
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
    asked = Asked(**options)
    with errors_told("json" if asked.form == "json" else "text"), driver_goes_on(asked):
        found = review(asked)
        show(found, asked)
    sys.exit(status(found, asked))
