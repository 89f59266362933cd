"""`cdk8s synth`, the real one, compiles the shipped environments."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_same_tree(tmp_path: Path, cdk8s: list[str]) -> None:
    """`cdk8s synth`, which empties dist/ first, leaves the committed tree byte for byte."""
    for name in ("main.py", "cdk8s.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("overlays", "dist"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")

    subprocess.run([*cdk8s, "synth"], cwd=tmp_path, check=True)

    for name in ("overlays", "dist"):
        assert _files(tmp_path / name) == _files(ROOT / name)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
