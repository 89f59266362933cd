"""
The user's files, read with care: whatever lies there is content, or one clear message.

What would mean something else to Flux or Argo CD is refused: symbolic links (Flux leaves them out
of what it fetches), files that are none, names that are no text.
"""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emqx_gitops.fleet.errors import InputError

_LARGEST = 8 << 20
"""Bytes of one file."""


def entries(root: Path, folder: Path) -> list[Path]:
    """Return what lies in *folder*, by name, but for what is made by programs."""
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise _unreadable(root, folder, error) from None
    kept = []
    for each in found:
        # Locks of editors are links to nothing.
        if each.name.startswith(".#") or each.name == ".git" or each == root / "dist":
            continue
        try:
            each.name.encode()
        except UnicodeEncodeError:
            where = f"{relative(root, folder)}/{ascii(each.name)[1:-1]}"
            raise InputError(where, "has a name that is no UTF-8", "rename it") from None
        kept.append(each)
    return kept


def files_below(root: Path, path: Path) -> Iterator[Path]:
    """Yield the files at and below *path*, by name."""
    refuse_link(root, path)
    if not path.is_dir():
        yield path
        return
    for each in entries(root, path):
        yield from files_below(root, each)


def refuse_link(root: Path, path: Path) -> None:
    """Raise InputError where *path* is a symbolic link."""
    if path.is_symlink():
        raise InputError(
            relative(root, path),
            "is a symbolic link, which Flux leaves out of what it fetches",
            "put what it points to in its place",
        )


def read_file(root: Path, path: Path, *, link: bool = False) -> bytes:
    """Return the content of the file *path*, which may be a *link* to another in the repository."""
    where = relative(root, path)
    if not link:
        refuse_link(root, path)
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
            message = "is a symbolic link out of the repository"
            raise InputError(where, message, "put a copy in its place")
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(where, "is a folder, and a file belongs there", "rename it")
        if not stat.S_ISREG(status.st_mode):
            raise InputError(where, "is no regular file", "put a file in its place")
        if status.st_size > _LARGEST:
            raise InputError(where, f"is larger than {_LARGEST >> 20} MiB", "split it")
        return path.read_bytes()
    except (FileNotFoundError, RuntimeError):  # the latter for links in a circle
        raise InputError(where, "is a symbolic link to nothing", "remove it") from None
    except OSError as error:
        raise _unreadable(root, path, error) from None


def is_there(root: Path, path: Path) -> bool:
    """Tell whether there is anything at *path*, be it a link to nothing."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        # What cannot be seen must not pass for removed: its generated files would go.
        raise _unreadable(root, path, error) from None
    return True


def relative(root: Path, path: Path) -> str:
    """Return *path* as messages and trees have it."""
    return path.relative_to(root).as_posix()


def _unreadable(root: Path, path: Path, error: OSError) -> InputError:
    return InputError(relative(root, path), f"cannot be read: {error.strerror}", "check its rights")


_WRITERS = 4
"""Threads that make files; most of the time goes to the file system."""


def make_files(folder: str, files: Mapping[str, bytes]) -> None:
    """Write *files* by path below *folder*, several at a time: they are slow to make."""
    items = list(files.items())
    for parent in sorted({name.rpartition("/")[0] for name, _ in items}):
        os.makedirs(f"{folder}/{parent}", exist_ok=True)  # noqa: PTH103  (pathlib is slow)
    shares = [items[start::_WRITERS] for start in range(min(_WRITERS, len(items)))]
    with ThreadPoolExecutor(_WRITERS) as pool:
        for _ in pool.map(_make, itertools.repeat(folder), shares):
            pass


def _make(folder: str, files: Iterable[tuple[str, bytes]]) -> None:
    for name, content in files:
        with open(f"{folder}/{name}", "wb") as file:  # noqa: PTH123  (likewise)
            file.write(content)
