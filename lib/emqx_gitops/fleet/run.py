"""One run over a repository: read, compile, compare with the disk, write."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from emqx_gitops.emqx.slips import nearest
from emqx_gitops.fleet.cache import Cache
from emqx_gitops.fleet.compile import compile_fleet
from emqx_gitops.fleet.errors import InputError
from emqx_gitops.fleet.program import environments_in_python
from emqx_gitops.fleet.sources import EnvironmentSource, Sources, read_sources
from emqx_gitops.fleet.unit import Compiled
from emqx_gitops.fleet.workspace import workspace
from emqx_gitops.fleet.write import Changes, apply, compare, locked
from emqx_gitops.kustomize.cache import cache_folder
from emqx_gitops.kustomize.engine import Engine, find_engine

Announce = Callable[[str], None]

TIMEOUT = "EMQX_GITOPS_TIMEOUT"
"""Environment variable: the seconds that one process of Kustomize may take."""


@dataclass(frozen=True)
class Outcome:
    """What a run did, or would do."""

    compiled: Compiled
    changes: Changes
    seconds: float


def synth(  # noqa: PLR0913  (the options of the command)
    root: Path,
    *,
    announce: Announce,
    only: frozenset[str] = frozenset(),
    added: tuple[EnvironmentSource, ...] | None = None,
    write: bool = True,
    environ: Mapping[str, str] = os.environ,
) -> Outcome:
    """
    Compile the repository at *root* and bring its tree up to date, unless a finding is an error.

    *only* names environments; *added* are those written in Python, which are asked of `main.py`
    where it is None. Without *write* the tree stays as it is. Raises InputError, BuildError and
    EngineError.
    """
    started = time.monotonic()
    # The workspace goes last: ext4 takes its time to make files where thousands were just removed
    # (recently_deleted in fs/ext4/ialloc.c).
    with locked(root, announce), workspace() as folder:
        compiled = _compile(root, folder, announce, only, added, environ)
        changes = Changes()
        if not compiled.failed:
            changes = compare(root, compiled.tree, only=compiled.partial)
            if write:
                apply(root, compiled.tree, changes)
    return Outcome(compiled, changes, time.monotonic() - started)


def compile_root(
    root: Path,
    *,
    announce: Announce,
    only: frozenset[str] = frozenset(),
    added: tuple[EnvironmentSource, ...] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Compiled:
    """
    Compile the repository at *root* and write nothing there.

    Raises as `synth` does.
    """
    with workspace() as folder:
        return _compile(root, folder, announce, only, added, environ)


def _compile(  # noqa: PLR0913, PLR0917  (what `compile_root` was given, and where to build)
    root: Path,
    folder: Path,
    announce: Announce,
    only: frozenset[str],
    added: tuple[EnvironmentSource, ...] | None,
    environ: Mapping[str, str],
) -> Compiled:
    if added is None:
        added = environments_in_python(root)
    sources = read_sources(root, added)
    check_names(root, sources, only)
    timeout = _timeout(environ)

    def engine() -> Engine:
        return find_engine(environ, announce=announce)

    return compile_fleet(
        sources,
        cache=Cache(cache_folder(environ)),
        find_engine=engine,
        workspace=folder,
        timeout=timeout,
        only=only,
    )


def check_names(root: Path, sources: Sources, only: frozenset[str]) -> None:
    """Raise InputError when there is nothing to compile, or a name in *only* is not there."""
    names = {each.name for each in sources.all}
    if not names and not (root / "overlays").is_dir():
        raise InputError(
            "overlays",
            f"is not in {root}: no environments to compile",
            "run this at the root of the repository, or pass it with --root",
        )
    for name in sorted(only - names):
        guess = nearest(name, names)
        fix = f"did you mean `{guess}`?" if guess else f"there are: {', '.join(sorted(names))}"
        raise InputError(f"overlays/{name}", "no such environment", fix)


def _timeout(environ: Mapping[str, str]) -> float:
    """Return how many seconds one process of Kustomize may take."""
    text = environ.get(TIMEOUT, "120")
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise InputError(
            TIMEOUT, f"is {text!r}, and no number of seconds", "write one, or unset it"
        )
    return seconds
