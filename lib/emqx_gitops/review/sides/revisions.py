"""What stands in a commit, in the index and in the working tree."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from emqx_gitops.review.sides.disk import checked, read_file
from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.git import Git
from emqx_gitops.review.sides.listing import SUFFIXES, File
from emqx_gitops.review.sides.trees import environment_folder

_LINK, _SUBMODULE, _FOLDER = "120000", "160000", "040000"
_UNMERGED = "U"


class Entry(NamedTuple):
    """A path of a tree."""

    mode: str
    digest: str
    """Empty where only the disk has the content."""

    @property
    def is_file(self) -> bool:
        """Whether it has content of its own."""
        return self.mode not in {_LINK, _SUBMODULE, _FOLDER}


Entries = Mapping[str, Entry]
"""Paths from the top of the repository."""


def committed(git: Git, tree: str) -> Entries:
    """Return everything in *tree*, the digest of a commit or tree; nothing for an empty one."""
    if not tree:
        return {}
    listed = git.ask("ls-tree", "-r", "-z", "--full-tree", tree)
    found = {}
    for line in listed.split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, _, digest = about.decode().split(" ")
        found[os.fsdecode(path)] = Entry(mode, digest)
    return found


def also_committed(git: Git, tree: str, other: str, entries: Entries) -> Entries:
    """Return everything in *tree*, as `committed`; *entries* are those of the *other* tree."""
    # What few files differ by is told sooner than what there is.
    if not tree or not other:
        return committed(git, tree)
    # Not `git diff`, which reads the user's settings.
    raw = git.ask("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", other, tree)
    return _laid_over(git, entries, raw)


def same_environments(old: Entries, new: Entries) -> dict[str, int]:
    """Return the folders of rendered objects that are the same in both trees, each with the number
    of files in it that hold an object.
    """
    touched = {environment_folder(path) for path, _ in old.items() ^ new.items()} | {""}
    found: dict[str, int] = {}
    for path, entry in new.items():
        folder = environment_folder(path)
        if folder not in touched and path.endswith(SUFFIXES) and entry.is_file:
            found[folder] = found.get(folder, 0) + 1
    return found


_UNTRACKED = ("ls-files", "-z", "--others", "--exclude-standard")
_DIFF = (
    *("-c", "diff.relative=false", "diff", "--raw", "-z", "--no-abbrev", "--no-renames"),
    *("--no-ext-diff", f"-O{os.devnull}"),
)
_AS_CHECKED_OUT = "--ignore-submodules=all"
"""Whatever is done in a submodule is no change of this repository's files."""


def begin_working(git: Git, commit: str) -> None:
    """Have git look at the working tree, which `working` will ask for."""
    git.begin(*_UNTRACKED)
    if commit:
        git.begin(*_DIFF, _AS_CHECKED_OUT, commit, "--")


def staged(git: Git, commit: str, entries: Entries) -> Entries:
    """Return what the index holds; *entries* are those of *commit*."""
    tree = commit or git.ask("hash-object", "-t", "tree", os.devnull).decode().strip()
    return _changed(git, entries, "--cached", tree)


def working(git: Git, commit: str, entries: Entries) -> Entries:
    """Return what the working tree holds, with files that are not ignored; *entries* are those of
    *commit*.
    """
    tree = commit or git.ask("hash-object", "-t", "tree", os.devnull).decode().strip()
    found = dict(_changed(git, entries, tree))
    untracked = git.ask(*_UNTRACKED)
    for path in untracked.split(b"\0")[:-1]:
        if not path.endswith(b"/"):  # a repository of its own
            found[os.fsdecode(path)] = _on_disk(git, os.fsdecode(path))
    return found


def _on_disk(git: Git, path: str) -> Entry:
    link = git.top is not None and (git.top / path).is_symlink()
    return Entry(_LINK if link else "100644", "")


def _changed(git: Git, entries: Entries, *against: str) -> Entries:
    """Lay what differs from *against* over *entries*."""
    raw = git.ask(*_DIFF, _AS_CHECKED_OUT, *against, "--")
    return _laid_over(git, entries, raw, in_index="--cached" in against)


def _laid_over(git: Git, entries: Entries, raw: bytes, *, in_index: bool = False) -> Entries:
    """Return *entries* with what git lists in *raw*."""
    found = dict(entries)
    for about, path in _pairs(raw):
        _, mode, _, digest, status = about.split(" ")
        if status == "D":
            found.pop(path, None)
        elif status.startswith(_UNMERGED):
            if in_index:
                raise ReadError(path, "is not merged", "resolve the conflict and `git add` it")
            found[path] = _on_disk(git, path)
        else:
            found[path] = Entry(mode, digest.strip("0") and digest)
    return found


def _pairs(raw: bytes) -> Iterator[tuple[str, str]]:
    words = raw.split(b"\0")[:-1]
    return ((words[i].decode(), os.fsdecode(words[i + 1])) for i in range(0, len(words), 2))


def file_of(git: Git, path: str, entry: Entry, *, named: bool = False) -> File:
    """Return the file at *path*, which is read from git or from the working tree."""
    if entry.digest:
        read = partial(_blob, git, entry.digest, path)
    elif git.top is not None:
        read = partial(read_file, git.top / path, path)
    else:
        raise ReadError(path, "is in no working tree", "name two revisions")
    return File(path, read, entry.digest, named=named)


def _blob(git: Git, digest: str, path: str) -> bytes:
    found = git.get(digest)
    if found is None:
        raise ReadError(path, "is not in the repository", "fetch it: `git fetch --refetch`")
    return checked(found.content, path)
