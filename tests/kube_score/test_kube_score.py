"""What kube-score says of the shipped environments, as a user would run it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from emqx_gitops.kustomize.pinned import Pin, install
from tests.announce import announce

ROOT = Path(__file__).resolve().parents[2]
PIN = Pin(
    (1, 20, 0), Path(__file__).parent, "kube-score", "github.com/zegl/kube-score/cmd/kube-score"
)

ACCEPTED = (
    "The container is running with a low user ID",
    "The container running with a low group ID",
    "CPU limit is not set",
    "ImagePullPolicy is not set to Always",
    "Container has the same readiness and liveness probe",
)
"""Critical findings that docs/adr/0010-kube-score.md answers."""


@pytest.mark.slow
def test_no_critical_finding_but_those_that_are_justified() -> None:
    """Every rendered environment has only critical findings that a decision record answers."""
    program = install(PIN, os.environ, announce=announce)
    files = sorted(str(path) for path in (ROOT / "dist" / "rendered").glob("*/*.yaml"))

    done = subprocess.run(
        [program, "score", "--output-format", "ci", *files],
        capture_output=True,
        text=True,
        check=False,
    )

    critical = re.findall(r"^\[CRITICAL\] (.*)$", done.stdout, re.MULTILINE)
    assert len(critical) > 0, done.stderr
    assert [line for line in critical if not line.endswith(ACCEPTED)] == []
