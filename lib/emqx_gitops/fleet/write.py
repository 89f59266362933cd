"""
Bring the committed tree to what a compile made of it, in a way that a kill cannot spoil.

All new content is first written aside, below ``dist/.staging``; only then do files take their
places, each by one rename, and what they replace is kept until all have. A kill in between leaves
whole files, some old, some new, and the next run finishes.

Files of others are never touched: what is removed must open with our comment, and so must a
kustomization below ``overlays/`` that is replaced.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from emqx_gitops.fleet.errors import InputError
from emqx_gitops.fleet.swap import swap
from emqx_gitops.kustomize.documents import Tree, is_generated

DIST = "dist"
OVERLAYS = "overlays"
STAGING = f"{DIST}/.staging"


@dataclass(frozen=True)
class Changes:
    """How the tree on disk differs from the tree to be: paths, sorted."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every path that differs."""
        return tuple(sorted((*self.created, *self.changed, *self.removed)))

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.created or self.changed or self.removed)


def compare(root: Path, tree: Tree, *, only: frozenset[str] | None = None) -> Changes:
    """
    Return how the files below *root* differ from *tree*.

    With *only*, nothing is stale: files of environments that were not compiled stay. Raises
    InputError where a file of somebody else stands in the way.
    """
    _check_folders(root, tree)
    created, changed = [], []
    for path, text in tree.items():
        there = _read(root, path)
        if there is None:
            created.append(path)
        elif there != text.encode():
            if path.startswith(f"{OVERLAYS}/") and not is_generated(there):
                raise InputError(
                    path,
                    "was written by hand, and this name is ours",
                    "move what it adds to the folder `extra` beside it, then remove it",
                )
            changed.append(path)
    stale = () if only is not None else sorted(_stale(root, tree))
    return Changes(tuple(sorted(created)), tuple(sorted(changed)), tuple(stale))


def apply(root: Path, tree: Tree, changes: Changes) -> None:
    """
    Make *changes* below *root*, all or none of them.

    Raises InputError, and leaves everything as it was, where there is no room, no right, or a link
    in the way. Whatever else ends it early (Ctrl-C) puts everything back too; a kill cannot, and
    leaves whole files, which the next run brings up to date.
    """
    _check_folders(root, (f"{DIST}/", *changes.all))
    _sweep(root)
    if not changes:
        return
    for path in changes.all:
        if os.path.islink(f"{root}/{path}"):  # noqa: PTH114  (thousands of files: pathlib is slow)
            raise _linked(path)
    new = {path: tree[path] for path in (*changes.created, *changes.changed)}
    try:
        swap(str(root), f"{root}/{STAGING}", new, changes.removed)
        for path in changes.removed:
            _remove_empty(root, (root / path).parent)
    except OSError as error:
        raise InputError(
            _place(root, error),
            f"cannot be written: {error.strerror}; nothing was changed",
            _remedy(error),
        ) from None
    finally:
        _sweep(root)


@contextlib.contextmanager
def locked(root: Path, announce: Callable[[str], None]) -> Iterator[None]:
    """Keep other runs away from *root* for as long as the block lasts; wait for one that is on."""
    try:
        handle = os.open(root, os.O_RDONLY)
    except OSError as error:
        raise InputError(
            str(root), f"cannot be opened: {error.strerror}", "check the path"
        ) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce("another run is writing here; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            pass  # not every file system has locks
        yield
    finally:
        os.close(handle)


def _read(root: Path, path: str) -> bytes | None:
    try:
        with open(f"{root}/{path}", "rb") as file:  # noqa: PTH123  (thousands: pathlib is slow)
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise InputError(path, "is a folder, and a file belongs there", "remove it") from None
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror}", "check its rights") from None


def _stale(root: Path, tree: Tree) -> Iterator[str]:
    """Yield files of ours that no source asks for any more."""
    for parent, folders, files in os.walk(root / DIST):
        folders[:] = [name for name in folders if Path(parent, name) != root / STAGING]
        for name in files:
            path = Path(parent, name).relative_to(root).as_posix()
            if path not in tree and _is_ours(root, path):
                yield path
    overlays = root / OVERLAYS
    if overlays.is_dir():
        for folder in overlays.iterdir():
            path = f"{OVERLAYS}/{folder.name}/kustomization.yaml"
            if path not in tree and (root / path).is_file() and _is_ours(root, path):
                yield path


def _is_ours(root: Path, path: str) -> bool:
    try:
        with (root / path).open("rb") as file:
            return is_generated(file.read(256))
    except OSError:
        return False


def _check_folders(root: Path, paths: Iterable[str]) -> None:
    """Raise InputError where a folder of *paths* is a symbolic link, or a file."""
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    for folder in sorted(folders):
        here = root / folder
        if here.is_symlink():
            raise _linked(folder)
        if here.exists() and not here.is_dir():
            raise InputError(folder, "is a file, and a folder belongs there", "remove it")


def _linked(path: str) -> InputError:
    message = "is a symbolic link, and generated files would go through it"
    return InputError(path, message, "put a real folder or file in its place")


def _remove_empty(root: Path, folder: Path) -> None:
    """Remove *folder* and those above it that hold nothing, up to those that always are."""
    while folder not in {root, root / OVERLAYS, root / DIST}:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _sweep(root: Path) -> None:
    """Remove what a run left aside, be it one that was killed."""
    staging = root / STAGING
    if staging.is_dir() and not staging.is_symlink():
        shutil.rmtree(staging, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            staging.unlink(missing_ok=True)
    # Empty where nothing could be written; else this fails.
    with contextlib.suppress(OSError):
        (root / DIST).rmdir()


def _place(root: Path, error: OSError) -> str:
    """Return what could not be written, as the tree has it."""
    for name in (error.filename2, error.filename):
        path = Path(str(name))
        if path.is_relative_to(root) and not path.is_relative_to(root / STAGING):
            return path.relative_to(root).as_posix()
    return DIST


def _remedy(error: OSError) -> str:
    import errno

    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "make room and run synth again"
    return "make it writable and run synth again"
