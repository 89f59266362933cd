"""Completion of commands, options, environments and rules, by a real bash."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from emqx_gitops.cli.group import COMMANDS
from tests.repository import PROGRAM, SMALL, Repository, call

BASH = shutil.which("bash")


@pytest.fixture
def root(tmp_path: Path) -> Repository:
    """A repository with three environments; completion compiles nothing."""
    repository = Repository(tmp_path)
    for name in ("prod", "preview", "staging"):
        repository.write(f"overlays/{name}/environment.yaml", SMALL)
    return repository


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script(shell: str) -> None:
    """There is a script for each shell."""
    shown = call("completion", shell)

    assert shown.status == 0
    assert "_EMQX_GITOPS_COMPLETE" in shown.out


WORDS = [
    (["emqx-gitops", "s"], ["schema", "secret", "synth"]),
    (["emqx-gitops", ""], sorted(COMMANDS)),
    (["emqx-gitops", "synth", "pr"], ["preview", "prod"]),
    (["emqx-gitops", "synth", "prod", "st"], ["staging"]),
    (["emqx-gitops", "render", ""], ["preview", "prod", "staging"]),
    (["emqx-gitops", "synth", "--ch"], ["--check"]),
    (["emqx-gitops", "synth", "--format", ""], ["json", "text"]),
    (["emqx-gitops", "rule", "eg20"], [f"EG20{n}" for n in range(1, 10)]),
]


@pytest.mark.skipif(BASH is None, reason="no bash")
@pytest.mark.parametrize(("words", "expected"), WORDS)
def test_bash(root: Repository, words: list[str], expected: list[str]) -> None:
    """Bash, with the script sourced, offers what can follow."""
    assert offered(root.root, words) == expected


@pytest.mark.skipif(BASH is None, reason="no bash")
def test_no_repository(tmp_path: Path) -> None:
    """Outside of a repository there is nothing to offer, and nothing to say."""
    assert offered(tmp_path, ["emqx-gitops", "synth", ""]) == []


def offered(folder: Path, words: list[str]) -> list[str]:
    """Return what bash offers for the last of *words*, in *folder*."""
    script = f"""
        PATH={PROGRAM.parent}:$PATH
        source <(emqx-gitops completion bash)
        COMP_WORDS=({" ".join(map(repr, words))})
        COMP_CWORD={len(words) - 1}
        _emqx_gitops_completion emqx-gitops
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    assert BASH is not None
    done = subprocess.run(
        [BASH, "--norc", "-c", script], cwd=folder, check=True, capture_output=True, text=True
    )
    # `compopt` complains where no completion is going on.
    assert "Traceback" not in done.stderr
    return sorted(line for line in done.stdout.split("\n") if line)
