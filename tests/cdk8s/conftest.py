"""The real cdk8s command, from npm."""

from __future__ import annotations

import fcntl

import pytest

from tests.cdk8s.npm import HERE, LOCK, NODE, npm


@pytest.fixture(scope="session")
def cdk8s() -> list[str]:
    """The cdk8s command as package-lock.json pins it, installed beside that on first use."""
    modules = HERE / "node_modules"
    modules.mkdir(exist_ok=True)
    installed = modules / ".package-lock.json"
    with (HERE / "package.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # of pytest-xdist's processes each asks for this
        if not installed.exists() or installed.stat().st_mtime < LOCK.stat().st_mtime:
            npm("ci")
    # It would look for a newer version of itself, and note that in the home folder.
    return [str(NODE), str(modules / "cdk8s-cli" / "bin" / "cdk8s"), "--check-upgrade=false"]
