"""
Find the kustomize that builds: the user's own, or one that is built once and kept.

Takes the environment variables; hands on a command whose version is known.
Nothing here knows what is built.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from emqx_gitops.kustomize.errors import EngineError
from emqx_gitops.kustomize.pinned import PINNED, install, installed
from emqx_gitops.kustomize.probe import KUBECTL, KUSTOMIZE, Program, Version, dotted, version_of

MINIMUM: Version = (5, 0, 1)
"""What kubectl 1.27 carries; the tests build with this one and with the pinned one."""

PROBE_SECONDS = 10.0
"""How long a program may take to say its version; kubectl needs 0.07 s on an idle machine."""


@dataclass(frozen=True)
class Engine:
    """A kustomize that can be run."""

    command: tuple[str, ...]
    """The program and its arguments, up to the folder to build."""
    version: Version
    source: str
    """Where it was found, for people to read."""

    def argv(self, path: str | os.PathLike[str]) -> list[str]:
        """Return the command that prints what the kustomization in the folder *path* builds to."""
        return [*self.command, os.fspath(path)]


def find_engine(
    environ: Mapping[str, str],
    *,
    announce: Callable[[str], None],
    probe_seconds: float = PROBE_SECONDS,
) -> Engine:
    """Return the first that will do of $KUSTOMIZE, `kustomize` and `kubectl` on PATH, and the
    pinned one, which is built with Go where all else fails, once.

    What takes long is told through *announce*. Raises EngineError; always where $KUSTOMIZE is set
    and will not do: another kustomize than the one asked for would be a surprise.
    """
    if chosen := environ.get("KUSTOMIZE"):
        return _chosen(chosen, environ, probe_seconds)
    missed = []
    for program in (KUSTOMIZE, KUBECTL):
        path = _which(program.name, environ)
        if path is None:
            missed.append(f"{program.name} is not on PATH")
            continue
        try:
            return _engine(program, path, f"{program.name} on PATH", environ, probe_seconds)
        except EngineError as error:
            missed.append(error.message)
    built = installed(PINNED, environ)
    if built is None:
        announce("; ".join(missed))
        built = install(PINNED, environ, announce=announce)
    return Engine((str(built), *KUSTOMIZE.builds), PINNED.version, "built from its source")


def _chosen(chosen: str, environ: Mapping[str, str], probe_seconds: float) -> Engine:
    """Return the engine that $KUSTOMIZE names, by path or by name."""
    fix = (
        f"set KUSTOMIZE to the path of kustomize {dotted(MINIMUM)} or newer, "
        "or unset it to have one found"
    )
    path = _which(chosen, environ)
    if path is None:
        raise EngineError(f"KUSTOMIZE is {chosen!r}, which {_why_not(chosen)}", fix)
    try:
        return _engine(KUSTOMIZE, path, "$KUSTOMIZE", environ, probe_seconds)
    except EngineError as error:
        raise EngineError(f"KUSTOMIZE is {chosen!r}, but {error.message}", fix) from error


def _why_not(chosen: str) -> str:
    """Say why *chosen* is no program."""
    if os.sep not in chosen:
        return "is not on PATH"
    path = Path(chosen)
    if path.is_dir():
        return "is a folder"
    return "is not executable" if path.exists() else "does not exist"


def _which(name: str, environ: Mapping[str, str]) -> str | None:
    """Return the absolute path of a program given by name, or by path.

    Links are not followed: asdf and mise go by the name under which they are called.
    """
    found = shutil.which(name, path=environ.get("PATH", os.defpath))
    return str(Path(found).absolute()) if found else None


def _engine(
    program: Program, path: str, source: str, environ: Mapping[str, str], probe_seconds: float
) -> Engine:
    """Return the engine at *path*; raise EngineError where its version is too old or unknown."""
    version = version_of(program, path, environ, seconds=probe_seconds)
    if version < MINIMUM:
        message = f"{path} has kustomize {dotted(version)}, and {dotted(MINIMUM)} is the oldest"
        raise EngineError(f"{message} supported", f"install {dotted(MINIMUM)} or newer")
    return Engine((path, *program.builds), version, source)
