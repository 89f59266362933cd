"""
The app that `main.py` is: all environments of a repository, those written in Python included.

Like a cdk8s App it is synthesized by `python main.py` and by `cdk8s synth`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emqx_gitops.fleet.program import PROGRAM, hand_over
from emqx_gitops.fleet.sources import EnvironmentSource

if TYPE_CHECKING:
    from emqx_gitops.environment import Environment


class App:
    """Every environment below ``overlays/`` of a repository, and those added here."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        """Open the repository at *root*: its folder, or a file in it such as ``__file__``."""
        path = Path(root).resolve()
        self._root = path if path.is_dir() else path.parent
        self._added: dict[str, EnvironmentSource] = {}

    def add(self, name: str, environment: Environment | Mapping[str, Any]) -> None:
        """
        Add an environment, as a model or as what its file would hold.

        It is compiled, checked and delivered like one with a file. Raises ValueError for a name
        that was added before, TypeError for what no file could hold.
        """
        from emqx_gitops.environment.written import as_written
        from emqx_gitops.manifests import to_yaml

        if name in self._added:
            raise ValueError(f"environment {name} was added before")
        text = to_yaml(as_written(environment)).encode()
        self._added[name] = EnvironmentSource(name, PROGRAM, text, written=False)

    def synth(self) -> None:
        """Compile everything and bring ``dist/`` up to date; exit as the command line would."""
        added = tuple(self._added.values())
        if hand_over(added):
            return
        from emqx_gitops.cli.ending import COULD_NOT_RUN, tidy_end
        from emqx_gitops.cli.synth import run

        with tidy_end():
            outdir = os.environ.get("CDK8S_OUTDIR")
            if outdir is not None and (self._root / outdir).resolve() != self._root / "dist":
                sys.stderr.write(
                    f"error: cdk8s writes to {outdir}, and overlays/ refers to dist/\n"
                    "  fix: set `output: dist` in cdk8s.yaml\n"
                )
                sys.exit(COULD_NOT_RUN)
            status = run(self._root, added=added)
        if status:
            sys.exit(status)
