"""Options and habits that commands share: the root, the format, how errors are told."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from emqx_gitops.cli.ending import COULD_NOT_RUN

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Function = TypeVar("Function", bound=Callable[..., Any])


def root_option(function: Function) -> Function:
    """Add ``--root``, the repository."""
    return click.option(
        "-C",
        "--root",
        type=click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True),
        default=".",
        help="The repository; the current folder if left out.",
    )(function)


def format_option(function: Function) -> Function:
    """Add ``--format``, for people or for programs."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        help="Text for people, JSON for programs.",
        show_default=True,
    )(function)


def complete_environment(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of an environment below ``overlays/``."""
    from click.shell_completion import CompletionItem

    del param
    root = Path(ctx.params.get("root") or ".")
    found: list[str] = []
    with suppress(OSError):
        found = sorted(path.parent.name for path in root.glob("overlays/*/environment.yaml"))
    return [CompletionItem(name) for name in found if name.startswith(incomplete)]


def announce(message: str) -> None:
    """Tell people what takes its time; on a terminal or not, it is said once."""
    click.echo(message, err=True)


def print_json(value: object) -> None:
    """Print *value* as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def color(stream: Any) -> bool:
    """Tell whether *stream* takes colours: NO_COLOR, FORCE_COLOR, then what it is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def one_line(text: str) -> str:
    """Return *text* on one line, without what would command a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@contextmanager
def errors_told(form: str = "text") -> Iterator[None]:
    """Turn what keeps a command from running into one message and exit status 2."""
    from emqx_gitops.fleet.errors import InputError
    from emqx_gitops.kustomize.errors import BuildError, EngineError
    from emqx_gitops.review.sides.errors import ReadError

    try:
        yield
    except (InputError, ReadError) as error:
        tell_error(form, error.where, error.message, error.fix)
    except EngineError as error:
        tell_error(form, error.program, error.message, error.fix)
    except BuildError as error:
        tell_error(form, error.folder, error.message, error.fix)
    except OSError as error:
        if error.filename is None:  # of a stream: whoever closed it is not to be told
            raise
        fix = "mend that and run it again"
        tell_error(form, str(error.filename), error.strerror or str(error), fix)


def tell_error(form: str, where: str, message: str, fix: str) -> NoReturn:
    """Say what keeps a command from running, in its format, and exit with status 2."""
    if form == "json":
        print_json({"error": {"where": where, "message": message, "fix": fix}})
    label = click.style("error", fg="red", bold=True) if color(sys.stderr) else "error"
    click.echo(
        f"{label}: {one_line(where)}: {message}\n  fix: {fix}", err=True, color=color(sys.stderr)
    )
    sys.exit(COULD_NOT_RUN)
