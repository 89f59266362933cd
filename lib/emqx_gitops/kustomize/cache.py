"""The folder in the user's cache where what is costly to make is kept between runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Where emqx-gitops may keep things, which need not exist yet; None where there is no home.

    As the XDG Base Directory Specification has it: a relative XDG_CACHE_HOME is ignored.
    """
    for variable, below in (("XDG_CACHE_HOME", "."), ("HOME", ".cache")):
        root = Path(environ.get(variable, ""))
        if root.is_absolute():
            return root / below / "emqx-gitops"
    return None
