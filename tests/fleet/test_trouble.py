"""
When the machine is at fault: no Kustomize, a Kustomize gone wrong, full disks, missing rights.

Each gives one message and exit status 2, and leaves the repository as it was.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.repository import PLANT, PROGRAM, Call, Repository

FAKES = {
    "fails": ("echo boom >&2; exit 3", "overlays/plant: kustomize refused it: boom"),
    "fails in silence": ("exit 3", "overlays/plant: kustomize refused it: exit status 3"),
    "hangs": ("sleep 60", "overlays/plant: kustomize gave no answer within 0.3 s"),
    "leaves a child that hangs": ("sleep 60 & wait", "kustomize gave no answer within 0.3 s"),
    "prints nothing": (":", "overlays/plant: kustomize printed nothing"),
    "prints no text": (r"printf '\377\376'", "overlays/plant: kustomize printed what is no text"),
    "prints no YAML": ("echo '[a: b'", "overlays/plant: kustomize printed no objects: the list"),
    "prints words": ("echo all is well", "overlays/plant: kustomize printed no objects"),
    "prints half an object": ("echo 'kind: Pod'", "printed what is no object: Pod None"),
}


@pytest.fixture
def changing(compiled: Repository) -> Repository:
    """A repository with an environment that was never built."""
    text = PLANT.replace("replicas: 3", "replicas: 5")
    compiled.write("overlays/plant/environment.yaml", f"{text}# {uuid.uuid4()}\n")
    return compiled


@pytest.mark.parametrize("name", FAKES)
def test_kustomize_gone_wrong(
    changing: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A Kustomize that fails, hangs or prints anything else is an error of the overlay."""
    body, message = FAKES[name]
    monkeypatch.setenv("KUSTOMIZE", str(fake(tmp_path, body)))
    monkeypatch.setenv("EMQX_GITOPS_TIMEOUT", "0.3" if "hang" in name else "30")

    assert message in refused(changing).err


def test_batch_that_hangs(
    changing: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Overlays that are built together are not waited for again one by one."""
    monkeypatch.setenv("KUSTOMIZE", str(fake(tmp_path, "sleep 60")))
    monkeypatch.setenv("EMQX_GITOPS_TIMEOUT", "0.3")
    changing.write("overlays/other/environment.yaml", PLANT.replace("/srv", f"/{uuid.uuid4()}"))

    assert "overlays/other, overlays/plant: kustomize gave no answer" in refused(changing).err


def test_batch_that_fails_names_one(
    changing: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Overlays that are built together are told apart by who is at fault."""
    real = os.environ["KUSTOMIZE"]
    body = f'case "$2" in *plant|*batches*) echo boom >&2; exit 1;; *) exec {real} "$@";; esac'
    monkeypatch.setenv("KUSTOMIZE", str(fake(tmp_path, body)))
    changing.write("overlays/other/environment.yaml", PLANT.replace("/srv", f"/{uuid.uuid4()}"))

    assert "error: overlays/plant: kustomize refused it: boom" in refused(changing).err


@pytest.mark.parametrize("value", ["soon", "", "0", "-1", "nan", "inf"])
def test_timeout_that_is_none(
    compiled: Repository, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """A time-out that is no number of seconds is not passed over."""
    monkeypatch.setenv("EMQX_GITOPS_TIMEOUT", value)

    assert "EMQX_GITOPS_TIMEOUT: is" in refused(compiled).err


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("/nonexistent", "does not exist"),
        (str(Path(__file__).parent), "is a folder"),
        (__file__, "is not executable"),
        (sys.executable, "does not say which kustomize it is"),
    ],
)
def test_kustomize_variable_is_wrong(
    changing: Repository, monkeypatch: pytest.MonkeyPatch, value: str, message: str
) -> None:
    """$KUSTOMIZE that is none is an error, even where there is another one."""
    monkeypatch.setenv("KUSTOMIZE", value)

    assert message in refused(changing).err


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("/nonexistent", "/nonexistent cannot be run: No such file or directory"),
        ("/bin/false", "/bin/false does not run: 'nothing'"),
        ("/bin/cat", "/bin/cat does not run: "),
    ],
)
def test_no_node(compiled: Repository, tmp_path: Path, node: str, message: str) -> None:
    """Without a Node for cdk8s, that is said, and nothing else is."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "JSII_NODE": node}

    assert f"error: node: {message}" in refused(compiled, environ).err


@pytest.mark.slow
def test_no_kustomize(changing: Repository, tmp_path: Path) -> None:
    """Without Kustomize, Go and a network, it is said what to install."""
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_RETRIES": "0", "PIP_NO_INDEX": "1"}

    said = refused(changing, bare(tmp_path, HOME=str(tmp_path / "home"), **offline)).err

    assert "kustomize is not on PATH; kubectl is not on PATH" in said
    assert "install kustomize or kubectl, and run this again" in said


@pytest.mark.slow
def test_no_kustomize_and_no_home(changing: Repository, tmp_path: Path) -> None:
    """Without a home to build Kustomize in, that is said."""
    said = refused(changing, bare(tmp_path)).err

    assert "neither HOME nor XDG_CACHE_HOME is set" in said


@pytest.mark.slow
def test_no_home(compiled: Repository, tmp_path: Path) -> None:
    """Without a home nothing is kept between runs, and all else works."""
    environ = bare(tmp_path, KUSTOMIZE=os.environ["KUSTOMIZE"])

    call = compiled.run("synth", "--check", env=environ)

    assert (call.status, call.err) == (0, "")


def test_unchanged_tree_needs_no_kustomize(compiled: Repository, tmp_path: Path) -> None:
    """Where all is cached, Kustomize is not even looked for."""
    environ = bare(tmp_path, XDG_CACHE_HOME=os.environ["XDG_CACHE_HOME"])

    assert compiled.run("synth", env=environ).status == 0


def test_damaged_cache(
    compiled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries of the cache that are damaged, cut short or not ours are made anew."""
    cache = tmp_path / "cache"
    shutil.copytree(os.environ["XDG_CACHE_HOME"], cache)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert len(kept) > 3
    for number, path in enumerate(kept):
        content = path.read_bytes()
        path.write_bytes([b"", content[:-20], content.replace(b"emqx", b"xqme"), b"[]"][number % 4])

    assert compiled.call("synth", "--check").status == 0


def fake(folder: Path, body: str) -> Path:
    """Write a program that says it is Kustomize, and does something else."""
    path = folder / "fake"
    path.write_text(f'#!/bin/sh\nif [ "$1" = version ]; then echo v5.8.2; exit; fi\n{body}\n')
    path.chmod(0o755)
    return path


def bare(folder: Path, **environ: str) -> dict[str, str]:
    """Return environment variables of a machine with nothing on it."""
    (folder / "nothing").mkdir()
    return {"PATH": str(folder / "nothing"), **environ}


def refused(repository: Repository, environ: Mapping[str, str] | None = None) -> Call:
    """Return what `synth` says where it cannot run; the repository stays as it is."""
    before = repository.digest()

    call = repository.call("synth") if environ is None else repository.run("synth", env=environ)

    assert (call.status, call.out) == (2, "")
    assert "Traceback" not in call.err
    assert call.err.count("error: ") == call.err.count("\n  fix: ") == 1
    assert repository.digest() == before
    return call


# Disks that are full or may not be written, as they are: mounts that only one process sees.

NAMESPACE = [shutil.which("unshare") or "false", "--mount", "--map-root-user"]
MOUNTS = subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True)
mounts = pytest.mark.skipif(MOUNTS.returncode != 0, reason="no right to mount")


@mounts
def test_full_disk(changing: Repository, tmp_path: Path) -> None:
    """On a full disk nothing is changed."""
    disk = tmp_path / "disk"
    disk.mkdir()

    said = mounted(
        changing,
        f"""
        mount -t tmpfs -o size=4m none {disk}
        cp -r . {disk}/repository
        dd if=/dev/zero of={disk}/filling bs=1k 2>/dev/null || true
        cd {disk}/repository
        {PROGRAM} synth || echo "status $?" >&2
        diff -r . {changing.root} >&2 && echo same >&2
        """,
    )

    assert "error: dist: cannot be written: No space left on device; nothing was changed" in said
    assert "  fix: make room" in said
    assert said.endswith("status 2\nsame\n")


READ_ONLY = {
    "dist": ("dist", "dist: cannot be written: Read-only file system; nothing was changed"),
    "one overlay": ("overlays/plant", "overlays/plant/kustomization.yaml: cannot be written"),
    "one folder": ("dist/rendered/plant", "dist/rendered/plant/"),
    "one file": (
        "dist/rendered/plant/statefulset-emqx.yaml",
        "dist/rendered/plant/statefulset-emqx.yaml: cannot be written: Device or resource busy",
    ),
}


@mounts
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, marks=[pytest.mark.slow] if "one f" not in each else [])
        for each in READ_ONLY
    ],
)
def test_read_only(changing: Repository, name: str) -> None:
    """Where one file cannot be written, none is."""
    path, message = READ_ONLY[name]
    # With another namespace every file of the environment changes, its overlay's too.
    text = changing.read("overlays/plant/environment.yaml")
    changing.write("overlays/plant/environment.yaml", text + "namespace: elsewhere\n")
    before = changing.digest()

    said = mounted(
        changing,
        f"""
        mount --bind {path} {path}
        mount -o remount,bind,ro {path}
        {PROGRAM} synth || echo "status $?" >&2
        """,
    )

    assert message in said
    assert "nothing was changed" in said
    assert said.endswith("status 2\n")
    assert changing.digest() == before


@mounts
@pytest.mark.slow
def test_full_folder_for_temporary_files(changing: Repository, tmp_path: Path) -> None:
    """A full TMPDIR is named."""
    before = changing.digest()

    said = mounted(
        changing,
        f"""
        mount -t tmpfs -o size=64k none {tmp_path}
        env -u HOME -u XDG_CACHE_HOME TMPDIR={tmp_path} {PROGRAM} synth || echo "status $?" >&2
        ls {tmp_path} >&2
        """,
    )

    assert f"error: {tmp_path}: No space left on device\n  fix: make room there" in said
    assert said.endswith("status 2\n")
    assert changing.digest() == before


@mounts
def test_no_folder_for_temporary_files(compiled: Repository) -> None:
    """Where nothing at all may be written, that is said."""
    said = mounted(
        compiled,
        f"""
        mount -o remount,bind,ro . 2>/dev/null || mount --bind -o ro . .
        for folder in /tmp /var/tmp /usr/tmp /dev/shm; do
            test -d $folder || continue
            mount --bind $folder $folder
            mount -o remount,bind,ro $folder
        done
        cd {compiled.root}
        {PROGRAM} synth || echo "status $?" >&2
        """,
    )

    assert "No usable temporary directory" in said
    assert said.endswith("status 2\n")


@mounts
@pytest.mark.slow
def test_read_only_cache(compiled: Repository, tmp_path: Path) -> None:
    """A cache that cannot be written costs time and nothing else."""
    said = mounted(
        compiled,
        f"""
        mount -t tmpfs none {tmp_path}
        mount -o remount,ro {tmp_path}
        XDG_CACHE_HOME={tmp_path} {PROGRAM} synth >&2 || echo "status $?" >&2
        """,
    )

    assert "no file changed" in said
    assert "status" not in said


def mounted(repository: Repository, script: str) -> str:
    """Run a script in the repository, with mounts of its own, and return what it says."""
    done = subprocess.run(
        [*NAMESPACE, "sh", "-eu", "-c", script],
        cwd=repository.root,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stderr
