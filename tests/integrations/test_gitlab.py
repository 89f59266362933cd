"""The GitLab component, its script run as a runner would, against a forge on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.forge.api import FakeForge, serving
from tests.integrations.repository import BEFORE, REFUSED, RESTARTED, PullRequest
from tests.repository import PROGRAM

COMPONENT = Path(__file__).parents[2] / "templates" / "review.yml"
OWN = {"id": 3, "username": "project_1_bot"}


class Runner:
    """Runs the component's job for one merge request."""

    def __init__(self, forge: FakeForge) -> None:
        """Report to *forge*."""
        self.forge = forge
        self.said = ""

    def review(self, pull: PullRequest, folder: Path, *, token: str = "t", **given: str) -> int:  # noqa: S107  (no password)
        """Check out the merge request into *folder*, run the job's script, return its status."""
        pull.checkout(folder, "change")
        job = self._job(given)
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT")},
            **{name: str(value) for name, value in job["variables"].items()},
            "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
            "CI_API_V4_URL": self.forge.url,
            "CI_PROJECT_ID": "group/mqtt",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": pull.fork,
            "CI_COMMIT_SHA": pull.head,
            "GITLAB_TOKEN": token,
        }
        run = subprocess.run(
            ["/usr/bin/env", "bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said = run.stdout + run.stderr
        return run.returncode

    def _job(self, given: dict[str, str]) -> dict[str, Any]:
        text = COMPONENT.read_text()
        head, _, body = text.partition("\n---\n")
        declared = yaml.safe_load(head)["spec"]["inputs"]
        inputs = {name: each["default"] for name, each in declared.items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        assert set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", body)) == set(declared)
        filled = re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda m: str(inputs[m[1]]), body)
        job: dict[str, Any] = yaml.safe_load(filled)["emqx-gitops-review"]
        return job


@pytest.fixture
def runner() -> Iterator[Runner]:
    """A runner, and a forge that knows merge request 7."""
    with serving(FakeForge(user=OWN, author=OWN)) as forge:
        yield Runner(forge)


def test_refused(runner: Runner, tmp_path: Path) -> None:
    """A change that must not happen is noted, reported at its line, and fails the job."""
    folder = tmp_path / "checkout"

    assert runner.review(PullRequest(tmp_path / "pull", REFUSED), folder) == 1, runner.said

    (note,) = runner.forge.bodies
    assert "refused" in note
    quality = json.loads((folder / "review" / "code-quality.json").read_text())
    assert quality[0]["location"]["path"] == "dist/rendered/prod/statefulset-emqx.yaml"
    assert (folder / "review" / "review.html").exists()


def test_pushed_again(runner: Runner, tmp_path: Path) -> None:
    """After a push the note says what is so now; where nothing changes it says that."""
    for number, after in enumerate((REFUSED, RESTARTED, BEFORE)):
        pull = PullRequest(tmp_path / f"pull-{number}", after)
        runner.review(pull, tmp_path / f"checkout-{number}")
        assert len(runner.forge.bodies) == 1, runner.said

    assert "rolling-restart" not in runner.forge.bodies[0]


def test_nothing_to_say(runner: Runner, tmp_path: Path) -> None:
    """A merge request that changes no object gets no note."""
    pull = PullRequest(tmp_path / "pull", BEFORE)

    assert runner.review(pull, tmp_path / "checkout") == 0, runner.said
    assert runner.forge.bodies == []


def test_inputs(runner: Runner, tmp_path: Path) -> None:
    """Inputs reach the command."""
    pull = PullRequest(tmp_path / "pull", REFUSED)

    assert runner.review(pull, tmp_path / "a", environments="dev") == 0, runner.said
    assert runner.forge.bodies == []
    assert runner.review(pull, tmp_path / "b", fail_on="", title="of a, b") == 0, runner.said
    assert "of a, b" in runner.forge.bodies[0]


def test_no_token(runner: Runner, tmp_path: Path) -> None:
    """Without a token the job writes its reports, and no note."""
    pull = PullRequest(tmp_path / "pull", RESTARTED)

    assert runner.review(pull, tmp_path / "checkout", token="") == 0, runner.said
    assert runner.forge.requests == []
    assert (tmp_path / "checkout" / "review" / "review.md").exists()
