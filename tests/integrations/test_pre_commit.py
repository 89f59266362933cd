"""The hooks, installed and run by the real pre-commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emqx_gitops.kustomize.engine import Engine
from tests import repository
from tests.integrations.repository import BEFORE, REFUSED, RENDERED, RESTARTED, git

ROOT = Path(__file__).parents[2]
PRE_COMMIT = Path(sys.executable).parent / "pre-commit"


@pytest.mark.slow
def test_hooks(engines: tuple[Engine, Engine], tmp_path: Path) -> None:
    """Each hook passes what is right and stops what is not."""
    hooks = _published(tmp_path / "hooks")
    work = repository.new(tmp_path / "work", repository.OVERLAYS)
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "KUSTOMIZE": engines[0].command[0],
    }
    git(work.root, "init", "--quiet")
    wanted = "".join(
        f"      - {{id: emqx-gitops-{name}, verbose: true}}\n"
        for name in ("check", "synth", "diff")
    )
    revision = git(hooks, "rev-parse", "HEAD")
    work.write(
        ".pre-commit-config.yaml",
        f"repos:\n  - repo: {hooks}\n    rev: {revision}\n    hooks:\n{wanted}",
    )

    def run(hook: str) -> tuple[int, str]:
        git(work.root, "add", ".")
        command = [str(PRE_COMMIT), "run", hook, "--all-files"]
        done = subprocess.run(
            command, cwd=work.root, env=environ, check=False, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    status, said = run("emqx-gitops-check")
    assert status == 0, said
    status, said = run("emqx-gitops-synth")
    assert (status, "dist/" in said) == (1, True), said

    shutil.rmtree(work.root / "overlays")
    work.write(RENDERED, BEFORE)
    git(work.root, "add", ".")
    git(work.root, "commit", "--quiet", "-m", "first")
    work.write(RENDERED, RESTARTED)
    status, said = run("emqx-gitops-diff")
    assert (status, "rolling-restart" in said) == (0, True), said
    work.write(RENDERED, REFUSED)
    status, said = run("emqx-gitops-diff")
    assert (status, "refused" in said) == (1, True), said


def _published(folder: Path) -> Path:
    """Return a repository with what this one has committed or would: pre-commit takes commits."""
    files = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in files.split("\0"):
        if name and (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "published")
    return folder
