"""
Replace many files at once: all of them or none.

What is new is first written aside, so that full disks and missing rights show before anything
changed; what it replaces is kept until everything is in its place.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from emqx_gitops.fleet.files import make_files

# Thousands of files at a time: pathlib is slow here.
# ruff: noqa: PTH102, PTH103, PTH104, PTH105, PTH112


def swap(root: str, staging: str, new: Mapping[str, str], removed: Iterable[str]) -> None:
    """
    Write *new* texts, by path below *root*, and remove the files *removed*.

    *staging* is a folder that does not exist yet, on the same file system; it is left behind.
    Raises OSError after everything was put back; so does Ctrl-C.
    """
    with _usual_modes():
        os.makedirs(f"{staging}/old")
        os.mkdir(f"{staging}/new")
        make_files(f"{staging}/new", {path: text.encode() for path, text in new.items()})
    with ExitStack() as undo:
        keep = _Keep(f"{staging}/old", undo)
        _settle(f"{staging}/new", root, keep)
        for path in removed:
            keep.take(f"{root}/{path}")
        undo.pop_all()


@dataclass
class _Keep:
    """A folder that keeps what is replaced or removed, until everything is done."""

    folder: str
    undo: ExitStack
    """What puts it back, the last first."""

    count: int = 0

    def replace(self, source: str, target: str) -> None:
        """Put the file *source* in the place of *target*, which need not exist."""
        before = self._next()
        try:
            os.link(target, before, follow_symlinks=False)
        except FileNotFoundError:
            os.replace(source, target)
            self.undo.callback(_quietly, os.unlink, target)
            return
        except OSError:  # not every file system has links
            shutil.copy2(target, before)
        os.replace(source, target)
        self.undo.callback(_quietly, os.replace, before, target)

    def bring(self, source: str, target: str) -> None:
        """Put the folder *source* where there is none yet."""
        os.rename(source, target)
        self.undo.callback(_quietly, shutil.rmtree, target)

    def take(self, target: str) -> None:
        """Remove the file *target*."""
        before = self._next()
        os.rename(target, before)
        self.undo.callback(_quietly, os.rename, before, target)

    def _next(self) -> str:
        self.count += 1
        return f"{self.folder}/{self.count}"


def _quietly(function: Callable[..., object], *arguments: str) -> None:
    with suppress(OSError):
        function(*arguments)


@contextmanager
def _usual_modes() -> Iterator[None]:
    """Have files be readable by all, as Git has them, whatever the user's mask."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def _settle(staged: str, target: str, keep: _Keep) -> None:
    """Move what is *staged* to its place; a folder that is new there moves as a whole."""
    with os.scandir(staged) as found:
        entries = list(found)
    for entry in entries:
        place = f"{target}/{entry.name}"
        if not entry.is_dir(follow_symlinks=False):
            keep.replace(entry.path, place)
        elif os.path.isdir(place):
            _settle(entry.path, place, keep)
        else:
            keep.bring(entry.path, place)
