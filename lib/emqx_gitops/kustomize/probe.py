"""
Ask a program which kustomize it carries, and remember what it said.

Asking costs a process: 20 ms for kustomize, 70 ms for kubectl.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emqx_gitops.kustomize.cache import cache_folder
from emqx_gitops.kustomize.errors import EngineError
from emqx_gitops.kustomize.process import run

Version = tuple[int, int, int]


@dataclass(frozen=True)
class Program:
    """A program that carries kustomize."""

    name: str
    asks: tuple[str, ...]
    """Arguments that make it print its version."""
    answer: re.Pattern[str]
    """What it prints then, from the first character on, with the version's three numbers."""
    builds: tuple[str, ...]
    """Arguments that make it build the folder named after them."""


# v5 prints `v5.8.2`, v4 `{Version:kustomize/v4.5.7 GitCommit:…}`, some distributions `5.8.2`.
KUSTOMIZE = Program(
    "kustomize",
    asks=("version",),
    answer=re.compile(r"\s*(?:\{Version:)?(?:kustomize/)?v?(\d+)\.(\d+)\.(\d+)\b"),
    builds=("build",),
)
# A kubectl that picks its own version by the cluster's (Google's does) asks the server of the
# current context at every call, and waits 5 s for one that is silent. No kubeconfig, no question.
_NO_CLUSTER = f"--kubeconfig={os.devnull}"
KUBECTL = Program(
    "kubectl",
    asks=("version", "--client", "--output=json", _NO_CLUSTER),
    answer=re.compile(r'\s*\{.*"kustomizeVersion":\s*"v?(\d+)\.(\d+)\.(\d+)\b', re.DOTALL),
    builds=("kustomize", _NO_CLUSTER),
)


def dotted(version: Version) -> str:
    """Return *version* as people write it."""
    return ".".join(map(str, version))


def version_of(
    program: Program, path: str, environ: Mapping[str, str], *, seconds: float
) -> Version:
    """Return the kustomize version of the *program* at *path*, asked for or remembered.

    Raises EngineError where it does not say one within *seconds*.
    """
    notes = _Notes.of(program, path, environ)
    version = notes.read() if notes else None
    if version is None:
        version = _ask(program, path, environ, seconds)
        if notes:
            notes.write(version)
    return version


def _ask(program: Program, path: str, environ: Mapping[str, str], seconds: float) -> Version:
    fix = f"check what `{' '.join((path, *program.asks))}` prints"
    try:
        outcome = run([path, *program.asks], environ=environ, seconds=seconds)
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{path} did not say its version within {seconds:g} s", fix) from error
    except OSError as error:
        raise EngineError(f"{path} cannot be run: {error.strerror}", fix) from error
    stdout = outcome.stdout.decode(errors="replace")
    match = program.answer.match(stdout) if outcome.code == 0 else None
    if match is None:
        said = (stdout.strip() or outcome.stderr.strip() or "nothing").splitlines()[0]
        raise EngineError(f"{path} does not say which kustomize it is: {said[:80]!r}", fix)
    return _version(match)


def _version(match: re.Match[str]) -> Version:
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


@dataclass(frozen=True)
class _Notes:
    """What is remembered of one program: a line of a file in the cache folder.

    It holds as long as the program's size and time stay the same. A file that cannot be read,
    written or understood is as good as none.
    """

    file: Path
    program: str
    stamp: str

    @classmethod
    def of(cls, program: Program, path: str, environ: Mapping[str, str]) -> _Notes | None:
        """The notes on the *program* at *path*; None where its answer can change while it stays as
        it is: scripts, and links to something of another name (asdf, mise, snap).
        """
        folder = cache_folder(environ)
        target = Path(path).resolve()
        if folder is None or not target.name.startswith(program.name):
            return None
        try:
            stat = target.stat()
            with target.open("rb") as file:
                if file.read(2) == b"#!":
                    return None
        except OSError:
            return None
        return cls(folder / "versions.json", str(target), f"{stat.st_size} {stat.st_mtime_ns}")

    def read(self) -> Version | None:
        """Return the version noted for the program as it is now."""
        match self._load().get(self.program):
            case [self.stamp, [int(major), int(minor), int(patch)]]:
                return major, minor, patch
        return None

    def write(self, version: Version) -> None:
        """Note *version* for the program as it is now."""
        notes = self._load() | {self.program: [self.stamp, version]}
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps(notes))

    def _load(self) -> dict[str, object]:
        try:
            notes = json.loads(self.file.read_bytes())
        except (OSError, ValueError):
            return {}
        return notes if isinstance(notes, dict) else {}
