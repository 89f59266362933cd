"""However it ends: an exit status, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import click
import pytest

from emqx_gitops.cli.ending import tidy_end
from tests.repository import PROGRAM, SMALL, Repository

SLOW = pytest.mark.slow


def shell(repository: Repository, script: str, **environ: str) -> tuple[int, str, str]:
    """Run a line of bash in *repository*, with the program's folder on PATH."""
    done = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", script],
        cwd=repository.root,
        env={**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", **environ},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("command", ["render small", pytest.param("synth", marks=SLOW)])
def test_reader_leaves(compiled: Repository, command: str) -> None:
    """Where nobody reads what it prints, it ends as programs do there, without a word."""
    for reader in ("true", "head -n 1"):
        script = f"emqx-gitops {command} | {reader}; echo ${{PIPESTATUS[0]}} >&2"
        status, _, said = shell(compiled, script)

        assert status == 0
        assert said in {"0\n", "141\n"}


@pytest.mark.parametrize("command", ["synth", pytest.param("render small", marks=SLOW)])
def test_closed_output(compiled: Repository, command: str) -> None:
    """Without standard output, or any at all, it does its work."""
    compiled.path("dist/rendered/small/service-emqx.yaml").unlink()

    assert shell(compiled, f"emqx-gitops {command} >&-")[0] == 0
    assert shell(compiled, f"emqx-gitops {command} >&- 2>&- <&-")[0] == 0
    assert shell(compiled, "emqx-gitops synth --check")[0] == (0 if command == "synth" else 1)


def test_full_output(compiled: Repository) -> None:
    """Where its output cannot be written, that is said."""
    status, _, said = shell(compiled, "emqx-gitops render small > /dev/full")

    assert status == 2
    assert said.startswith("error: standard output: No space left on device\n  fix: ")


@pytest.mark.parametrize("locale", ["C", pytest.param("xx_XX.nonsense", marks=SLOW)])
def test_any_locale(compiled: Repository, locale: str) -> None:
    """What it prints is UTF-8 in any locale."""
    setting = "  settings: {EMQX_DASHBOARD__I18N_LANG: é}\n"
    compiled.write(
        "overlays/small/environment.yaml",
        SMALL.replace("{version", "\n  {version")
        .replace("{version: 5.8.9, replicas: 1}", "version: 5.8.9\n  replicas: 1")
        .replace("storage", f"{setting}storage"),
    )

    status, out, said = shell(
        compiled,
        "emqx-gitops check --format json",
        LC_ALL=locale,
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
    )

    assert status in {0, 1}, said
    assert "é" in json.dumps(json.loads(out), ensure_ascii=False)


def test_defect_is_one_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect of ours is told in one line with its place; its traceback is there for who asks."""
    with pytest.raises(SystemExit, match=r"^2$"), tidy_end():
        raise KeyError("x")
    said = capsys.readouterr().err

    assert said.startswith("error: emqx-gitops: KeyError: 'x' (test_ending.py, line ")
    assert "EMQX_GITOPS_DEBUG=1" in said
    monkeypatch.setenv("EMQX_GITOPS_DEBUG", "1")
    with pytest.raises(KeyError), tidy_end():
        raise KeyError("x")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (BrokenPipeError(), 141, ""),
        (SystemExit(7), 7, ""),
        (OSError(5, "Input/output error", "a"), 2, "error: a: Input/output error\n"),
    ],
)
def test_endings(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, said: str
) -> None:
    """Each way to end early has its status."""
    with pytest.raises(SystemExit) as ended, tidy_end():
        raise error

    assert ended.value.code == status
    assert capsys.readouterr().err.startswith(said)


def test_wrong_usage_is_left_to_click() -> None:
    """What click says about usage, it says itself."""
    with pytest.raises(click.UsageError), tidy_end():
        raise click.UsageError("no")


def test_program_ends_like_the_command_line(compiled: Repository, tmp_path: Path) -> None:
    """`python main.py` has the same endings."""
    compiled.write("main.py", "from emqx_gitops.app import App\nApp(__file__).synth()\n")
    python = PROGRAM.with_name("python")

    assert shell(compiled, f"{python} main.py")[0] == 0
    assert shell(compiled, f"{python} main.py >&-")[0] == 0
    compiled.write("overlays/small/environment.yaml", "emqx: [\n")
    status, _, said = shell(compiled, f"{python} {compiled.path('main.py')}", PWD=str(tmp_path))
    assert status == 2
    assert said.startswith("overlays/small/environment.yaml:2:1: error EG101")
