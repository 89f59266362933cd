"""
Read what people wrote: environments, clusters, components of their own, overlays of their own.

The only reader of the user's side of the tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from emqx_gitops.fleet.closure import (
    ENVIRONMENT,
    KUSTOMIZATIONS,
    OVERLAYS,
    Closure,
    Files,
    closure,
)
from emqx_gitops.fleet.errors import InputError
from emqx_gitops.fleet.files import entries, is_there, read_file, refuse_link, relative
from emqx_gitops.kustomize.documents import is_generated

CLUSTERS = f"{OVERLAYS}/clusters.yaml"
EXTRA = "extra"


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

    upon: frozenset[str] = frozenset()
    """Other environments that *extra* builds upon."""


@dataclass(frozen=True)
class OverlaySource:
    """An overlay that somebody wrote by hand, with all files that it builds upon."""

    name: str
    files: Files
    upon: frozenset[str] = frozenset()
    """Environments whose generated documents it builds upon."""


@dataclass(frozen=True)
class Sources:
    """Everything that a compile depends on."""

    clusters: bytes | None
    environments: tuple[EnvironmentSource, ...]
    overlays: tuple[OverlaySource, ...]

    @property
    def all(self) -> tuple[EnvironmentSource | OverlaySource, ...]:
        """Everything that is compiled."""
        return (*self.environments, *self.overlays)


def read_sources(root: Path, added: tuple[EnvironmentSource, ...] = ()) -> Sources:
    """
    Return the sources below *root*, and the environments *added* in Python, by name.

    Raises InputError.
    """
    environments: dict[str, EnvironmentSource] = {}
    for source in added:
        if environments.setdefault(source.name, source) != source:
            message = f"environment {source.name} is added twice"
            raise InputError(source.file, message, "keep one of the two")
    overlays = []
    for folder in _folders(root):
        file = f"{OVERLAYS}/{folder.name}/{ENVIRONMENT}"
        if is_there(root, root / file):
            if folder.name in environments:
                message = f"environment {folder.name} is also written in Python"
                raise InputError(file, message, "keep one of the two")
            environments[folder.name] = _environment(root, folder)
            continue
        _check_ending(root, folder)
        kustomization = _kustomization(root, folder)
        if kustomization is not None and not is_generated(read_file(root, kustomization)):
            found = closure(root, folder)
            overlays.append(OverlaySource(folder.name, found.files, found.upon))
    clusters = root / CLUSTERS
    return Sources(
        clusters=read_file(root, clusters, link=True) if is_there(root, clusters) else None,
        environments=tuple(environments[name] for name in sorted(environments)),
        overlays=tuple(sorted(overlays, key=lambda each: each.name)),
    )


def _environment(root: Path, folder: Path) -> EnvironmentSource:
    for name in KUSTOMIZATIONS[1:]:
        if is_there(root, folder / name):
            message = f"stands beside the {KUSTOMIZATIONS[0]} that is ours: Kustomize takes one"
            where = relative(root, folder / name)
            raise InputError(where, message, f"move what it adds to the folder `{EXTRA}`")
    extra = _extra(root, folder)
    return EnvironmentSource(
        name=folder.name,
        file=relative(root, folder / ENVIRONMENT),
        text=read_file(root, folder / ENVIRONMENT, link=True),
        extra=extra.files,
        upon=extra.upon - {folder.name},
    )


def _extra(root: Path, folder: Path) -> Closure:
    extra = folder / EXTRA
    if not is_there(root, extra):
        return Closure()
    refuse_link(root, extra)
    where = relative(root, extra)
    if not extra.is_dir():
        raise InputError(where, "is not a folder", "make it a folder, or rename it")
    if _kustomization(root, extra) is None:
        fix = f"add {KUSTOMIZATIONS[0]} with `kind: Component`, or rename the folder"
        raise InputError(where, f"has no {KUSTOMIZATIONS[0]}", fix)
    return closure(root, extra)


def _check_ending(root: Path, folder: Path) -> None:
    """Raise InputError for a file that was meant to be an environment."""
    for name in ("environment.yml", "environment.json", "Environment.yaml"):
        if is_there(root, folder / name):
            where = relative(root, folder / name)
            raise InputError(where, "is not read under this name", f"rename it to {ENVIRONMENT}")


def _kustomization(root: Path, folder: Path) -> Path | None:
    found = [folder / name for name in KUSTOMIZATIONS if is_there(root, folder / name)]
    if len(found) > 1:
        message = f"stands beside {found[0].name}, and Kustomize takes one"
        raise InputError(relative(root, found[1]), message, "keep one of them")
    return found[0] if found else None


def _folders(root: Path) -> list[Path]:
    """Return the folders below ``overlays/``, by name."""
    folder = root / OVERLAYS
    if not is_there(root, folder):
        return []
    refuse_link(root, folder)
    if not folder.is_dir():
        fix = "make it a folder with one folder for each environment"
        raise InputError(OVERLAYS, "is not a folder", fix)
    found = [each for each in entries(root, folder) if each != root / CLUSTERS]
    for each in found:
        refuse_link(root, each)
    return [each for each in found if each.is_dir()]
