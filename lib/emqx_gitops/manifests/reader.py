"""
The strict reader, for files that people write.

Says where each value stands, and refuses what some YAML reader would take for something else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emqx_gitops.manifests.faults import Place, YamlError
from emqx_gitops.manifests.identity import ValuePath
from emqx_gitops.manifests.nodes import (
    Mapping,
    Node,
    Sequence,
    Text,
    check_count,
    check_depth,
    compose,
)
from emqx_gitops.manifests.scalars import Scalar, misreading, resolve
from emqx_gitops.manifests.source import decode_written

_NODE_LENGTH = 64
"""Characters that count as one more node: aliases repeat long texts too."""


@dataclass(frozen=True)
class Document:
    """What a file says, and where it says it."""

    data: Any
    """The values as plain data; the top is a mapping."""
    places: dict[ValuePath, Place]
    """Where each value begins; for an alias, where the alias stands."""
    keys: dict[ValuePath, Place]
    """Where the key of each value begins; items of lists have none."""


def read_document(source: bytes) -> Document:
    """
    Return what *source* says, where all YAML readers would agree on it.

    Raises `YamlError`, and nothing else: for broken text and encodings, for what has more than one
    meaning (a repeated key, ``on``, ``0123``), for tags, and for what is too large or too deep.
    """
    root = compose(decode_written(source))
    if root is None or (isinstance(root, Text) and root.plain and not root.text):
        raise YamlError("the file is empty", Place(1, 1), "write the document, or remove the file")
    if not isinstance(root, Mapping):
        raise YamlError("the top of the file is no mapping", root.place, "write 'key: value' lines")
    builder = _Builder()
    return Document(builder.value(root, ()), builder.places, builder.keys)


@dataclass
class _Builder:
    """Makes values of nodes, and remembers the place of each."""

    places: dict[ValuePath, Place] = field(default_factory=dict)
    keys: dict[ValuePath, Place] = field(default_factory=dict)
    count: int = 0

    def value(self, node: Node, path: ValuePath) -> Any:
        self.places[path] = node.place
        self.spend(node)
        check_depth(len(path), node.place)
        if isinstance(node, Text):
            return _scalar(node)
        if isinstance(node, Sequence):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.items)]
        pairs = self.pairs(node, 0)
        self.keys |= {(*path, key): place for key, (place, _) in pairs.items()}
        return {key: self.value(child, (*path, key)) for key, (_, child) in pairs.items()}

    def pairs(self, node: Mapping, depth: int) -> dict[str, tuple[Place, Node]]:
        """Return keys, their places and values: first what *node* says, then what it merges."""
        self.spend(node)
        check_depth(depth, node.place)
        pairs: dict[str, tuple[Place, Node]] = {}
        merge: tuple[Place, Node] | None = None
        for key_node, value in node.pairs:
            self.spend(key_node)
            key, place = _key(key_node), key_node.place
            is_merge = key == "<<" and isinstance(key_node, Text) and key_node.plain
            before = merge if is_merge else pairs.get(key)
            if before is not None:
                raise _repeated(key, before[0], place)
            if is_merge:
                merge = (place, value)
            else:
                pairs[key] = (place, value)
        for base in _bases(merge[1]) if merge else ():
            for key, pair in self.pairs(base, depth + 1).items():
                self.spend(base)
                pairs.setdefault(key, pair)
        return pairs

    def spend(self, node: Node) -> None:
        """Count *node*, wherever an alias repeats it."""
        self.count += 1 + (len(node.text) // _NODE_LENGTH if isinstance(node, Text) else 0)
        check_count(self.count, node.place)


def _scalar(node: Text) -> Scalar:
    if not node.plain:
        return node.text
    if wrong := misreading(node.text):
        raise YamlError(wrong.message, node.place, wrong.fix)
    return resolve(node.text)


def _key(node: Node) -> str:
    """Return the text of a key; raise where a reader would make anything else of it."""
    if not isinstance(node, Text):
        raise YamlError(
            "a mapping or list where a key must stand",
            node.place,
            "write a word; quote a value such as '{{ x }}' as a whole",
        )
    if node.plain and not node.text:
        raise YamlError("an empty key", node.place, "write the key before its ':'")
    if node.plain and (misreading(node.text) or not isinstance(resolve(node.text), str)):
        raise YamlError(
            f"the key {node.text} is not text to every YAML reader",
            node.place,
            f'write "{node.text}" in quotes',
        )
    return node.text


def _bases(merged: Node) -> list[Mapping]:
    """Return the mappings that ``<<`` names; the first of them wins."""
    nodes = merged.items if isinstance(merged, Sequence) else [merged]
    for node in nodes:
        if not isinstance(node, Mapping):
            raise YamlError("'<<' merges what is no mapping", node.place, "name mappings only")
    return [node for node in nodes if isinstance(node, Mapping)]


def _repeated(key: str, first: Place, second: Place) -> YamlError:
    return YamlError(
        f"the key {key} stands twice, on line {first.line} and on line {second.line}",
        second,
        "keep one of them",
    )
