"""
From YAML text to nodes: what stands where, before any of it has a meaning.

Built from libyaml's events, with every limit checked while the text is read. PyYAML's own composer
recurses in C, so that deep nesting ends the process, and libyaml takes minutes for 1 MiB of ``[``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from emqx_gitops.manifests.faults import Place, YamlError, explain, tag_error

MAX_DEPTH = 64
"""Mappings and lists that may stand inside one another."""
MAX_NODES = 100_000
"""Keys and values that a file may hold, each counted wherever an alias repeats it."""


class Text(NamedTuple):
    """A scalar; only where it is plain (without quotes) may it be anything but a string."""

    text: str
    plain: bool
    place: Place


class Sequence(NamedTuple):
    """A list."""

    items: list[Node]
    place: Place


class Mapping(NamedTuple):
    """A mapping, with its keys as written: repeated, merged or odd."""

    pairs: list[tuple[Node, Node]]
    place: Place


Node = Text | Sequence | Mapping

_OWN_TAGS = {
    ScalarEvent: "tag:yaml.org,2002:str",
    MappingStartEvent: "tag:yaml.org,2002:map",
    SequenceStartEvent: "tag:yaml.org,2002:seq",
}


def compose(text: str) -> Node | None:
    """
    Return the root of the only document of *text*; None where there is none.

    Raises `YamlError` on broken YAML, more than one document, tags, and what is too large or deep.
    """
    try:
        return _Composer(yaml.CSafeLoader(text).get_event).document()
    except yaml.YAMLError as error:
        raise explain(error, text) from None


def check_count(nodes: int, place: Place) -> None:
    """Refuse more than `MAX_NODES` keys and values."""
    if nodes > MAX_NODES:
        raise YamlError(
            f"more than {MAX_NODES:,} keys and values, counting what aliases repeat",
            place,
            "split the file, or repeat less through aliases",
        )


def check_depth(depth: int, place: Place) -> None:
    """Refuse more than `MAX_DEPTH` levels."""
    if depth > MAX_DEPTH:
        raise YamlError(f"nested more than {MAX_DEPTH} levels deep", place, "nest less")


@dataclass
class _Composer:
    """Takes events; an alias becomes the node that it names, at the place of the alias."""

    take: Callable[[], Any]
    anchors: dict[str, Node | None] = field(default_factory=dict)
    """None while the node is not complete."""
    count: int = 0

    def document(self) -> Node | None:
        self.take()
        if type(self.take()) is StreamEndEvent:
            return None
        root = self.node(self.take(), 0)
        self.take()
        after = self.take()
        if type(after) is not StreamEndEvent:
            raise YamlError(
                "more than one document", _place(after), "keep one, and remove the '---' line here"
            )
        return root

    def node(self, event: Any, depth: int) -> Node:
        place = _place(event)
        self.count += 1
        check_count(self.count, place)
        check_depth(depth, place)
        if type(event) is AliasEvent:
            return self.aliased(event.anchor, place)
        if event.tag not in (None, _OWN_TAGS[type(event)]):
            raise tag_error(event.tag, place)
        if event.anchor is None:
            return self.content(event, place, depth)
        self.anchors[event.anchor] = None
        self.anchors[event.anchor] = node = self.content(event, place, depth)
        return node

    def content(self, event: Any, place: Place, depth: int) -> Node:
        if type(event) is ScalarEvent:
            return Text(event.value, event.implicit[0], place)
        if type(event) is SequenceStartEvent:
            items = []
            while type(following := self.take()) is not SequenceEndEvent:
                items.append(self.node(following, depth + 1))
            return Sequence(items, place)
        pairs = []
        while type(following := self.take()) is not MappingEndEvent:
            key = self.node(following, depth + 1)
            pairs.append((key, self.node(self.take(), depth + 1)))
        return Mapping(pairs, place)

    def aliased(self, name: Any, place: Place) -> Node:
        if name not in self.anchors:
            raise YamlError(
                f"the alias *{name} has no anchor before it",
                place,
                f"write &{name} before the value it repeats; quote a text that begins with '*'",
            )
        node = self.anchors[name]
        if node is None:
            raise YamlError(f"the alias *{name} contains itself", place, "write the value out")
        return node._replace(place=place)


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
