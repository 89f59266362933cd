"""Help, and how little it costs."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

from emqx_gitops.cli.group import COMMANDS
from tests.repository import call

HEAVY = {"pydantic", "cdk8s", "jsii", "constructs", "yaml", "jinja2", "deepdiff"}


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help(command: tuple[str, ...], option: str) -> None:
    """Each command explains itself."""
    shown = call(*command, option)

    assert (shown.status, shown.err) == (0, "")
    assert shown.out.startswith(f"Usage: {' '.join(('emqx-gitops', *command))} [OPTIONS]")


def test_help_is_light() -> None:
    """No help of any command imports what takes its time."""
    program = (
        "import sys\nfrom emqx_gitops.cli.group import COMMANDS, group\n"
        "for command in ([], *([name] for name in COMMANDS)):\n"
        "    group.main([*command, '--help'], standalone_mode=False)\n"
        f"print(*sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)

    assert done.stderr == b"\n"


def test_version() -> None:
    """--version is that of the package."""
    assert call("--version").out == (
        f"emqx-gitops, version {importlib.metadata.version('emqx-gitops')}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["snyth"], "no command 'snyth'. Did you mean `synth`?"),
        (["zzz"], "no command 'zzz'."),
        (["synth", "--chekc"], "No such option '--chekc'. (Did you mean one of: '--check'"),
        (["synth", "--format", "yaml"], "'yaml' is not one of 'text', 'json'"),
        (["render"], "Missing argument 'ENVIRONMENT'"),
        (["completion", "tcsh"], "'tcsh' is not one of"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str) -> None:
    """Wrong usage ends with 2 and says what was meant."""
    told = call(*arguments)

    assert (told.status, told.out) == (2, "")
    assert message in told.err


def test_no_command_shows_help() -> None:
    """Without a command, help is shown; that is no success."""
    assert call().status == 2
