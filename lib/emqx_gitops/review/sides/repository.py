"""Sides that stand in a git repository: which commits are meant, and what is called how."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from emqx_gitops.review.sides.commits import Commit, commit_of
from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.git import Git
from emqx_gitops.review.sides.listing import Listing
from emqx_gitops.review.sides.place import Place, as_ours, git_place
from emqx_gitops.review.sides.remarks import remarks
from emqx_gitops.review.sides.revisions import (
    Entries,
    also_committed,
    begin_working,
    committed,
    file_of,
    same_environments,
    staged,
    working,
)
from emqx_gitops.review.sides.spec import OnDisk, Revision, Special, Specs
from emqx_gitops.review.sides.trees import own_root


class _Tree(NamedTuple):
    """A tree of the repository, and what of it is meant."""

    label: str
    entries: Entries
    path: str
    """From the top; empty for all of our own tree, or of the repository."""
    must: bool
    """Whether *path* must be there."""
    on_disk: bool = False
    """Whether it is the working tree."""


def find(
    git: Git, specs: Specs, named: Callable[[str], Place | Listing], *, whole: bool
) -> tuple[Place | Listing, Place | Listing]:
    """
    Return both sides of *specs*; *named* returns those on disk. Raises ReadError.

    Environments that are the same on both sides are not listed, unless the *whole* is wanted.
    """
    commit = commit_of(git, specs.old)
    if specs.new is Special.WORKING_TREE and git.top is not None:
        begin_working(git, commit.digest)
    before = committed(git, commit.digest)
    found = [
        named(spec.name) if isinstance(spec, OnDisk) else _tree(git, spec, specs, commit, before)
        for spec in (specs.old, specs.new)
    ]
    trees = [each for each in found if isinstance(each, _Tree)]
    if specs.path and not any(_holds(each) for each in trees):
        raise ReadError(specs.path, "is on neither side", "check the name")
    root = own_root(git.prefix, [each.entries for each in trees])
    same = same_environments(trees[0].entries, trees[-1].entries)
    if whole or len(trees) < len(found) or len({each.path for each in trees}) > 1:
        same = {}
    sides = [_side(git, each, root, same) if isinstance(each, _Tree) else each for each in found]
    places = [each for each in sides if isinstance(each, Place)]
    if len(trees) == len(sides) and any(each.has_rendered for each in places):
        # What one side of a repository renders, the other does not have yet, or no more.
        sides = [as_ours(each) if isinstance(each, Place) else each for each in sides]
    said = remarks([each.entries for each in trees])
    return sides[0], replace(sides[1], warnings=(*sides[1].warnings, *said))


def _tree(git: Git, spec: Special | Revision, specs: Specs, base: Commit, before: Entries) -> _Tree:
    """Return what *spec* stands for; *base* is the commit of the old side, *before* its tree."""
    path = _from_top(git, specs.path, below_root=True)
    if spec is specs.old:
        must = isinstance(spec, Revision) and bool(spec.path)
        if isinstance(spec, Revision) and spec.path:
            path = _from_top(git, spec.path)
        return _checked(_Tree(base.label, before, path, must))
    if isinstance(spec, Revision):
        commit = commit_of(git, spec)
        own = _from_top(git, spec.path) if spec.path else path
        entries = also_committed(git, commit.digest, base.digest, before)
        return _checked(_Tree(commit.label, entries, own, bool(spec.path)))
    if git.top is None:
        raise ReadError("diff", "a bare repository has no working tree", "name two revisions")
    lay = staged if spec is Special.INDEX else working
    if isinstance(specs.old, Revision) and specs.old.path:
        path = _from_top(git, specs.old.path)
    on_disk = spec is Special.WORKING_TREE
    return _Tree(str(spec.value), lay(git, base.digest, before), path, must=False, on_disk=on_disk)


def _checked(tree: _Tree) -> _Tree:
    if tree.must and not _holds(tree):
        from emqx_gitops.emqx.slips import nearest

        names = {path for each in tree.entries for path in (each, each.rpartition("/")[0])}
        guess = nearest(tree.path, names - {""})
        fix = f"did you mean `{guess}`?" if guess else "paths count from the top of the repository"
        raise ReadError(f"{tree.label}:{tree.path}", "no such file or folder there", fix)
    return tree


def _holds(tree: _Tree) -> bool:
    below = f"{tree.path}/"
    return (
        not tree.path
        or tree.path in tree.entries
        or any(path.startswith(below) for path in tree.entries)
    )


def _side(git: Git, tree: _Tree, root: str, same: Mapping[str, int]) -> Place | Listing:
    label = f"{tree.label}:{tree.path}" if tree.must else tree.label
    if tree.path in tree.entries:
        return Listing(label, (file_of(git, tree.path, tree.entries[tree.path], named=True),))
    base = f"{tree.path}/" if tree.path else root
    place = git_place(git, label, tree.entries, base, same)
    if tree.on_disk and git.top is not None:
        where = git.top / place.base
        place = replace(place, folder=lambda: nullcontext(where))
    return replace(place, buildable=bool(tree.path))


def _from_top(git: Git, path: str, *, below_root: bool = False) -> str:
    """Return *path* as git has it; raise ReadError for one outside the repository."""
    if not path:
        return ""
    if below_root or path.startswith(("./", "../")) or path in {".", ".."}:
        path = posixpath.join(f"/{git.prefix}", path)
        if git.top is not None and not path.startswith(f"/{git.prefix}"):
            with suppress(ValueError):
                path = f"/{Path(path).relative_to(git.top)}"
    return posixpath.normpath(f"/{path.lstrip('/')}").lstrip("/")
