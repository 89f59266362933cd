"""What the words of the command line name: two sides, each a path, a revision or standard input."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from emqx_gitops.review.sides.errors import ReadError

STDIN = "-"
"""The name of standard input."""

_GIT = "git:"


class Special(Enum):
    """Sides that have no name of their own."""

    BASE = "merge base"
    """The commit where HEAD left the default branch."""
    INDEX = "index"
    WORKING_TREE = "working tree"


class Revision(NamedTuple):
    """A tree of git."""

    name: str
    path: str = ""
    """Below the top of the repository, or below its root if it begins with ``./``."""
    parted: str = ""
    """Another revision: the side is the commit where both parted."""


class OnDisk(NamedTuple):
    """A file or folder; ``-`` is standard input."""

    name: str


Spec = Special | Revision | OnDisk


class Specs(NamedTuple):
    """Both sides, as they were named."""

    old: Spec
    new: Spec
    path: str = ""
    """A path to which sides of a repository are narrowed down; empty for all."""


def parse(words: tuple[str, ...], root: Path, *, staged: bool) -> Specs:
    """Return what *words* name, seen from the folder *root*; raise ReadError for what is unclear.

    Nothing is read; a word is a path where something of that name is there.
    """
    if not all(words):
        raise ReadError("diff", "a side without a name", "see whether a variable is not set")
    if staged:
        if len(words) > 1:
            raise _too_many("--staged takes one revision at most")
        return Specs(Revision(words[0] if words else "HEAD"), Special.INDEX)
    if words.count(STDIN) > 1:
        raise ReadError(STDIN, "standard input on both sides", "name a file for one of them")
    match words:
        case ():
            return Specs(Special.BASE, Special.WORKING_TREE)
        case (one,):
            return _range(one, "") if _is_range(one, root) else _one(one, root)
        case (first, second):
            if _is_range(first, root):
                return _range(first, second)
            return Specs(_spec(first, root), _spec(second, root))
    raise _too_many(f"{len(words)} sides, and a comparison has two")


def _one(word: str, root: Path) -> Specs:
    """Return what one word alone is compared with: the working tree."""
    if word == STDIN:
        raise ReadError(STDIN, "one side alone", "name the other, as in `diff main -`")
    one = _spec(word, root)
    if isinstance(one, OnDisk):
        return Specs(Special.BASE, Special.WORKING_TREE, one.name)
    return Specs(one, Special.WORKING_TREE)


def _is_range(word: str, root: Path) -> bool:
    return ".." in word and not _is_path(word, root) and not word.startswith(_GIT)


def _range(words: str, path: str) -> Specs:
    """Return the sides of ``A..B`` or ``A...B``; what is left out is HEAD, as in git."""
    if "..." in words:
        old, _, new = words.partition("...")
        return Specs(Revision(old or "HEAD", "", new or "HEAD"), Revision(new or "HEAD"), path)
    old, _, new = words.partition("..")
    return Specs(Revision(old or "HEAD"), Revision(new or "HEAD"), path)


def _spec(word: str, root: Path) -> Revision | OnDisk:
    if word.startswith(_GIT):
        name, _, path = word.removeprefix(_GIT).partition(":")
        return Revision(name or "HEAD", path)
    if _is_path(word, root):
        return OnDisk(word)
    name, _, path = word.partition(":")
    return Revision(name, path)


def _is_path(word: str, root: Path) -> bool:
    clear = word == STDIN or word.startswith(("/", "./", "../")) or word in {".", ".."}
    return clear or os.path.lexists(root / word)


def _too_many(message: str) -> ReadError:
    return ReadError("diff", message, "see `emqx-gitops diff --help`")
