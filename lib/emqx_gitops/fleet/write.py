"""
Bring the committed tree to what a compile made of it, in a way that a kill cannot spoil.

All new content is first written aside, below ``dist/.staging``; only then do files take their
places, each by one rename. Full disks and missing rights show before the first rename. A kill in
between leaves whole files, some old, some new, and the next run finishes.

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
    Make *changes* below *root*.

    Raises InputError before anything changed when there is no room, no right, or a link in the way.
    """
    _sweep(root)
    if not changes:
        return
    _check_ways(root, changes.all)
    try:
        _stage(f"{root}/{STAGING}", tree, (*changes.created, *changes.changed))
    except OSError as error:
        _sweep(root)
        raise InputError(
            DIST, f"cannot be written: {error.strerror}; nothing was changed", _remedy(error)
        ) from None
    try:
        _settle(f"{root}/{STAGING}", str(root))
        for path in changes.removed:
            _remove(root, path)
    except OSError as error:
        raise InputError(
            str(error.filename or DIST),
            f"cannot be replaced: {error.strerror}; some files are new, some old",
            "mend that and run synth again: it finishes what it began",
        ) from None
    finally:
        _sweep(root)


def _stage(staging: str, tree: Tree, paths: Iterable[str]) -> None:
    """Write the new content of *paths* below *staging*."""
    os.makedirs(staging)  # noqa: PTH103  (thousands of files: pathlib is slow)
    made: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder not in made:
            made.add(folder)
            os.makedirs(f"{staging}/{folder}", exist_ok=True)  # noqa: PTH103  (likewise)
        with open(f"{staging}/{path}", "wb") as file:  # noqa: PTH123  (likewise)
            file.write(tree[path].encode())


def _settle(staged: str, target: str) -> None:
    """Move what is *staged* to its place; a folder that is new there moves as a whole."""
    for entry in os.scandir(staged):
        place = f"{target}/{entry.name}"
        if entry.is_dir(follow_symlinks=False) and os.path.isdir(place):  # noqa: PTH112  (likewise)
            _settle(entry.path, place)
        else:
            os.replace(entry.path, place)  # noqa: PTH105  (likewise)


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
        yield
    finally:
        os.close(handle)


def _read(root: Path, path: str) -> bytes | None:
    try:
        return (root / path).read_bytes()
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


def _check_ways(root: Path, paths: Iterable[str]) -> None:
    """Raise InputError where a symbolic link, or a file in a folder's place, is in the way."""
    folders: set[str] = set()
    for path in paths:
        if os.path.islink(f"{root}/{path}"):  # noqa: PTH114  (thousands of files: pathlib is slow)
            raise _linked(path)
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


def _remove(root: Path, path: str) -> None:
    target = root / path
    target.unlink(missing_ok=True)
    folder = target.parent
    while folder not in {root, root / OVERLAYS, root / DIST}:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _sweep(root: Path) -> None:
    """Remove what a run that was killed left aside."""
    shutil.rmtree(root / STAGING, ignore_errors=True)


def _remedy(error: OSError) -> str:
    import errno

    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "make room and run synth again"
    return "make the folder writable and run synth again"
