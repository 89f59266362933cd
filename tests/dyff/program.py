"""The real dyff, to compare ours with."""

from __future__ import annotations

import os
from pathlib import Path

from emqx_gitops.kustomize.pinned import Pin, install
from tests.announce import announce

PIN = Pin((1, 12, 0), Path(__file__).parent, "dyff", "github.com/homeport/dyff/cmd/dyff")


def dyff() -> Path:
    """Return the program, built on first use and kept in the cache folder."""
    return install(PIN, os.environ, announce=announce)
