"""Where a changed value stands in its file: looked up only for what is reported."""

from __future__ import annotations

from typing import Any, NamedTuple

from emqx_gitops.manifests import Place as Position
from emqx_gitops.manifests import YamlError, read_document
from emqx_gitops.manifests.identity import ValuePath
from emqx_gitops.review.model import Change, Item, Object, Path
from emqx_gitops.review.reports.values import visible

_LARGEST = 2_000_000
"""Characters of a document; in a larger one nobody waits for the line of a field."""


class Place(NamedTuple):
    """A line of a file; the file is empty where the object came from none."""

    file: str
    line: int


class Places:
    """Finds lines, and reads each document once."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[Object, dict[ValuePath, Position]]] = {}

    def of(self, change: Change, path: Path) -> Place:
        """Return where *path* stands in the object, or the nearest value above it."""
        found = change.object
        positions = self._positions(found)
        exact = _indices(found.manifest, path)
        while exact and exact not in positions:
            exact = exact[:-1]
        before = positions[exact].line - 1 if exact in positions else 0
        return Place(visible(found.file), max(1, found.line + before))

    def _positions(self, found: Object) -> dict[ValuePath, Position]:
        # By identity: objects hold mappings and have no hash. They are kept, so none is reused.
        known = self._read.get(id(found))
        if known is None:
            known = self._read[id(found)] = (found, _positions(found.text))
        return known[1]


def _positions(text: str) -> dict[ValuePath, Position]:
    """Return where keys and items begin; nothing where the strict reader refuses the text."""
    if not text or len(text) > _LARGEST:
        return {}
    try:
        document = read_document(text.encode(errors="replace"))
    except YamlError:
        return {}
    return document.places | document.keys


def _indices(manifest: Any, path: Path) -> ValuePath:
    """Return *path* with the index of each keyed item, as far as *manifest* has it."""
    value, found = manifest, []
    for step in path:
        key = _index(value, step) if isinstance(step, Item) else step
        if key is None:
            break
        found.append(key)
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            break
    return tuple(found)


def _index(items: Any, item: Item) -> int | None:
    """Return the place of the item that has all keys; one that leaves a key out has its default."""
    if not isinstance(items, list):
        return None
    candidates = [(index, each) for index, each in enumerate(items) if isinstance(each, dict)]
    for strict in (True, False):
        for index, each in candidates:
            if all(_agrees(each, key, value, strict=strict) for key, value in item.keys):
                return index
    return None


def _agrees(item: dict[str, Any], key: str, value: object, *, strict: bool) -> bool:
    current: Any = item
    for part in key.split("."):
        current = current.get(part) if isinstance(current, dict) else None
    return str(current) == str(value) or (not strict and current is None)
