"""The GitHub action, run as a runner would, against a forge on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.forge.api import FakeForge, serving
from tests.integrations.repository import BEFORE, REFUSED, RESTARTED, PullRequest
from tests.repository import PROGRAM

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
BOT = {"login": "github-actions[bot]", "type": "Bot"}


class Runner:
    """Runs the step `review` of the action for one pull request."""

    def __init__(self, folder: Path, forge: FakeForge) -> None:
        """Work below *folder*."""
        self.folder = folder
        self.forge = forge
        self.said = ""

    def review(
        self, pull: PullRequest, *, depth: int = 1, ref: str = "refs/pull/7/merge", **given: str
    ) -> int:
        """Check out the pull request, run the step with the inputs *given*, return its status."""
        checkout = pull.checkout(
            self.folder / f"checkout-{len(list(self.folder.iterdir()))}", ref, depth=depth
        )
        (self.folder / "event.json").write_text(
            json.dumps({"pull_request": {"number": 7, "base": {"sha": pull.base}}})
        )
        for name in ("output", "summary"):
            (self.folder / name).write_text("")
        inputs = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        context = {f"inputs.{name}": value for name, value in inputs.items()} | {
            "github.action_path": str(ROOT),
            "github.token": "t0ken",
            "github.event.pull_request.base.sha": pull.base,
            "runner.temp": str(self.folder / "temp"),
        }
        step = next(each for each in ACTION["runs"]["steps"] if each.get("id") == "review")
        environ = {name: _filled(value, context) for name, value in step["env"].items()}
        # What the step before installs.
        program = Path(environ["REVIEW_PROGRAM"])
        program.parent.mkdir(parents=True, exist_ok=True)
        if not program.exists():
            program.symlink_to(PROGRAM)
        environ |= {
            "GITHUB_REPOSITORY": "acme/mqtt",
            "GITHUB_API_URL": self.forge.url,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_ACTIONS": "true",
        }
        outer = {name: value for name, value in os.environ.items() if not name.startswith("GIT")}
        run = subprocess.run(
            [
                "/usr/bin/env",
                "bash",
                "--noprofile",
                "--norc",
                "-eo",
                "pipefail",
                "-c",
                _filled(step["run"], context),
            ],
            cwd=checkout,
            env=outer | environ,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said = run.stdout + run.stderr
        return run.returncode

    @property
    def outputs(self) -> dict[str, str]:
        """What the step hands on."""
        text = (self.folder / "output").read_text()
        found = re.findall(r"^([a-z-]+)<<(end-\w+)\n(.*)\n\2$", text, re.MULTILINE)
        return {name: value for name, _, value in found}


def _filled(text: str, context: Mapping[str, str]) -> str:
    """Return *text* with its expressions worked out; one that the context lacks is a KeyError."""

    def value(match: re.Match[str]) -> str:
        found = context[match[1]]
        return _filled(found, context) if "${{" in found else found

    return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", value, text)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """A runner, and a forge that knows pull request 7."""
    with serving(FakeForge(author=BOT)) as forge:
        folder = tmp_path / "runner"
        folder.mkdir()
        yield Runner(folder, forge)


def test_refused(runner: Runner, tmp_path: Path) -> None:
    """A change that must not happen is commented on, marked at its line, and fails the job."""
    pull = PullRequest(tmp_path / "pull", REFUSED)

    assert runner.review(pull) == 1, runner.said

    assert runner.outputs["changed"] == "true"
    assert runner.outputs["risk"] == "refused"
    (comment,) = runner.forge.bodies
    assert "StatefulSet" in comment
    assert "refused" in comment
    assert "serviceaccount" not in comment.lower(), "main's own news are none of the pull request's"
    assert re.search(
        rf"::error .*file={re.escape('dist/rendered/prod/statefulset-emqx.yaml')}", runner.said
    )
    assert comment in (runner.folder / "summary").read_text()
    report = Path(runner.outputs["report-path"])
    assert {each.name for each in report.iterdir()} == {
        "review.md",
        "review.html",
        "review.json",
        "review.sarif",
    }


def test_pushed_again(runner: Runner, tmp_path: Path) -> None:
    """After a push the comment says what is so now; nothing is posted twice."""
    runner.review(PullRequest(tmp_path / "first", REFUSED))

    assert runner.review(PullRequest(tmp_path / "second", RESTARTED)) == 0, runner.said
    assert runner.outputs["risk"] == "rolling-restart"
    (comment,) = runner.forge.bodies
    assert "rolling-restart" in comment

    assert runner.review(PullRequest(tmp_path / "third", BEFORE)) == 0, runner.said
    assert runner.outputs["changed"] == "false"
    assert runner.outputs["risk"] == ""
    (comment,) = runner.forge.bodies
    assert "rolling-restart" not in comment


def test_nothing_to_say(runner: Runner, tmp_path: Path) -> None:
    """A pull request that changes no object gets no comment."""
    assert runner.review(PullRequest(tmp_path / "pull", BEFORE)) == 0, runner.said

    assert runner.forge.bodies == []


def test_fork(runner: Runner, tmp_path: Path) -> None:
    """The commit of a fork is fetched and compared, while the default branch is checked out."""
    pull = PullRequest(tmp_path / "pull", RESTARTED)

    assert runner.review(pull, ref="main", depth=1, head_ref=pull.head) == 0, runner.said
    assert runner.outputs["risk"] == "rolling-restart"


@pytest.mark.parametrize(("ref", "depth"), [("change", 1), ("change", 0), ("refs/pull/7/merge", 2)])
def test_checkouts(ref: str, depth: int, runner: Runner, tmp_path: Path) -> None:
    """However much of the history was checked out, only the pull request's own change is shown."""
    pull = PullRequest(tmp_path / "pull", RESTARTED)

    assert runner.review(pull, ref=ref, depth=depth) == 0, runner.said
    report = json.loads((Path(runner.outputs["report-path"]) / "review.json").read_text())
    assert [each["resource"]["kind"] for each in report["changes"]] == ["StatefulSet"]


def test_inputs(runner: Runner, tmp_path: Path) -> None:
    """Inputs reach the command: environments, title, refs by name, no comment, nothing fails."""
    pull = PullRequest(tmp_path / "pull", REFUSED)

    status = runner.review(
        pull, environments="dev", base_ref="main", head_ref="change", fail_on="", title="of a, b"
    )
    assert (status, runner.outputs["changed"]) == (0, "false"), runner.said

    assert runner.review(pull, fail_on="", title="of a, b", annotations="false") == 0, runner.said
    (comment,) = runner.forge.bodies
    assert "of a, b" in comment
    assert "::error" not in runner.said

    assert runner.review(pull, fail_on="", comment="false", title="other") == 0
    assert len(runner.forge.bodies) == 1


def test_token_of_a_fork(runner: Runner, tmp_path: Path) -> None:
    """A token that may only read fails with what to do, after all reports are written."""
    runner.forge.failures = [(403, {})]

    assert runner.review(PullRequest(tmp_path / "pull", RESTARTED)) == 2
    assert "docs/how-to/pull-requests.md" in runner.said
    assert (Path(runner.outputs["report-path"]) / "review.html").exists()


def test_every_input_is_used() -> None:
    """No input is declared and forgotten, and none is used that is not declared."""
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ACTION["runs"])))

    assert used == set(ACTION["inputs"])


@pytest.mark.slow
def test_installed(tmp_path: Path) -> None:
    """The action installs itself, in versions that it was tested with."""
    outer = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([ROOT / "integrations" / "install.sh", tmp_path / "venv"], check=True, env=outer)

    run = subprocess.run(
        [tmp_path / "venv" / "bin" / "emqx-gitops", "diff", "--help"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "--fail-on" in run.stdout
