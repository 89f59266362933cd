"""
Which files of a side are compared: of our own trees only what the clusters get.

A tree is ours where it has ``dist/rendered/<environment>/``; it may lie anywhere below the top.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.listing import SUFFIXES, File, Listing

_RENDERED = re.compile(r"(?:^|/)dist/rendered/(?=([^/]+)/)")
_FOLDER = "dist/rendered/"
_SOURCE = re.compile(r"(?:^|/)overlays/[^/]+/environment\.yaml$")
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""Names of the file that makes a folder a kustomization."""


class Placed(NamedTuple):
    """A file, and its path below the folder that was asked for."""

    below: str
    file: File


def rendered(files: Iterable[Placed], base: str = "") -> tuple[File, ...]:
    """
    Return the rendered objects of our own trees, with their environments; none in other trees.

    A tree below the folder that was asked for is a part of its environments' names: ``eu/prod``.
    *base* is the path of the folder that was asked for, as far as it is known: the folder of one
    environment, or a part of it, is a folder like any other.
    """
    found = []
    names: dict[str, str] = {}
    for below, file in files:
        if not below.endswith(SUFFIXES):
            continue
        folder = below[: below.rfind("/") + 1]
        name = names.get(folder)
        if name is None:
            name = names[folder] = environment_of(folder, base)
        if name:
            found.append(File(file.path, file.read, file.digest, name, file.named))
    return tuple(found)


def environment_of(folder: str, base: str) -> str:
    """Return the environment of what lies in *folder* of *base*; empty where it is none."""
    start = len(base) + 1 if base else 0
    full = f"{base}/{folder}" if base else folder
    match = next((m for m in _RENDERED.finditer(full) if m.start(1) >= start), None)
    if match is None:
        return ""
    root, name = full[start : match.start()], match[1]
    return f"{root}/{name}" if root else name


def environment_folder(path: str) -> str:
    """Return the folder of rendered objects that *path* lies in, with a slash; empty for none."""
    start = path.find(_FOLDER)
    if start < 0 or (start > 0 and path[start - 1] != "/"):
        return ""
    return path[: path.find("/", start + len(_FOLDER)) + 1]


def has_sources(paths: Iterable[str]) -> bool:
    """Tell whether environments of ours are described below, which may be rendered or not."""
    return any(path.endswith("environment.yaml") and _SOURCE.search(path) for path in paths)


def plain(files: Iterable[Placed]) -> tuple[File, ...]:
    """Return the files that may hold objects, leaving out those in hidden folders."""
    return tuple(
        file
        for below, file in files
        if file.named or (below.endswith(SUFFIXES) and not f"/{below}".count("/."))
    )


def own_root(prefix: str, paths: Sequence[Collection[str]]) -> str:
    """Return the root of our own tree that *prefix* lies in, with a slash; empty where none is."""
    root = prefix
    while root:
        rendered_here, overlays = f"{root}dist/rendered/", f"{root}overlays/"
        if any(
            path.startswith(rendered_here)
            or (path.startswith(overlays) and path.endswith("/environment.yaml"))
            for each in paths
            for path in each
        ):
            return root
        root = root[: root.rstrip("/").rfind("/") + 1]
    return ""


def not_rendered(label: str) -> ReadError:
    """Return the error for a side that holds only what people write."""
    return ReadError(
        label,
        "holds environments that are not rendered: there is no dist/rendered",
        "add --build to have both sides compiled",
    )


def chosen(old: Listing, new: Listing, names: frozenset[str]) -> tuple[Listing, Listing]:
    """Return what is of the environments in *names*, all for none; raise ReadError for a name that
    neither side has.
    """
    if not names:
        return old, new
    known = sorted({each.environment for each in (*old.files, *new.files)} - {""} | {*new.unread})
    for name in sorted(names - set(known)):
        from emqx_gitops.emqx.slips import nearest

        guess = nearest(name, known)
        fix = f"did you mean `{guess}`?" if guess else f"there are: {', '.join(known) or 'none'}"
        raise ReadError(name, "no such environment on either side", fix)
    return _only(old, names), _only(new, names)


def _only(listing: Listing, names: frozenset[str]) -> Listing:
    return replace(
        listing,
        files=tuple(each for each in listing.files if each.environment in names),
        unread={name: count for name, count in listing.unread.items() if name in names},
    )
