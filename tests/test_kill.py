"""Killed, interrupted, or run twice at once: the tree is whole, or the next run mends it."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.repository import CLUSTERS, PLANT, SMALL, Repository

KILLS = 60

OLD = {
    "overlays/clusters.yaml": CLUSTERS,
    "overlays/plant/environment.yaml": PLANT,
    "overlays/gone/environment.yaml": SMALL,
    "overlays/kept/environment.yaml": SMALL,
}
NEW = {
    "overlays/clusters.yaml": CLUSTERS.replace("flux", "argocd").replace(
        "{}", "{repoURL: https://git.example.com/emqx.git}"
    ),
    "overlays/plant/environment.yaml": PLANT.replace("replicas: 3", "replicas: 5"),
    "overlays/kept/environment.yaml": SMALL + "namespace: elsewhere\n",
    "overlays/added/environment.yaml": SMALL,
}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A TMPDIR of the test's own, to see what is left there."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def states(repository: Repository) -> list[tuple[dict[str, str], dict[str, bytes]]]:
    """Sources and the files that they compile to: the new ones, and the old ones, as it is now."""
    found = []
    for sources in (NEW, OLD):
        put(repository, sources)
        assert repository.call("synth").status == 0
        found.append((sources, repository.files()))
    return found


@pytest.mark.slow
def test_killed_at_any_moment(
    repository: Repository,
    temporary: Path,
    states: list[tuple[dict[str, str], dict[str, bytes]]],
) -> None:
    """Every file is wholly old or wholly new; the next run gives the new tree and tidies up."""
    seed = os.environ.get("KILL_SEED") or time.strftime("%H%M%S")
    chance = random.Random(seed)  # noqa: S311  (nothing secret)
    seconds = duration(repository)
    struck = 0

    for number in range(KILLS):
        sources, wanted = states[number % 2]
        before = states[(number + 1) % 2][1]
        said = f"kill {number} of KILL_SEED={seed}"
        put(repository, sources)

        with repository.start("synth") as process:
            if number % 3:
                time.sleep(chance.uniform(0, seconds))
            else:
                struck += struck_while_writing(repository, process, chance.uniform(0, 0.02))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        for path, content in repository.files("dist", "overlays").items():
            if not path.startswith("dist/.staging/"):
                assert content in {before.get(path), wanted.get(path)}, (said, path)
        call = repository.run("synth")
        assert (call.status, repository.files()) == (0, wanted), (said, call)
        assert not list(temporary.glob("emqx-gitops-*")), said
    assert struck > KILLS / 10


def struck_while_writing(
    repository: Repository, process: subprocess.Popen[str], delay: float
) -> bool:
    """Wait until files are being written, and a little longer; tell whether they still are."""
    staging = repository.path("dist/.staging")
    while not staging.exists() and process.poll() is None:
        pass
    time.sleep(delay)
    return staging.exists()


def duration(repository: Repository) -> float:
    """Return how many seconds a run takes that has something to write."""
    repository.path("dist/rendered/kept").rename(repository.path("dist/rendered/gone-for-now"))
    started = time.monotonic()
    assert repository.run("synth").status == 0
    return time.monotonic() - started


def test_two_at_once(
    repository: Repository,
    states: list[tuple[dict[str, str], dict[str, bytes]]],
) -> None:
    """Two runs at once take turns; both end well."""
    sources, wanted = states[0]
    put(repository, sources)

    first, second = repository.start("synth"), repository.start("synth")
    said = [process.communicate(timeout=60)[1] for process in (first, second)]

    assert (first.returncode, second.returncode) == (0, 0), said
    assert repository.files() == wanted


def test_waits_for_another_run(compiled: Repository) -> None:
    """A run that finds another one at work says so, and waits."""
    lock = os.open(compiled.root, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with compiled.start("synth") as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "another run is writing here; waiting for it\n"
        os.close(lock)
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.fixture
def endless(
    compiled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A Kustomize that builds for ever, and the file in which it notes its process."""
    note, program = tmp_path / "note", tmp_path / "kustomize"
    program.write_text(
        '#!/bin/sh\nif [ "$1" = version ]; then echo v5.8.2; exit; fi\n'
        f"echo $$ > {note}.new; mv {note}.new {note}; exec sleep 600\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("KUSTOMIZE", str(program))
    compiled.write("overlays/plant/environment.yaml", PLANT.replace("replicas: 3", "replicas: 7"))
    yield note
    if note.exists():
        with suppress(ProcessLookupError):
            os.kill(int(note.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_while_building(
    compiled: Repository, temporary: Path, endless: Path, number: signal.Signals
) -> None:
    """Ctrl-C and its like end Kustomize too, at once, and leave nothing behind."""
    before = compiled.digest()

    with compiled.start("synth") as process:
        while not endless.exists():
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=10)

    said = "interrupted\n" if number == signal.SIGINT else ""
    assert (process.returncode, out) == (128 + number, "")
    assert err.endswith(said)
    assert "Traceback" not in err
    assert compiled.digest() == before
    assert not list(temporary.glob("emqx-gitops-*"))
    assert not alive(int(endless.read_text()))


def test_leaves_others_alone(compiled: Repository, temporary: Path, endless: Path) -> None:
    """What a killed run left in TMPDIR is removed; what another one uses, or made, is not."""
    (temporary / "emqx-gitops-of-mine").mkdir()
    (temporary / "emqx-gitops-of-mine" / "letter").write_text("dear all")
    with compiled.start("synth") as killed:
        while not endless.exists():
            time.sleep(0.01)
        os.killpg(killed.pid, signal.SIGKILL)
    (left,) = temporary.glob("emqx-gitops-????????")
    endless.unlink()

    with compiled.start("synth") as working:
        while not endless.exists():
            time.sleep(0.01)
        (used,) = temporary.glob("emqx-gitops-????????")
        assert used != left
        assert compiled.call("check", "small").status == 0
        assert {each.name for each in temporary.iterdir()} == {used.name, "emqx-gitops-of-mine"}
        working.send_signal(signal.SIGINT)

    assert (temporary / "emqx-gitops-of-mine" / "letter").exists()


def put(repository: Repository, sources: dict[str, str]) -> None:
    """Make *sources* the only ones."""
    for path in repository.root.glob("overlays/*/environment.yaml"):
        path.unlink()
    for name, text in sources.items():
        repository.write(name, text)


def alive(process: int) -> bool:
    """Tell whether a process runs; one that only waits to be noticed does not."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
