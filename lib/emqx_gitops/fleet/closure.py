"""What a kustomization that somebody wrote is built from: its files, and what it points to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emqx_gitops.fleet.errors import InputError
from emqx_gitops.fleet.files import files_below, is_there, read_file, relative
from emqx_gitops.manifests import YamlError, read_stream

OVERLAYS = "overlays"
ENVIRONMENT = "environment.yaml"
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""Names under which Kustomize finds a kustomization; ours is the first."""

_LONGEST_PATH = 200
"""Characters of a path that a kustomization names; longer words are something else."""

_MOST = 2000
"""Files of one component or overlay of somebody's own, with all that it builds upon."""

Files = Mapping[str, bytes]
"""Content of files by path, relative to the repository's root."""


@dataclass(frozen=True)
class Closure:
    """The files of a kustomization that somebody wrote, and what it builds upon besides."""

    files: Files = field(default_factory=dict)
    upon: frozenset[str] = frozenset()
    """Environments whose generated documents it names."""


def closure(root: Path, folder: Path) -> Closure:
    """
    Return every file that the kustomization in *folder* needs, by path from *root*.

    Everything in the folder itself, and what it points to outside; what is generated stays out,
    for it is made anew. Raises InputError for what cannot be read, and for links.
    """
    files: dict[str, bytes] = {}
    upon: set[str] = set()
    waiting, seen = [folder], set[Path]()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        for path in files_below(root, here):
            content = read_file(root, path)
            files[relative(root, path)] = content
            if len(files) > _MOST:
                message = f"builds upon more than {_MOST} files"
                raise InputError(relative(root, folder), message, "name smaller folders")
            if path.name not in KUSTOMIZATIONS:
                continue
            for target in _references(root, path.parent, content):
                name = _generated_for(root, target)
                if name is None:
                    waiting.append(target)
                elif name:
                    upon.add(name)
    return Closure(files, frozenset(upon))


def _references(root: Path, folder: Path, content: bytes) -> Iterator[Path]:
    """Yield the paths outside *folder*, but below *root*, that a kustomization in it names."""
    try:
        documents = read_stream(content)
    except YamlError:
        return  # Kustomize will say what is wrong with it
    for word in _strings(documents):
        if ".." not in word.split("/") or len(word) > _LONGEST_PATH or not word.isprintable():
            continue
        target = Path(os.path.normpath(folder / word))
        inside = target.is_relative_to(root) and not folder.is_relative_to(target)
        if inside and is_there(root, target):
            yield target


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def _generated_for(root: Path, target: Path) -> str | None:
    """Return whose generated documents *target* is: an environment's, or "" for all; else None."""
    match target.relative_to(root).parts:
        case ("dist", "environments", name, *_):
            return name
        case ("dist", *_):
            return ""
        case (str(top), name, *rest) if top == OVERLAYS and rest in ([], [KUSTOMIZATIONS[0]]):
            return name if is_there(root, root / OVERLAYS / name / ENVIRONMENT) else None
    return None
