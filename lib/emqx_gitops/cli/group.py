"""The command group, which imports a command only when it runs."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from emqx_gitops.cli.ending import tidy_end

COMMANDS = {
    "synth": "Compile environments into dist/; with --check, tell whether dist/ is up to date.",
    "check": "Compile, write nothing, and list what is wrong.",
    "diff": "Say what a change will do to the running clusters.",
    "render": "Print one environment's manifests, or write them to a folder.",
    "comment": "Keep one comment of a pull request up to date.",
    "rule": "Explain a rule, or list all.",
    "secret": "Print an environment's Secret with random values.",
    "schema": "Print the JSON Schema of environment.yaml or clusters.yaml.",
    "completion": "Print the completion script of a shell.",
}
"""Commands and their one line of help; each has a module of its name beside this one."""


class LazyGroup(click.Group):
    """A group whose commands are imported one at a time: help needs none of them."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and end in good order whatever happens."""
        with tidy_end(), _uncollected():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"emqx_gitops.cli.{cmd_name}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command was meant when there is none of that name."""
        if args[2:4] == ["diff", "--kubectl"]:
            # kubectl puts its two folders before the words of KUBECTL_EXTERNAL_DIFF (getCommand in
            # diff.go, 1.32).
            args = [*args[2:], *args[:2]]
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from emqx_gitops.emqx.slips import nearest

            guess = nearest(name, COMMANDS)
            hint = f" Did you mean `{guess}`?" if guess else ""
            ctx.fail(f"no command {name!r}.{hint}")
        return super().resolve_command(ctx, args)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles: a run is short, and most of what it makes lasts until its end."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="emqx-gitops", prog_name="emqx-gitops")
def group() -> None:
    """Compile EMQX clusters on Kubernetes from one short file for each environment.

    Exit status: 0 fine, 1 differences or findings, 2 could not run.
    """


def main() -> None:
    """Run the command line and exit; no traceback reaches the user."""
    group.main(prog_name="emqx-gitops")
