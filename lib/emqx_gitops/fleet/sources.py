"""
Read what people wrote: environments, clusters, components of their own, overlays of their own.

The only reader of the user's side of the tree. A symbolic link that leads out of the repository is
refused: Flux and Argo CD would not see what lies there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emqx_gitops.fleet.errors import InputError
from emqx_gitops.kustomize.documents import is_generated

OVERLAYS = "overlays"
CLUSTERS = f"{OVERLAYS}/clusters.yaml"
ENVIRONMENT = "environment.yaml"
KUSTOMIZATION = "kustomization.yaml"
EXTRA = "extra"

_LARGEST = 8 * 1024 * 1024
"""Bytes of one file of a component or overlay of somebody's own."""

Files = Mapping[str, bytes]
"""Content of files by path, relative to the repository's root."""


@dataclass(frozen=True)
class EnvironmentSource:
    """An environment as it was written, with the component that belongs to it."""

    name: str
    file: str
    """What to edit: a path from the root, or ``main.py``."""

    text: bytes
    extra: Files = field(default_factory=dict)
    written: bool = True
    """Whether *text* is the file itself, so that places in it mean something to the reader."""


@dataclass(frozen=True)
class OverlaySource:
    """An overlay that somebody wrote by hand, with all files that it builds upon."""

    name: str
    files: Files


@dataclass(frozen=True)
class Sources:
    """Everything that a compile depends on."""

    clusters: bytes | None
    environments: tuple[EnvironmentSource, ...]
    overlays: tuple[OverlaySource, ...]


def read_sources(root: Path, added: tuple[EnvironmentSource, ...] = ()) -> Sources:
    """
    Return the sources below *root*, and the environments *added* in Python, by name.

    Raises InputError.
    """
    folder = root / OVERLAYS
    _inside(root, folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(
            OVERLAYS, "is not a folder", "make it a folder with one folder for each environment"
        )
    environments = {each.name: each for each in added}
    overlays = []
    for each in _folders(folder):
        _inside(root, each)
        file = f"{OVERLAYS}/{each.name}/{ENVIRONMENT}"
        if (root / file).exists() or (root / file).is_symlink():
            if each.name in environments:
                message = f"environment {each.name} is also written in Python"
                raise InputError(file, message, "keep one of the two")
            environments[each.name] = EnvironmentSource(
                name=each.name,
                file=file,
                text=_read(root, root / file),
                extra=_extra(root, each),
            )
        elif (each / KUSTOMIZATION).is_file() and not is_generated(
            _read(root, each / KUSTOMIZATION)
        ):
            files = dict(closure(root, each))
            overlays.append(OverlaySource(each.name, files))
    clusters = root / CLUSTERS
    return Sources(
        clusters=_read(root, clusters) if clusters.exists() or clusters.is_symlink() else None,
        environments=tuple(environments[name] for name in sorted(environments)),
        overlays=tuple(sorted(overlays, key=lambda each: each.name)),
    )


def read_extra(root: Path, name: str) -> Files:
    """Return the files of the component that belongs to the environment *name*, if it has one."""
    return _extra(root, root / OVERLAYS / name)


def closure(root: Path, folder: Path) -> Iterator[tuple[str, bytes]]:
    """
    Yield every file that the kustomization in *folder* needs, by path from *root*.

    Everything in the folder itself, and what it points to outside; ``dist/`` stays out, for it is
    made anew. Raises InputError for what cannot be read or lies outside *root*.
    """
    waiting, seen = [folder], set[Path]()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        for path in _files(root, here):
            content = _read(root, path)
            yield path.relative_to(root).as_posix(), content
            if path.name in {KUSTOMIZATION, "kustomization.yml", "Kustomization"}:
                waiting.extend(_references(root, path.parent, content))


def _references(root: Path, folder: Path, content: bytes) -> Iterator[Path]:
    """Yield the folders and files outside *folder* that a kustomization names."""
    for word in _strings(content):
        if ".." not in word.split("/"):
            continue
        target = Path(os.path.normpath(folder / word))
        inside = target.is_relative_to(root)
        if inside and target.exists() and not target.is_relative_to(root / "dist"):
            yield target


def _strings(content: bytes) -> Iterator[str]:
    """Yield the scalars of a YAML text that could be relative paths."""
    for line in content.decode(errors="replace").splitlines():
        word = line.strip().lstrip("- ").rpartition(": ")[2].strip("'\" ")
        if "/" in word:
            yield word


def _extra(root: Path, folder: Path) -> Files:
    extra = folder / EXTRA
    if not extra.exists():
        return {}
    if not (extra / KUSTOMIZATION).is_file():
        where = extra.relative_to(root).as_posix()
        fix = f"add {KUSTOMIZATION} with `kind: Component`, or rename the folder"
        raise InputError(where, f"has no {KUSTOMIZATION}", fix)
    return dict(closure(root, extra))


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if each.is_dir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(
            OVERLAYS, f"cannot be read: {error.strerror}", "check its rights"
        ) from None


def _files(root: Path, path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for parent, folders, names in os.walk(path, followlinks=False):
        folders.sort()
        for each in folders:
            _inside(root, Path(parent, each))
        for name in sorted(names):
            yield Path(parent, name)


def _inside(root: Path, path: Path) -> None:
    """Raise InputError when a symbolic link at *path* leads out of *root*."""
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        where = path.relative_to(root).as_posix()
        message = "is a symbolic link out of the repository"
        raise InputError(
            where, message, "put a copy in its place: Flux and Argo CD do not follow it"
        )


def _read(root: Path, path: Path) -> bytes:
    _inside(root, path)
    where = path.relative_to(root).as_posix()
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(where, f"is larger than {_LARGEST >> 20} MiB", "split it")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(where, "is a symbolic link to nothing", "remove it") from None
    except OSError as error:
        raise InputError(where, f"cannot be read: {error.strerror}", "check its rights") from None
