"""Flux on a control plane of its own, and repositories that it follows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.gitops.flux import Flux
from tests.cluster.gitops.followed import Followed
from tests.cluster.gitops.git_server import git_server
from tests.repository import Repository


class Rig(NamedTuple):
    """A control plane with Flux, and a Git server."""

    plane: ControlPlane
    flux: Flux
    repositories: Path
    """The folder of the bare repositories."""

    url: str
    """Its address."""

    def address(self, name: str) -> str:
        """Return the address that the repository *name* will have."""
        return f"{self.url}/{name}.git"

    def follow(self, name: str, repository: Repository) -> Followed:
        """Put *repository* where its address says, and have it followed once it is bootstrapped."""
        bare = self.repositories / f"{name}.git"
        return Followed.new(self.flux, self.plane, repository, bare, self.address(name))


@pytest.fixture(scope="session")
def rig(_environ: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Nothing but Flux is there: other tests' objects and requests do not get in the way."""
    folder = tmp_path_factory.mktemp("git")
    plane = ControlPlane.start()
    try:
        with git_server(folder) as url:
            yield Rig(plane, Flux.start(plane), folder, url)
    finally:
        plane.close()
