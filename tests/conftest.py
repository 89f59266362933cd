"""What tests of several folders need."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emqx_gitops.kustomize.engine import MINIMUM, Engine, find_engine
from emqx_gitops.kustomize.pinned import PINNED, Pin, install

if TYPE_CHECKING:
    from tests.builds import Builder


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


def _built(pin: Pin) -> Engine:
    program = install(pin, os.environ, announce=_tell)
    return find_engine(os.environ | {"KUSTOMIZE": str(program)}, announce=_tell)


def _tell(message: str) -> None:
    # Past pytest, which shows nothing before the end: a first build takes a minute.
    print(message, file=sys.__stderr__)
