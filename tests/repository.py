"""A repository to compile, and the command line to compile it with."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

PROGRAM = Path(sys.executable).parent / "emqx-gitops"

CLUSTERS = """\
apiVersion: emqx-gitops/v1
kind: Clusters
clusters:
  lab:
    flux: {}
"""

HEAD = "apiVersion: emqx-gitops/v1\nkind: Environment\ncluster: lab\n"

SMALL = HEAD + "emqx: {version: 5.8.9, replicas: 1}\nstorage: {type: ephemeral}\n"
"""The smallest environment that nothing is to be said about."""

PLANT = (
    HEAD
    + """\
emqx:
  version: 5.7.1
  replicas: 3
storage:
  type: nfs
  server: nfs.example.com
  path: /srv/emqx
  size: 10Gi
"""
)
"""Three nodes with data."""

OVERLAYS = {
    "overlays/clusters.yaml": CLUSTERS,
    "overlays/small/environment.yaml": SMALL,
    "overlays/plant/environment.yaml": PLANT,
}


class Call(NamedTuple):
    """How the command line ended, and what it said."""

    status: int
    out: str
    err: str


Entry = tuple[str, int, bytes]
"""Kind, permissions and content."""


@dataclass(frozen=True)
class Repository:
    """A repository to work on."""

    root: Path

    def path(self, name: str) -> Path:
        """Return where *name* is."""
        return self.root / name

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file, and the folders above it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return (self.root / name).read_text(encoding="utf-8")

    def call(self, *arguments: str) -> Call:
        """Run the command line on this repository, in this process."""
        return call(*arguments, "-C", str(self.root))

    def start(self, *arguments: str, **options: object) -> subprocess.Popen[str]:
        """Run the command line on this repository as a process, in a group of its own."""
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            [PROGRAM, *arguments],
            **{
                "cwd": self.root,
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                "text": True,
                "process_group": 0,
                **options,
            },
        )

    def run(self, *arguments: str, **options: object) -> Call:
        """Run the command line on this repository as a process, to its end."""
        with self.start(*arguments, **options) as process:
            out, err = process.communicate(timeout=120)
        return Call(process.returncode, out or "", err or "")

    def files(self, *folders: str) -> dict[str, bytes]:
        """Return the content of every file, by path; only that of *folders*, if any."""
        tops = [self.root / name for name in folders] or [self.root]
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for top in tops
            for path in sorted(top.rglob("*"))
            if path.is_file()
        }

    def digest(self) -> dict[str, Entry]:
        """Return everything there is, links and permissions included, to compare with later."""
        return {
            path.relative_to(self.root).as_posix(): _entry(path)
            for path in sorted(self.root.rglob("*"))
        }

    def restore(self, before: Mapping[str, Entry]) -> None:
        """Bring everything back to what a `digest` was."""
        now = self.digest()
        for name in sorted(now, reverse=True):
            if now[name] != before.get(name):
                _remove(self.root / name)
        for name, entry in before.items():
            if now.get(name) != entry:
                _make(self.root / name, entry)

    def copy(self, root: Path) -> Repository:
        """Return a copy at *root*."""
        shutil.copytree(self.root, root, symlinks=True)
        return Repository(root)


def call(*arguments: str) -> Call:
    """Run the command line in this process; what it does not catch fails the test."""
    from emqx_gitops.cli.group import group

    result = CliRunner().invoke(
        group, [*arguments], prog_name="emqx-gitops", catch_exceptions=False
    )
    return Call(result.exit_code, result.stdout, result.stderr)


def new(root: Path, files: Mapping[str, str]) -> Repository:
    """Return a repository at *root* with these *files*."""
    repository = Repository(root)
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        repository.write(name, content)
    return repository


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _make(path: Path, entry: Entry) -> None:
    kind, mode, content = entry
    if kind == "folder":
        path.mkdir(exist_ok=True)
    else:
        assert kind == "file"
        path.write_bytes(content)
    path.chmod(mode)


def _entry(path: Path) -> Entry:
    status = path.lstat()
    mode = stat.S_IMODE(status.st_mode)
    if path.is_symlink():
        return "link", 0, os.fsencode(path.readlink())
    if path.is_dir():
        return "folder", mode, b""
    if not path.is_file():
        return "other", mode, b""
    return "file", mode, path.read_bytes()
