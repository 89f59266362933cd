"""`emqx-gitops completion`: the script that makes a shell complete commands and environments."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of SHELL.

    bash: source <(emqx-gitops completion bash)
    """
    from click.shell_completion import get_completion_class

    from emqx_gitops.cli.group import group

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(group, {}, "emqx-gitops", "_EMQX_GITOPS_COMPLETE").source())
