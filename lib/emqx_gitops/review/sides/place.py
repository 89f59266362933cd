"""A folder of one side before it is decided what of it is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from emqx_gitops.review.sides.git import Git
from emqx_gitops.review.sides.listing import SUFFIXES, File, Listing
from emqx_gitops.review.sides.revisions import Entries, file_of
from emqx_gitops.review.sides.trees import (
    KUSTOMIZATIONS,
    Placed,
    environment_folder,
    environment_of,
    has_sources,
    not_rendered,
    plain,
    rendered,
)

_ENDINGS = (*SUFFIXES, *KUSTOMIZATIONS)

Compile = Callable[[Path, str], Mapping[str, str]]
"""Compiles the repository in a folder, which people know as the second argument; returns the texts
of its tree by path, ``dist/..``."""

BuildKustomization = Callable[[Path, str], str]
"""Returns the objects that a kustomization builds to, as YAML; its arguments are the same."""


@dataclass(frozen=True)
class Makers:
    """What turns sources into objects, handed in from above; each may take seconds."""

    compile: Compile | None
    """None where the user did not ask to have sources compiled."""
    kustomize: BuildKustomization


@dataclass(frozen=True)
class Place:
    """A folder of one side: everything in it, and a way to have it on disk."""

    label: str
    placed: tuple[Placed, ...]
    rendered: tuple[File, ...]
    """Objects of our environments that are in it."""
    base: str
    """Full path of the folder, or its path from the top of the repository."""
    folder: Callable[[], AbstractContextManager[Path]]
    """Gives the folder on disk, for as long as it is needed."""
    warnings: tuple[str, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)
    """Environments that are the same on the other side, with their numbers of objects."""
    ours: bool = False
    """Whether the other side, or the user, says that only rendered objects count."""
    buildable: bool = True
    """Whether a kustomization in it is built: not where nobody named the folder."""

    fetch: Callable[[Iterable[str]], None] | None = None
    """Reads what has these digests all at once."""

    @property
    def has_rendered(self) -> bool:
        """Whether it holds rendered objects of our environments."""
        return bool(self.rendered or self.unread)

    def listing(self, makers: Makers) -> Listing:
        """Return what of it is compared; raise ReadError, BuildError or EngineError."""
        sources = has_sources(each.below for each in self.placed)
        if makers.compile and sources:
            with self.folder() as folder:
                return self._of(rendered(_texts(makers.compile(folder, self.label))))
        if sources and not self.has_rendered:
            raise not_rendered(self.label)
        if self.has_rendered or self.ours:
            return self._of(self.rendered)
        if self.buildable and any(each.below in KUSTOMIZATIONS for each in self.placed):
            with self.folder() as folder:
                content = makers.kustomize(folder, self.label).encode()
            return Listing(self.label, (File(self.label, lambda: content, named=True),))
        return self._of(plain(self.placed))

    def _of(self, files: tuple[File, ...]) -> Listing:
        return Listing(self.label, files, self.warnings, self.unread, self.fetch)


def _texts(tree: Mapping[str, str]) -> Iterator[Placed]:
    for path, text in sorted(tree.items()):
        yield Placed(path, File(path, text.encode))


def disk_place(name: str, path: Path, files: list[Placed], warnings: tuple[str, ...]) -> Place:
    """Return the folder *path* on disk, which the user calls *name*."""
    base = str(path.resolve())
    return Place(
        name, tuple(files), rendered(files, base), base, lambda: nullcontext(path), warnings
    )


def git_place(git: Git, label: str, entries: Entries, base: str, same: Mapping[str, int]) -> Place:
    """
    Return the folder *base*, with a slash or empty, of a tree in *git*.

    What lies in the folders in *same* is the same on the other side; they come with their numbers
    of objects.
    """
    top = base.rstrip("/")
    below = (each for each in same if each.startswith(base))
    unread = {each: name for each in below if (name := environment_of(each[len(base) :], top))}
    counts = Counter[str]()
    for folder, name in unread.items():
        counts[name] += same[folder]
    placed = tuple(
        Placed(path[len(base) :], file_of(git, path, entry))
        for path, entry in sorted(entries.items())
        if path.startswith(base)
        and environment_folder(path) not in unread
        and path.endswith(_ENDINGS)
        and entry.is_file
    )
    return Place(
        label,
        placed,
        rendered(placed, top),
        top,
        partial(_extracted, git, entries, base),
        unread=counts,
        fetch=git.fetch,
    )


@contextmanager
def _extracted(git: Git, entries: Entries, base: str) -> Iterator[Path]:
    """Write a whole tree to a temporary folder, links and submodules left out; give *base* in it.

    The whole of it, because kustomizations refer to folders beside them.
    """
    import tempfile

    with tempfile.TemporaryDirectory(prefix="emqx-gitops-") as name:
        top = Path(name).resolve()
        git.fetch(entry.digest for entry in entries.values() if entry.is_file and entry.digest)
        for path, entry in entries.items():
            if entry.is_file:
                target = top / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file_of(git, path, entry).read())
        yield top / base


def as_ours(place: Place) -> Place:
    """Return *place* with nothing but rendered objects."""
    return replace(place, ours=True)
