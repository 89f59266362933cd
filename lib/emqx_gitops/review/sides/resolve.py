"""
From what was named on the command line to two sides that are read.

The one way into this package; what runs programs or compiles is handed in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from emqx_gitops.review.side import Side
from emqx_gitops.review.sides.disk import list_file, list_folder, list_stdin
from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.listing import Listing, left_out
from emqx_gitops.review.sides.place import Makers, Place, disk_place
from emqx_gitops.review.sides.reading import read_sides
from emqx_gitops.review.sides.spec import STDIN, OnDisk, parse
from emqx_gitops.review.sides.trees import chosen

_NOTHING = os.devnull
"""Stands for a side on which nothing is."""


@dataclass(frozen=True)
class Asked:
    """What the user wants compared."""

    words: tuple[str, ...]
    root: Path
    """The folder that words are seen from."""
    environ: Mapping[str, str]
    staged: bool = False
    environments: frozenset[str] = frozenset()
    """Names of environments; all for none."""


def read(asked: Asked, makers: Makers) -> tuple[Side, Side]:
    """Return both sides, read; raise ReadError, BuildError or EngineError."""
    specs = parse(asked.words, asked.root, staged=asked.staged)
    for word in asked.words:
        if _is_revision_too(word, asked):
            fix = f"write ./{word} for the folder, or git:{word} for the revision"
            raise ReadError(word, "is both a folder and a revision", fix)
    if isinstance(specs.old, OnDisk) and isinstance(specs.new, OnDisk):
        pair = _named(specs.old.name, asked), _named(specs.new.name, asked)
        return _read(pair, asked, makers)
    from emqx_gitops.review.sides.git import Git
    from emqx_gitops.review.sides.repository import find

    with closing(Git(asked.root, asked.environ)) as git:
        # What is compiled may be of one side alone: then all of the other counts.
        old, new = find(git, specs, lambda name: _named(name, asked), whole=bool(makers.compile))
        return _read((old, new), asked, makers)


def _is_revision_too(word: str, asked: Asked) -> bool:
    """Tell whether the folder *word* has the name of a branch or tag; git is asked for few."""
    if "/" in word or not word.strip(".") or not (asked.root / word).is_dir():
        return False
    from emqx_gitops.review.sides.git import Git

    with suppress(ReadError), closing(Git(asked.root, asked.environ)) as git:
        return bool(git.commit(word))
    return False


def _named(name: str, asked: Asked) -> Place | Listing:
    """Return the file or folder *name*."""
    path = asked.root / name
    if name == STDIN:
        return Listing("standard input", (list_stdin(),))
    if not path.exists():
        fix = "check the name" if not path.is_symlink() else "it links to what is not there"
        raise ReadError(name, "no such file or folder", fix)
    if not path.is_dir():
        return Listing(name, (list_file(path, name),))
    files, links = list_folder(path, name)
    return disk_place(name, path, files, left_out(links, "symbolic link"))


def _read(
    pair: tuple[Place | Listing, Place | Listing], asked: Asked, makers: Makers
) -> tuple[Side, Side]:
    old, new = (each if isinstance(each, Listing) else each.listing(makers) for each in pair)
    sides = read_sides(*chosen(old, new, asked.environments))
    if not any(each.documents or each.unread for each in sides) and _NOTHING not in asked.words:
        where = " and ".join(dict.fromkeys(each.label for each in sides))
        raise ReadError(where, "no Kubernetes object on either side", "name what holds manifests")
    return sides
