"""The same sources give the same bytes, whoever compiles them, where and with what."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from emqx_gitops.kustomize.engine import Engine
from tests.fleet.test_program import FILE
from tests.repository import OVERLAYS, PROGRAM, Entry, new

MAIN = "from emqx_gitops.app import App\nApp(__file__).synth()\n"
SOURCES = OVERLAYS | {
    "main.py": MAIN,
    "overlays/city/environment.yaml": FILE,
    "overlays/city/extra/kustomization.yaml": (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        "configMapGenerator: [{name: own, literals: [ä=ö]}]\n"
    ),
    "overlays/hand/kustomization.yaml": "resources: [../small]\nnamespace: hand\n",
}
PYTHON = str(PROGRAM.with_name("python"))
LOCALES = ("C", "POSIX", "C.UTF-8", "de_DE.UTF-8")

ONE = {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Kathmandu"}
OTHER = {"PYTHONHASHSEED": "4711", "LC_ALL": "C.UTF-8", "TZ": "America/St_Johns"}

Tree = dict[str, Entry]


def tree(  # noqa: PLR0913  (each may differ)
    root: Path,
    engine: Engine,
    *,
    environ: Mapping[str, str] = ONE,
    command: tuple[str, ...] = (str(PROGRAM), "synth"),
    cwd: Path | None = None,
    umask: int = 0o022,
) -> Tree:
    """Compile the sources at *root* from nothing, in a process of its own."""
    repository = new(root, SOURCES)
    variables = {"PATH": os.defpath, "KUSTOMIZE": engine.command[0], **environ}
    done = subprocess.run(
        command, cwd=cwd or root, env=variables, check=False, capture_output=True, umask=umask
    )
    assert done.returncode == 0, done.stderr.decode()
    return {
        name: entry
        for name, entry in repository.digest().items()
        if name.startswith(("dist", "overlays/"))
    }


def test_all_differs(tmp_path: Path, engines: tuple[Engine, Engine]) -> None:
    """Hash seed, locale, time zone, mask, folder, way to call and Kustomize do not matter."""
    pinned, oldest = engines

    one = tree(
        tmp_path / "one",
        pinned,
        command=(str(PROGRAM), "synth", "-C", str(tmp_path / "one")),
        cwd=Path("/"),
        umask=0o077,
    )
    other = tree(tmp_path / "other", oldest, environ=OTHER, command=(PYTHON, "main.py"))

    assert one == other
    files = {name: mode for name, (kind, mode, _) in one.items() if kind == "file"}
    assert {mode for name, mode in files.items() if "environment" not in name} == {0o644}
    assert len(files) > 200


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory, engines: tuple[Engine, Engine]) -> Tree:
    """The tree as it usually comes out."""
    return tree(tmp_path_factory.mktemp("usual") / "root", engines[0])


VARIANTS: dict[str, dict[str, str]] = {
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed random": {"PYTHONHASHSEED": "random"},
    "far east": {"TZ": "Pacific/Kiritimati"},
    "far west": {"TZ": "Etc/GMT+12"},
    "optimized": {"PYTHONOPTIMIZE": "2"},
    "no UTF-8 mode": {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "collector": {"GOGC": "off", "GOMAXPROCS": "2"},
    **{locale: {"LC_ALL": locale} for locale in LOCALES},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_environment_variables(
    tmp_path: Path, engines: tuple[Engine, Engine], usual: Tree, name: str
) -> None:
    """No environment variable matters."""
    assert tree(tmp_path / "root", engines[0], environ=ONE | VARIANTS[name]) == usual


@pytest.mark.slow
def test_kustomize(tmp_path: Path, engines: tuple[Engine, Engine], usual: Tree) -> None:
    """The oldest Kustomize that is supported gives the same bytes."""
    assert tree(tmp_path / "root", engines[1]) == usual


@pytest.mark.slow
def test_cache(tmp_path: Path, engines: tuple[Engine, Engine], usual: Tree) -> None:
    """What comes from the cache is what went into it."""
    environ = ONE | {"XDG_CACHE_HOME": str(tmp_path / "cache")}

    for name in ("first", "second"):
        assert tree(tmp_path / name, engines[0], environ=environ) == usual


@pytest.mark.slow
def test_history(
    tmp_path: Path,
    engines: tuple[Engine, Engine],
    usual: Tree,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It does not matter what the tree was before, nor in what order it was compiled."""
    root = tmp_path / "root"
    before = new(root, SOURCES)
    for name in ("plant", "hand"):
        shutil.rmtree(before.path(f"overlays/{name}"))
    before.write("overlays/gone/environment.yaml", OVERLAYS["overlays/small/environment.yaml"])
    monkeypatch.setenv("KUSTOMIZE", engines[0].command[0])
    assert before.call("synth").status == 0
    before.path("overlays/gone/environment.yaml").unlink()

    after = tree(root, engines[0])

    assert after == usual
