"""
Build kustomize from its source, once, for machines that have none.

`go.mod` and `go.sum` beside this module pin it and all it is made of. All that is kept is the
program, in the user's cache folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emqx_gitops.kustomize.cache import cache_folder
from emqx_gitops.kustomize.errors import EngineError
from emqx_gitops.kustomize.pinned.toolchain import GoVersion, go_for, required, step
from emqx_gitops.kustomize.probe import Version, dotted

_HERE = Path(__file__).parent
_FIX = "install kustomize or kubectl, and run this again"


@dataclass(frozen=True)
class Pin:
    """A program to build: a kustomize, or for tests another one that can say its version."""

    version: Version
    module: Path
    """The folder of the go.mod that requires it."""

    program: str = "kustomize"
    package: str = "sigs.k8s.io/kustomize/kustomize/v5"

    asks: tuple[str, ...] = ("version",)
    """Arguments that make it print its version, which shows that it runs."""

    stamp: str = "sigs.k8s.io/kustomize/api/provenance.version"
    """The variable that its source keeps its version in."""

    takes: str = "about a minute"
    """How long the build is, in words."""

    fix: str = _FIX
    """What to do where it cannot be built."""

    @property
    def needs(self) -> GoVersion:
        """The oldest Go that can build it."""
        return required(self.module)


PINNED = Pin((5, 8, 2), _HERE)


def installed(pin: Pin, environ: Mapping[str, str]) -> Path | None:
    """Return the program of *pin* where it was built before."""
    cache = cache_folder(environ)
    path = cache and _place(pin, cache)
    return path if path and path.exists() else None


def install(pin: Pin, environ: Mapping[str, str], *, announce: Callable[[str], None]) -> Path:
    """Build the program of *pin*, unless another process just does, and return its path.

    Raises EngineError. Killed at any moment, it leaves no half-written program.
    """
    cache = cache_folder(environ)
    if cache is None:
        raise EngineError(
            f"there is no folder to build {pin.program} in: neither HOME nor XDG_CACHE_HOME is set",
            f"set one of them, or {pin.fix}",
        )
    place = _place(pin, cache)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _locked(place, announce):
            if not place.exists():
                _build(pin, place, environ, announce)
    except OSError as error:
        raise EngineError(
            f"{pin.program} cannot be built in {place.parent}: {error.strerror}",
            f"make room there, or set XDG_CACHE_HOME to a folder that can be written, or {pin.fix}",
        ) from error
    return place


def _place(pin: Pin, cache: Path) -> Path:
    # Homes are shared between machines of several kinds.
    machine = os.uname()
    kind = f"{machine.sysname}-{machine.machine}".lower()
    return cache / f"{pin.program}-{dotted(pin.version)}-{kind}" / pin.program


@contextmanager
def _locked(place: Path, announce: Callable[[str], None]) -> Iterator[None]:
    """Let one process in at a time; the lock of a process that dies is free."""
    with (place.parent / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce(f"waiting for another run that builds {place.name}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(
    pin: Pin, place: Path, environ: Mapping[str, str], announce: Callable[[str], None]
) -> None:
    for left_by_a_killed_run in place.parent.glob("build-*"):
        shutil.rmtree(left_by_a_killed_run, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=place.parent) as name:
        work = Path(name)
        go, environ = go_for(pin.needs, work, environ, announce, fix=pin.fix)
        version = dotted(pin.version)
        announce(f"building {pin.program} {version} with Go, once; {pin.takes}")
        new = work / pin.program
        flags = f"-s -w -X {pin.stamp}=v{version}"
        step(
            [go, "build", "-trimpath", f"-ldflags={flags}", f"-o={new}", pin.package],
            environ,
            cwd=pin.module,
            fix=f"see that Go can reach its modules (GOPROXY), or {pin.fix}",
        )
        step([str(new), *pin.asks], environ, fix=pin.fix)
        new.replace(place)
