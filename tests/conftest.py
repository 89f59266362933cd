"""What tests of several folders need."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emqx_gitops.kustomize.engine import MINIMUM, Engine, find_engine
from emqx_gitops.kustomize.pinned import PINNED, Pin, install
from tests.announce import announce

if TYPE_CHECKING:
    from tests.builds import Builder
    from tests.repository import Entry, Repository


def pytest_configure() -> None:
    """Let signals end what tests start: from a shell's background they inherit that some do not."""
    for number, usual in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGQUIT, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture(scope="session")
def engines() -> tuple[Engine, Engine]:
    """The pinned kustomize and the oldest supported one, built on first use and kept in the cache
    folder.
    """
    oldest = Pin(MINIMUM, Path(__file__).parent / "kustomize" / "go-5.0.1")
    return _built(PINNED), _built(oldest)


@pytest.fixture(scope="session")
def built(engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Build environments from a few lines of YAML, each once."""
    from tests.builds import Builder  # a test of a low layer needs nothing of the upper ones

    return Builder(tmp_path_factory.mktemp("built"), engines[0])


@pytest.fixture(scope="session")
def _environ(
    engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A cache of the tests' own, shared by their processes, and the pinned kustomize."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(_shared(tmp_path_factory) / "cache"))
        patch.setenv("KUSTOMIZE", engines[0].command[0])
        yield


@pytest.fixture(scope="session")
def _compiled(
    _environ: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Repository, dict[str, Entry]]:
    from tests import repository  # likewise

    made = repository.new(tmp_path_factory.mktemp("repository") / "root", repository.OVERLAYS)
    assert made.call("synth").status == 0
    return made, made.digest()


@pytest.fixture
def compiled(_compiled: tuple[Repository, dict[str, Entry]]) -> Iterator[Repository]:
    """A repository with two environments, `small` and `plant`, that is up to date.

    It is brought back to that after each test, which is faster than a copy for each.
    """
    repository, before = _compiled
    yield repository
    repository.restore(before)


@pytest.fixture
def repository(_environ: None, tmp_path: Path) -> Repository:
    """A repository with a cluster called `lab`, and no environment yet."""
    from tests import repository as module  # likewise

    files = {"overlays/clusters.yaml": module.CLUSTERS}
    return module.new(tmp_path / "repository", files)


def _shared(factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all of pytest-xdist's processes share."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _built(pin: Pin) -> Engine:
    program = install(pin, os.environ, announce=announce)
    return find_engine(os.environ | {"KUSTOMIZE": str(program)}, announce=announce)
