"""Repositories of git, and both sides of a question about them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emqx_gitops.review.side import Side
from emqx_gitops.review.sides.place import Makers
from emqx_gitops.review.sides.resolve import Asked, read

ENVIRON = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    # For cloning and submodules from folders.
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "protocol.file.allow",
    "GIT_CONFIG_VALUE_0": "always",
}


def config_map(name: str, value: str = "1") -> str:
    """Return a ConfigMap as YAML."""
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n"
        f'  namespace: test\ndata:\n  value: "{value}"\n'
    )


def refuse(*_: object) -> Any:
    """Be a maker that must not be asked."""
    raise AssertionError("nothing is to be made")


NOTHING_MADE = Makers(None, refuse)


def sides(root: Path, *words: str, makers: Makers = NOTHING_MADE, **more: Any) -> tuple[Side, Side]:
    """Return both sides of what *words* ask at *root*."""
    environ = more.pop("environ", ENVIRON)
    return read(Asked(words, root, environ, **more), makers)


def names(side: Side) -> list[str]:
    """Return file and value of each document, as ``a.yaml=1``."""
    return sorted(
        f"{each.file}={each.text.rpartition('value: ')[2].strip().strip(chr(34))}"
        for each in side.documents
    )


@dataclass(frozen=True)
class Checkout:
    """A repository with a working tree."""

    root: Path

    def git(self, *arguments: str) -> str:
        """Run git, and return what it prints."""
        return subprocess.run(
            ["git", *arguments],  # noqa: S607  (the user's own git, as the program itself)
            cwd=self.root,
            env=ENVIRON,
            check=True,
            capture_output=True,
        ).stdout.decode()

    def write(self, **files: str) -> None:
        """Write ConfigMaps: ``a="1"`` is a.yaml with that value."""
        for name, value in files.items():
            self.put(f"{name}.yaml", config_map(name, value))

    def put(self, path: str, content: str | bytes) -> None:
        """Write a file."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, **files: str) -> None:
        """Write ConfigMaps, and commit all there is."""
        self.write(**files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Change")

    def sides(self, *words: str, **more: Any) -> tuple[list[str], list[str]]:
        """Return the names of both sides of a question."""
        old, new = sides(self.root, *words, **more)
        return names(old), names(new)


def checkout(root: Path) -> Checkout:
    """Return a new repository at *root*, without a commit."""
    root.mkdir(parents=True)
    made = Checkout(root)
    made.git("init", "--quiet", "--initial-branch=main")
    return made
