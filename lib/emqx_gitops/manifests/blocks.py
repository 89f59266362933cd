"""
The reader for many documents that have much in common: what it read once, it does not read again.

It knows the plain block style that kubectl, Kustomize and our writer print, splits a text into the
blocks of its keys and items, and looks each block up by its text before it goes into it. So equal
parts of documents become one shared object, which callers must not change. Whatever it is not sure
of goes to `read_stream`: the two never disagree.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from typing import Any

from emqx_gitops.manifests.faults import YamlError
from emqx_gitops.manifests.identity import Manifest
from emqx_gitops.manifests.scalars import resolve

_MOST_BLOCKS = 1 << 18
"""Blocks that are kept; then all are dropped and collected anew."""
_DEEPEST = 100

_COMMENTS = re.compile(r"(?:[ ]*(?:#[^\n]*)?(?:\n|\Z))*")
_INDENT = re.compile(r"(?:[ ]*(?:#[^\n]*)?\n)*([ ]*)")
_KEY = re.compile(
    r"([ ]*)(?:([A-Za-z0-9_./$][\w./$@-]*)|\"([^\"\\\n]*)\"|'([^'\n]*)'):"
    r"(?:[ ]+(\S[^\n]*))?[ ]*(?:\n|\Z)"
)
_ITEM = re.compile(r"([ ]*-)(?:[ ]+([^ ])|[ ]*(?:\n|\Z))")
_COMMENT_AFTER = re.compile(r"[ ]+#[^\n]*\Z")
_PLAIN = re.compile(r"(?![-?:][ ]|[-?:]\Z|---|\.\.\.)[^\s\[\]{},#&*!|>'\"%@`][^\n]*")
_NOT_PLAIN = re.compile(r":[ ]|:\Z|[ ]#")
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\[\"\\nrtbf])*\"|'(?:[^'\n]|'')*'")
_FLOW = re.compile(r"[\[{][^&*!|>%@`#?\n]*[\]}]")
_LITERAL = re.compile(r"\|([-+]?)")


def _is_odd(text: str) -> bool:
    """Tell of tabs, other line ends and whatever the readers of YAML forbid or disagree on."""
    if text.isascii():
        return not text.replace("\n", "").isprintable()
    return _odd().search(text) is not None


@cache
def _odd() -> re.Pattern[str]:
    # Python takes its time for so large a set.
    return re.compile(r"[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


class _UnsureError(Exception):
    """The text is not in the style that is known here."""


class BlockReader:
    """Reads documents, and keeps what their blocks were."""

    def __init__(self) -> None:
        """Begin with no block known."""
        self._known: dict[str, Any] = {}

    def read(self, text: str) -> list[Manifest]:
        """Return what `read_stream` returns, or raise what it raises."""
        try:
            return [self._document(text)]
        except _UnsureError:
            return _read_stream(text)

    def _document(self, text: str) -> Manifest:
        if not text.endswith("\n") or _is_odd(text):
            raise _UnsureError
        if len(self._known) > _MOST_BLOCKS:
            self._known.clear()
        # Every block is the text up to a line end that does not belong to it.
        body = text[:-1]
        if _indent(body) != 0 or body.startswith("%"):
            raise _UnsureError
        return self._mapping(body, 0, 0)

    def _mapping(self, body: str, indent: int, depth: int) -> Manifest:
        known = self._known
        mapping: Manifest = {}
        for block in _keys_at(indent).split(body):
            found = known.get(block)
            if found is None:
                found = self._entry(block, indent, depth)
                if found is None:
                    continue
                known[block] = found
            mapping[found[0]] = found[1]
        if not mapping:
            raise _UnsureError
        return mapping

    def _entry(self, block: str, indent: int, depth: int) -> tuple[str, Any] | None:
        """Return the key and the value of *block*; None where it holds comments only."""
        head = _KEY.match(block)
        if head is None or len(head[1]) != indent:
            if _COMMENTS.fullmatch(block):
                return None
            raise _UnsureError
        key = _key_of(head)
        return key, self._value(head[5], block[head.end() :], indent, depth)

    def _value(self, text: str | None, body: str, indent: int, depth: int) -> Any:
        """Return the value that begins with *text* on its key's line and goes on in *body*."""
        if text is not None and text[0] == "|":
            return _literal(text, body, indent)
        if text is not None and text[0] != "#":
            if body and not _COMMENTS.fullmatch(body):
                raise _UnsureError
            return _scalar(text)
        if not body or _COMMENTS.fullmatch(body):
            return None
        return self._collection(body, indent, depth + 1)

    def _collection(self, body: str, indent: int, depth: int) -> Any:
        """Return the mapping or list below a key at *indent*."""
        own = _indent(body)
        if depth > _DEEPEST:
            raise _UnsureError
        start = _INDENT.match(body)
        at = start.end() if start else 0
        if _ITEM.match(body, at):
            if own < indent:
                raise _UnsureError
            return self._sequence(body, own, depth)
        if own <= indent:
            raise _UnsureError
        return self._mapping(body, own, depth)

    def _sequence(self, body: str, indent: int, depth: int) -> list[Any]:
        known = self._known
        values: list[Any] = []
        for block in _items_at(indent).split(body):
            found = known.get(block)
            if found is None:
                found = self._item(block, indent, depth)
                if found is None:
                    continue
                known[block] = found
            values.append(found[0])
        return values

    def _item(self, block: str, indent: int, depth: int) -> tuple[Any] | None:
        """Return the item of *block*; None where it holds comments only."""
        head = _ITEM.match(block)
        if head is None or len(head[1]) != indent + 1:
            if _COMMENTS.fullmatch(block):
                return None
            raise _UnsureError
        if head[2] is None:
            raise _UnsureError
        # `- name: a` is a mapping that begins where `name` stands.
        own = head.start(2)
        rest = " " * own + block[own:]
        if head[2] == "-" and _ITEM.match(rest):
            raise _UnsureError
        if _KEY.match(rest):
            return (self._mapping(rest, own, depth + 1),)
        first, _, below = block[own:].partition("\n")
        return (self._value(first, below, indent, depth),)


def _indent(body: str) -> int:
    found = _INDENT.match(body)
    return len(found[1]) if found else 0


@lru_cache(maxsize=256)
def _keys_at(indent: int) -> re.Pattern[str]:
    """Split before lines at *indent* that may be keys; items there belong to the key above."""
    return re.compile(rf"\n(?=[ ]{{{indent}}}[^ \n#-])")


@lru_cache(maxsize=256)
def _items_at(indent: int) -> re.Pattern[str]:
    return re.compile(rf"\n(?=[ ]{{{indent}}}-(?:[ ]|\n|\Z))")


def _key_of(head: re.Match[str]) -> str:
    plain = head[2]
    if plain is None:
        return str(head[3] if head[3] is not None else head[4])
    if type(resolve(plain)) is not str:
        raise _UnsureError
    return str(plain)


@lru_cache(maxsize=1 << 14)
def _scalar(text: str) -> Any:
    """Return the value of *text*, which stands on one line."""
    text = (
        _COMMENT_AFTER.sub("", text) if " #" in text and text[0] not in "\"'[{" else text.rstrip()
    )
    first = text[0]
    if first in "\"'":
        if not _QUOTED.fullmatch(text):
            raise _UnsureError
        if first == "'":
            return text[1:-1].replace("''", "'")
        return json.loads(text) if "\\" in text else text[1:-1]
    if first in "[{":
        return _flow(text)
    if not _PLAIN.fullmatch(text) or _NOT_PLAIN.search(text):
        raise _UnsureError
    return resolve(text)


def _flow(text: str) -> Any:
    """Return the value of a list or mapping in brackets, as libyaml reads it."""
    if text in {"{}", "[]"}:
        return {} if text == "{}" else []
    if not _FLOW.fullmatch(text):
        raise _UnsureError
    try:
        return _read_stream(f"a: {text}\n")[0]["a"]
    except YamlError:
        raise _UnsureError from None


def _literal(head: str, body: str, indent: int) -> str:
    """Return the text of a block scalar below a key or a dash at *indent*."""
    chomp = _LITERAL.fullmatch(head.rstrip())
    if chomp is None:
        raise _UnsureError
    lines = body.split("\n")
    own = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), 0)
    if own <= indent:
        raise _UnsureError
    pad = " " * own
    content: list[str] = []
    for line in lines:
        if line.startswith(pad):
            content.append(line[own:])
        elif line.strip(" "):
            raise _UnsureError
        elif line and not any(content):
            # Blanks before the first line may be meant as its indent.
            raise _UnsureError
        else:
            content.append("")
    text = "\n".join(content)
    if chomp[1] == "+":
        return text + "\n"
    text = text.rstrip("\n")
    return text if chomp[1] else text + "\n"


def _read_stream(text: str) -> list[Manifest]:
    from emqx_gitops.manifests.stream import read_stream

    return read_stream(text)
