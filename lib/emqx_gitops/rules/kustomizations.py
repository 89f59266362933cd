"""Kustomizations as they lie in the repository, with the place of every value."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from emqx_gitops.findings import Finding, Rule, Where
from emqx_gitops.kustomize.documents import is_generated
from emqx_gitops.manifests import Manifest, Place, YamlError, read_document, read_stream
from emqx_gitops.rules.lenient import mapping, texts

Files = Mapping[str, bytes]
"""Contents by path from the repository's root."""

Path = tuple[str | int, ...]

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""File names that Kustomize looks for, in its order."""


@dataclass(frozen=True, slots=True)
class Kustomization:
    """One kustomization file."""

    folder: str
    file: str
    data: Manifest
    generated: bool
    """Whether the compiler wrote it."""

    places: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Place] = field(default_factory=dict)

    @property
    def is_component(self) -> bool:
        """Whether it says that it is a Component."""
        return self.data.get("kind") == "Component"

    def beside(self, path: str) -> str:
        """Return a path that the file names, from the repository's root."""
        return posixpath.normpath(posixpath.join(self.folder, path))

    def listed(self, key: str) -> Iterator[tuple[int, str]]:
        """Yield the strings of the list *key*, with their places in it."""
        yield from enumerate(texts(self.data.get(key)))

    def at(
        self, rule: Rule, environment: str, path: Path, message: str, fix: str | None = None
    ) -> Finding:
        """Return a finding of *rule* about the value at *path*, or about its key."""
        place = self.keys.get(path) or self.places.get(path) or Place(0, 0)
        dotted = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
        where = Where(
            file=self.file,
            line=place.line,
            column=place.column,
            environment=environment,
            path=dotted.removeprefix("."),
        )
        return rule.at(where, message, fix)


def find(files: Files, folder: str) -> Kustomization | None:
    """Return the kustomization in *folder*; None where there is none, or it cannot be read."""
    for name in NAMES:
        file = f"{folder}/{name}"
        content = files.get(file)
        if content is not None:
            return _read(folder, file, content)
    return None


def folders(files: Files) -> Iterator[str]:
    """Yield the folders that hold a kustomization."""
    for path in files:
        folder, _, name = path.rpartition("/")
        if name in NAMES:
            yield folder


def manifests_in(content: bytes) -> list[Manifest]:
    """Return the objects in a file, lists taken apart; none where it cannot be read."""
    try:
        found = _stream(content)
    except YamlError:
        return []
    objects: list[Manifest] = []
    for each in found:
        items = each.get("items") if str(each.get("kind")).endswith("List") else None
        objects += items if type(items) is list else [each]
    return [each for each in objects if type(each) is dict and type(each.get("kind")) is str]


@lru_cache(maxsize=1024)
def _read(folder: str, file: str, content: bytes) -> Kustomization | None:
    generated = is_generated(content)
    if not generated:
        try:
            document = read_document(content)
        except YamlError:
            # Kustomize takes what the strict reader does not; then places are unknown.
            pass
        else:
            data = mapping(document.data)
            return Kustomization(folder, file, data, generated, document.places, document.keys)
    try:
        found = _stream(content)
    except YamlError:
        return None
    return Kustomization(folder, file, found[0] if found else {}, generated)


@lru_cache(maxsize=1024)
def _stream(content: bytes) -> list[Manifest]:
    return read_stream(content)
