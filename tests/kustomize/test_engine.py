"""Finding a kustomize to build with, among real ones and scripts that behave badly."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from emqx_gitops.kustomize.engine import MINIMUM, Engine, find_engine
from emqx_gitops.kustomize.errors import EngineError

KUBECTL_SAYS = """echo '{"clientVersion": {"gitVersion": "v1.32.4"}, "kustomizeVersion": "%s"}'"""

Program = Callable[[str, str], Path]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A PATH with nothing on it yet, and an empty home."""
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home")}


@pytest.fixture
def program(environ: dict[str, str]) -> Program:
    """Put a shell script on PATH."""

    def write(name: str, body: str) -> Path:
        path = Path(environ["PATH"], name)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    return write


def find(environ: dict[str, str], *, probe_seconds: float = 10) -> Engine:
    """Find an engine where none may have to be built."""
    return find_engine(environ, announce=pytest.fail, probe_seconds=probe_seconds)


def test_kustomize_variable_comes_first(environ: dict[str, str], program: Program) -> None:
    """$KUSTOMIZE is taken even where PATH has another kustomize."""
    program("kustomize", "echo v5.4.0")
    named = program("my-kustomize", "echo v5.3.0")

    for spelling in (str(named), "my-kustomize"):
        engine = find(environ | {"KUSTOMIZE": spelling})

        assert engine == Engine((str(named), "build"), (5, 3, 0), "$KUSTOMIZE")


def test_kustomize_comes_before_kubectl(environ: dict[str, str], program: Program) -> None:
    """`kustomize` on PATH is taken where $KUSTOMIZE is empty; kubectl is 2.6 times slower."""
    path = program("kustomize", "echo v5.4.0")
    program("kubectl", KUBECTL_SAYS % "v5.5.0")

    engine = find(environ | {"KUSTOMIZE": ""})

    assert engine.argv(Path("some/overlay")) == [str(path), "build", "some/overlay"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("echo '{Version:kustomize/v4.5.7 GitCommit:56d82a8 GoOs:linux}'", id="old"),
        pytest.param("echo '(devel)'", id="unversioned"),
        pytest.param("echo 'GNU kustomize, version 5.8.2'", id="other"),
        pytest.param("printf '\\377\\376v5.8.2'", id="garbage"),
        pytest.param(":", id="mute"),
        pytest.param("echo v5.8.2; exit 126", id="failing"),
        pytest.param("kill -9 $$", id="killed"),
    ],
)
def test_kubectl_stands_in(environ: dict[str, str], program: Program, body: str) -> None:
    """kubectl is taken where the kustomize on PATH will not do; it never asks a cluster."""
    program("kustomize", body)
    path = program("kubectl", KUBECTL_SAYS % "v5.0.4-0.20230601165947-6ce0bf390ce3")

    engine = find(environ)

    assert engine.argv("x") == [str(path), "kustomize", "--kubeconfig=/dev/null", "x"]
    assert engine.version == (5, 0, 4)


@pytest.mark.parametrize(
    "said", ["v5.8.2", "5.8.2", "kustomize/v5.8.2", "{Version:kustomize/v5.8.2 }"]
)
def test_spellings_of_a_version(environ: dict[str, str], program: Program, said: str) -> None:
    """Distributions print the version in several ways."""
    program("kustomize", f"echo '{said}'")

    assert find(environ).version == (5, 8, 2)


def test_hung_program_is_left_alone(environ: dict[str, str], program: Program) -> None:
    """A kustomize that never answers is passed over in time, and nothing of it goes on running."""
    child = Path(environ["PATH"], "child")
    program("kustomize", f"/bin/sleep 300 & echo $! > {child}; wait")
    program("kubectl", KUBECTL_SAYS % "v5.5.0")
    start = time.monotonic()

    engine = find(environ, probe_seconds=0.5)

    assert engine.source == "kubectl on PATH"
    assert time.monotonic() - start < 10
    assert not _is_running(int(child.read_text()))


def _is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "\nState:\tZ" not in status.read_text()


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ("/nowhere/kustomize", "which does not exist"),
        ("no-such-program", "which is not on PATH"),
        ("/", "which is a folder"),
        ("{bin}/text", "which is not executable"),
        ("{bin}/old", "has kustomize 4.5.7, and 5.0.1 is the oldest supported"),
        ("{bin}/other", "does not say which kustomize it is: 'GNU bash, version 5.2.15'"),
        ("{bin}/hung", "did not say its version within 0.5 s"),
        ("{bin}/orphan", "cannot be run: No such file or directory"),
        ("kubectl", "does not say which kustomize it is"),
    ],
)
def test_bad_kustomize_variable(
    environ: dict[str, str], program: Program, chosen: str, reason: str
) -> None:
    """$KUSTOMIZE that will not do is an error with a fix, though PATH has a good kustomize."""
    program("kustomize", "echo v5.8.2")
    program("kubectl", KUBECTL_SAYS % "v5.5.0")
    program("text", "").chmod(0o644)
    program("old", "echo v4.5.7")
    program("other", "echo 'GNU bash, version 5.2.15'")
    program("hung", "exec /bin/sleep 300")
    program("orphan", "").write_text("#!/no/such/shell\n")
    chosen = chosen.format(bin=environ["PATH"])

    with pytest.raises(EngineError) as caught:
        find(environ | {"KUSTOMIZE": chosen}, probe_seconds=0.5)

    assert repr(chosen) in caught.value.message
    assert reason in caught.value.message
    assert "unset it" in caught.value.fix


def test_version_is_remembered(environ: dict[str, str], engines: tuple[Engine, Engine]) -> None:
    """A program is asked once, and again when it or the memory of it has changed."""
    copy = Path(environ["PATH"], "kustomize")
    shutil.copy(engines[0].command[0], copy)
    memory = Path(environ["HOME"], ".cache", "emqx-gitops", "versions.json")

    assert find(environ).version == engines[0].version
    memory.write_text(memory.read_text().replace("[5, 8, 2]", "[5, 9, 9]"))
    assert find(environ).version == (5, 9, 9)
    os.utime(copy, (1, 1))
    assert find(environ).version == engines[0].version
    for broken in ("", "[]", json.dumps({str(copy): ["", [5, "x"]]}), '{"a'):
        memory.write_text(broken)
        assert find(environ).version == engines[0].version


def test_scripts_are_asked_each_time(environ: dict[str, str], program: Program) -> None:
    """What a script runs can change while the script stays the same, so it is not remembered."""
    answer = Path(environ["PATH"], "answer")
    program("kustomize", f"read line < {answer}; echo $line")

    for said, version in (("v5.3.0", (5, 3, 0)), ("v5.4.0", (5, 4, 0))):
        answer.write_text(f"{said}\n")

        assert find(environ).version == version


def test_memory_is_no_condition(environ: dict[str, str], engines: tuple[Engine, Engine]) -> None:
    """A kustomize is found though nothing can be written, or there is no home at all."""
    shutil.copy(engines[0].command[0], environ["PATH"])
    Path(environ["HOME"]).write_text("a file")

    assert find(environ).version == engines[0].version
    assert find({"PATH": environ["PATH"]}).version == engines[0].version


def test_engines_differ_and_agree(tmp_path: Path, engines: tuple[Engine, Engine]) -> None:
    """The pinned kustomize and the oldest supported one build the same bytes."""
    (tmp_path / "kustomization.yaml").write_text(
        "namespace: a\nconfigMapGenerator: [{name: b, literals: [c=d]}]\n"
    )

    pinned, oldest = (
        subprocess.run(engine.argv(tmp_path), check=True, capture_output=True).stdout
        for engine in engines
    )

    assert pinned == oldest != b""
    assert engines[0].version > engines[1].version == MINIMUM
