"""`emqx-gitops comment`: keep one comment of a pull request up to date."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

import click

from emqx_gitops.cli.options import announce, tell_error

if TYPE_CHECKING:
    from emqx_gitops.forge import Forge


@click.command("comment")
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
@click.option(
    "--forge",
    "name",
    type=click.Choice(["github", "gitlab"]),
    help="Where the pull request is; what runs this if left out.",
)
@click.option("--number", type=click.IntRange(min=1), help="Which; that of this run if left out.")
@click.option(
    "--update-only", is_flag=True, help="Change a comment that is there; make no new one."
)
def command(file: TextIO, name: str | None, number: int | None, *, update_only: bool) -> None:
    """Post FILE, or standard input, as the one comment of a pull request.

    FILE is what `emqx-gitops diff --format markdown` prints. A comment that was posted before is
    changed in place. On GitHub the token is read from GITHUB_TOKEN, on GitLab from GITLAB_TOKEN.
    """
    from emqx_gitops.forge import ForgeError, post

    try:
        outcome = post(_forge(name, number), file.read(), create=not update_only)
    except ForgeError as error:
        tell_error("text", error.where, error.message, error.fix)
    except UnicodeDecodeError:
        tell_error("text", file.name, "is no text", "pass what `emqx-gitops diff` prints")
    announce(f"comment {outcome}")


def _forge(name: str | None, number: int | None) -> Forge:
    from emqx_gitops.forge import ForgeError, GitHub, GitLab

    if name is None:
        running = {"github": "GITHUB_ACTIONS", "gitlab": "GITLAB_CI"}
        found = [forge for forge, variable in running.items() if os.environ.get(variable)]
        if len(found) != 1:
            fix = "pass --forge github or --forge gitlab"
            raise ForgeError("the forge", "cannot be told from the environment", fix)
        name = found[0]
    return (GitHub if name == "github" else GitLab).of(os.environ, number)
