"""
One side of a review: its documents as text, read only where somebody asks.

Most documents of two sides are the same text, and are never read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from emqx_gitops.manifests import BlockReader, Manifest, ResourceId, YamlError, glance, to_yaml
from emqx_gitops.manifests.documents import split_documents
from emqx_gitops.review.model import Object
from emqx_gitops.review.shape import misfit
from emqx_gitops.review.sides.errors import ReadError

_RENDERED = re.compile(r"(?:^|/)dist/rendered/([^/]+)/[^/]+$")
_NAMESPACE = re.compile(r"namespace[\"']?: *[\"']?([a-z0-9-]+)")
_ALIAS = re.compile(r"\*\S+")


class SideError(ReadError):
    """A document that cannot be read; ``str()`` says where and why, in one line."""


glanced = lru_cache(maxsize=1 << 16)(glance)
"""Most documents stand on both sides, and are looked at once."""


class Document(NamedTuple):
    """A document of a file, not read yet."""

    text: str
    file: str
    """Path as the user knows it: relative to the repository where there is one."""
    line: int = 1
    environment: str = ""
    """Of our own trees: the folder below ``dist/rendered``; else empty."""


@dataclass(frozen=True)
class Side:
    """All documents of one side, in the order in which kubectl would meet them."""

    label: str
    """What it is called: ``main``, a folder, a file."""
    documents: tuple[Document, ...]
    warnings: tuple[str, ...] = ()
    """What was left out while files were found, a sentence each."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """Environments that are the same on the other side, with their numbers of objects."""


def documents_of(text: str, file: str, environment: str | None = None) -> list[Document]:
    """
    Return the documents of a file's *text*, in order and not read yet.

    The environment is taken from a path like ``dist/rendered/prod/service-emqx.yaml`` where it is
    not given.
    """
    if environment is None:
        found = _RENDERED.search(file)
        environment = found[1] if found else ""
    return [Document(part.text, file, part.line, environment) for part in split_documents(text)]


def objects_of(document: Document, reader: BlockReader | None = None) -> list[Object]:
    """
    Return the objects in *document*: those of a ``List`` each for itself, none in other YAML.

    With one *reader* for many documents, equal parts of their objects are one. Raises `SideError`
    for what is no YAML, and for an object of a shape that its kind cannot have.
    """
    try:
        manifests = (reader or BlockReader()).read(document.text)
    except YamlError as error:
        line = document.line + (error.place.line - 1 if error.place else 0)
        # An alias without anchor is most often a password that begins with an asterisk.
        message = _ALIAS.sub("*...", error.message)
        raise SideError(f"{document.file}:{line}", message, error.fix) from None
    found = [manifest for each in manifests for manifest in _unrolled(each)]
    for manifest in found:
        if path := misfit(manifest):
            fix = f"see `kubectl explain {str(manifest['kind']).lower()}`"
            message = f"{path} has not the shape that it has in a {manifest['kind']}"
            raise SideError(f"{document.file}:{document.line}", message, fix)
    return [Object(each, document.file, document.line, document.text) for each in found]


def _unrolled(manifest: Manifest) -> Iterator[Manifest]:
    kind, items = manifest.get("kind"), manifest.get("items")
    if not isinstance(kind, str) or not isinstance(manifest.get("apiVersion"), str):
        return
    if kind.endswith("List") and isinstance(items, list):
        for item in items:
            if isinstance(item, dict):
                # The items of a typed list may leave out what the list says.
                said = {"apiVersion": manifest["apiVersion"], "kind": kind.removesuffix("List")}
                yield from _unrolled(said | item if kind != "List" else item)
    else:
        yield manifest


@lru_cache(maxsize=1 << 16)
def _namespaces_in(text: str) -> frozenset[str]:
    return frozenset(_NAMESPACE.findall(text))


def _bare(key: ResourceId) -> Manifest:
    metadata = {"name": key.name, "namespace": key.namespace}
    return {"apiVersion": f"{key.group}/", "kind": key.kind, "metadata": metadata}


class Objects(Mapping[ResourceId, Manifest]):
    """All objects of one side, each read when somebody asks for it."""

    def __init__(
        self, documents: Iterable[Document], reader: BlockReader, known: Iterable[Object] = ()
    ) -> None:
        """
        Take the documents of one environment, or of a side without environments.

        *known* are the objects of them that were read before.
        """
        self._reader = reader
        self._documents = tuple(documents)
        self._read: dict[ResourceId, Manifest] = {each.id: each.manifest for each in known}
        self._meant: dict[str, dict[str, list[ResourceId]]] = {}

    @cached_property
    def _places(self) -> dict[ResourceId, Document | Manifest]:
        places: dict[ResourceId, Document | Manifest] = {}
        for document in self._documents:
            seen = glanced(document.text)
            if seen is not None:
                places[seen] = document
            else:
                places |= self._read_all(document)
        return places

    @cached_property
    def _kinds(self) -> dict[str, list[ResourceId]]:
        kinds: dict[str, list[ResourceId]] = {}
        for key in self._places:
            kinds.setdefault(key.kind, []).append(key)
        return kinds

    @cached_property
    def _spaces(self) -> dict[tuple[str, str], list[ResourceId]]:
        spaces: dict[tuple[str, str], list[ResourceId]] = {}
        for key in self._places:
            spaces.setdefault((key.kind, key.namespace), []).append(key)
        return spaces

    def _read_all(self, document: Document) -> dict[ResourceId, Manifest]:
        try:
            return {each.id: each.manifest for each in objects_of(document, self._reader)}
        except SideError:
            # It is the same on both sides, or the review would have ended there.
            return {}

    def __getitem__(self, key: ResourceId) -> Manifest:
        place = self._places[key]
        if not isinstance(place, Document):
            return place
        if key not in self._read:
            self._read |= self._read_all(place)
        if key not in self._read:
            # Of what cannot be read, no more is known than what it is.
            self._read[key] = _bare(key)
        return self._read[key]

    # One for a whole review: finders keep by it what they worked out.
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __iter__(self) -> Iterator[ResourceId]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def ids_of(self, kind: str, namespace: str | None = None) -> Sequence[ResourceId]:
        """Return the keys of *kind*; of one namespace where it is given."""
        if namespace is None:
            return self._kinds.get(kind, ())
        return self._spaces.get((kind, namespace), ())

    def meant_for(self, kind: str, namespace: str) -> Iterator[Manifest]:
        """Yield the objects of *kind* that name *namespace* anywhere; others are not read."""
        if kind not in self._meant:
            found: dict[str, list[ResourceId]] = {}
            for key in self.ids_of(kind):
                place = self._places[key]
                text = place.text if isinstance(place, Document) else to_yaml(place)
                for name in _namespaces_in(text):
                    found.setdefault(name, []).append(key)
            self._meant[kind] = found
        return (self[key] for key in self._meant[kind].get(namespace, ()))
