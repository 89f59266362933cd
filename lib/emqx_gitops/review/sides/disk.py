"""Files and folders on disk, and what comes through standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.listing import LARGEST, SUFFIXES, File
from emqx_gitops.review.sides.trees import Placed

STDIN = "-"
"""The name of standard input."""


def list_folder(path: Path, name: str, *, every: bool = False) -> tuple[list[Placed], list[str]]:
    """Return the files below *path*, which the user calls *name*, and the links, left out.

    Files are those that may hold objects, or all with *every*. Raises ReadError.
    """
    files: list[Placed] = []
    links: list[str] = []
    for below, is_link in _walk(path):
        if not every and not below.endswith(SUFFIXES) and not is_link:
            continue
        shown = str(Path(name) / below)
        if is_link:
            links.append(shown)
        else:
            files.append(Placed(below, File(shown, partial(read_file, path / below, shown))))
    return files, links


def list_file(path: Path, name: str) -> File:
    """Return the file *path*, which the user calls *name*; a pipe will do, too."""
    return File(name, partial(read_file, path, name), named=True)


def list_stdin() -> File:
    """Return standard input as one file."""
    return File("standard input", _read_stdin, named=True)


def read_file(path: Path, name: str) -> bytes:
    """Return the bytes of *path*; raise ReadError, with *name*, where that cannot be done."""
    try:
        with path.open("rb") as stream:
            # One byte more than is allowed; a pipe has no size to look at.
            content = stream.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReadError(name, f"cannot be read: {reason}", "mend that and run it again") from None
    return checked(content, name)


def checked(content: bytes, name: str) -> bytes:
    """Return *content*; raise ReadError where it is too long to be read."""
    if len(content) > LARGEST:
        raise too_large(name)
    return content


def too_large(name: str) -> ReadError:
    """Return the error for a file of more than `LARGEST` bytes."""
    return ReadError(
        name,
        f"has more than {LARGEST >> 20} MiB, which is not read",
        "check that it is the right file, or split it",
    )


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise ReadError("standard input", "is closed", "give it something to read, or name a file")
    return checked(sys.stdin.buffer.read(LARGEST + 1), "standard input")


def _walk(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield paths below *folder*, sorted, and whether each is a link; hidden folders are not ours.

    Links are not followed, so that no loop is entered and nothing is read twice.
    """
    pending = [""]
    while pending:
        base = pending.pop()
        try:
            entries = sorted(os.scandir(folder / base), key=lambda entry: entry.name)
        except OSError as error:
            raise ReadError(
                str(folder / base), f"cannot be read: {error.strerror}", "mend that"
            ) from None
        folders = []
        for entry in entries:
            path = f"{base}{entry.name}"
            if entry.is_symlink():
                yield path, True
            elif entry.is_dir():
                if not entry.name.startswith("."):
                    folders.append(f"{path}/")
            elif entry.is_file():
                yield path, False
        pending += reversed(folders)
