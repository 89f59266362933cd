"""
A folder for Kustomize to build in, which lives as long as its run.

A run that is killed leaves its folder behind; the next one removes it. A run holds a lock in its
own folder, so that only what nobody uses is removed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from emqx_gitops.fleet.errors import InputError

_PREFIX = "emqx-gitops-"
_LOCK = ".emqx-gitops-run"
"""The file that is locked; a folder without it is none of ours."""

_MEMORY = Path("/dev/shm")  # noqa: S108  (each folder in it is made as `mkdtemp` does)
_ROOMY = 1 << 30
"""Bytes free in memory from which it is used: containers often have 64 MiB, for other things."""


@contextmanager
def workspace() -> Iterator[Path]:
    """
    Make an empty folder, and remove it at the end.

    Raises InputError where there is none to be had, and where it is too small for what is built.
    """
    try:
        parent = _parent()
        _sweep(parent)
        folder, lock = _make(parent)
    except OSError as error:
        raise _no_room(os.environ.get("TMPDIR") or "/tmp", error) from None  # noqa: S108  (a name)
    try:
        yield folder
    except OSError as error:
        # A full disk is told by no name: all that is written meanwhile is written here.
        full = error.filename is None and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        if full or str(error.filename).startswith(str(folder)):
            raise _no_room(str(parent), error) from None
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _parent() -> Path:
    """
    Return where to make the folder: in memory where there is plenty, unless TMPDIR says where.

    Thousands of small files are slow to make and to remove on a disk, and slow down those that are
    made after them (``recently_deleted`` in fs/ext4/ialloc.c).
    """
    if not any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")):
        with suppress(OSError):
            status = os.statvfs(_MEMORY)
            free = status.f_bavail * status.f_frsize
            if free >= _ROOMY and os.access(_MEMORY, os.W_OK | os.X_OK):
                return _MEMORY
    return Path(tempfile.gettempdir())


def _make(parent: Path) -> tuple[Path, int]:
    """Return a new folder and the lock on it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        if _lock(lock) and folder.exists():
            return folder, lock
        os.close(lock)  # taken for one that nobody uses, before it was locked


def _lock(file: int) -> bool:
    """Lock *file* and tell whether it is ours now; where there are no locks, nobody sweeps."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _sweep(parent: Path) -> None:
    """Remove the folders of runs that were killed."""
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    _remove_unused(Path(entry.path))


def _remove_unused(folder: Path) -> None:
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        if os.fstat(lock).st_uid == os.geteuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _no_room(where: str, error: OSError) -> InputError:
    fix = "make room there, or name another folder in TMPDIR"
    return InputError(where, error.strerror or str(error), fix)
