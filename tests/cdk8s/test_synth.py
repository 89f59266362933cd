"""`cdk8s synth`, the real one, compiles the shipped environments."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.repository import PROGRAM, Repository

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shipped(tmp_path: Path) -> Repository:
    """A copy of what users copy: the program, its settings and the environments."""
    root = tmp_path / "repository"
    shutil.copytree(ROOT / "overlays", root / "overlays")
    for name in ("main.py", "cdk8s.yaml"):
        shutil.copy(ROOT / name, root)
    (root / ".venv").symlink_to(PROGRAM.parents[1])
    return Repository(root)


@pytest.mark.slow
def test_same_tree(shipped: Repository, cdk8s: list[str]) -> None:
    """`cdk8s synth`, which empties dist/ first, gives the tree of `emqx-gitops synth`."""
    assert shipped.run("synth").status == 0
    expected = shipped.files("dist", "overlays")
    shipped.write("dist/left-over.yaml", "")

    done = synth(shipped, cdk8s)

    assert done.returncode == 0, done.stderr
    assert shipped.files("dist", "overlays") == expected


@pytest.mark.slow
def test_refusal(shipped: Repository, cdk8s: list[str]) -> None:
    """What is refused fails `cdk8s synth`, in the same words."""
    shipped.write("overlays/prod/environment.yaml", "emqx: 1\n")

    done = synth(shipped, cdk8s)

    assert done.returncode != 0
    assert "overlays/prod/environment.yaml:1:7: error EG104: emqx: 1 is not a mapping" in (
        done.stdout + done.stderr
    )
    assert "Traceback" not in done.stdout + done.stderr


def synth(repository: Repository, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `cdk8s synth`."""
    return subprocess.run(
        [*command, "synth"],
        cwd=repository.root,
        env=os.environ | {"CI": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
