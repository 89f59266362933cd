"""
The one writer of YAML: the same bytes for the same values, and no reader can misread them.

Two spaces indent, lists too; no anchors, no folding, no type written where quotes will do.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from emqx_gitops.manifests.identity import Manifest
from emqx_gitops.manifests.scalars import LONGEST_NUMBER, is_safe_plain

_LONGEST_KEY = 1000
"""YAML allows 1024 characters before a key's colon; longer keys need a ``?``."""
_LONGEST_CACHED = 128
_TOO_LARGE = 10**LONGEST_NUMBER

# Control, invisible and direction-changing characters, odd spaces, half characters. Fixed ranges:
# what Python calls printable grows with each Unicode version.
_UNSEEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    r"\u3000\ufe00-\ufe0f\ufeff\ufff0-\uffff\U000e0000-\U000e0fff\ud800-\udfff"
)
_NEEDS_ESCAPES = re.compile(rf"[\t\n{_UNSEEN}]")
_ESCAPED = re.compile(rf'[\\"\t\n{_UNSEEN}]')
_LAST_SHORT = 0xFFFF
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# An indicator at the start, but a command's `-flag`; the end of a document; a colon or a comment;
# padding; the unseen.
_NOT_PLAIN = re.compile(
    rf"""\A(?!--?[A-Za-z])[-\s?:,\[\]{{}}#&*!|>'"%@`]|\A\.\.\."""
    rf"|:[ ]|:\Z|[ ]\#|\s\Z|[\t\n{_UNSEEN}]"
)
# Some readers take a leading blank for indentation, and nobody sees a trailing one.
_NOT_LITERAL = re.compile(rf"\A\s|[ \t]\n*\Z|[{_UNSEEN}]")

_WORDS = {None: "null", True: "true", False: "false"}
_FIRST_AT_TOP = ("apiVersion", "kind", "metadata")
_FIRST_BELOW = ("name", "namespace")


def to_yaml(value: object, *, header: str = "") -> str:
    """
    Return *value* as one YAML document, after *header* as comment lines.

    Mappings keep their order. Raises `TypeError`, naming the path, for anything but dict with
    string keys, list, str, int, finite float, bool and None.
    """
    comment = (_NEEDS_ESCAPES.sub(_escape, line) for line in header.splitlines())
    lines = [f"# {line}".rstrip() for line in comment]
    try:
        if isinstance(value, dict | list) and value:
            _collection(value, "", "", lines)
        else:
            lines.append(_leaf(value, "  "))
    except _UnwritableError as error:
        where = ".".join(map(str, error.path)) or "the top"
        raise TypeError(f"cannot write {where} as YAML: {error.what}") from None
    lines.append("")
    return "\n".join(lines)


class _UnwritableError(Exception):
    """A value is none of YAML's; its path grows on the way up."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        self.path: list[str | int] = []


def order_keys(manifest: Manifest) -> Manifest:
    """
    Return *manifest* with its keys in the order in which people look for them.

    apiVersion, kind, metadata, then the rest from A to Z; below the top name, namespace, then the
    rest. Lists keep their order.
    """
    return {key: _ordered(manifest[key]) for key in _key_order(manifest, _FIRST_AT_TOP)}


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: value[key] if type(value[key]) is str else _ordered(value[key])
            for key in _key_order(value, _FIRST_BELOW)
        }
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def _key_order(mapping: Manifest, first: tuple[str, ...]) -> list[str]:
    keys = sorted(mapping)
    for key in reversed(first):
        if key in mapping:
            keys.remove(key)
            keys.insert(0, key)
    return keys


def _collection(value: Any, lead: str, pad: str, lines: list[str]) -> None:
    """Add the lines of a mapping or list; *lead* begins the first of them, *pad* the others."""
    below = f"{pad}  "
    key: Any
    if isinstance(value, dict):
        for key, child in value.items():
            head = f"{lead}{_key(key, pad)}:"
            lead = pad
            try:
                _entry(child, head, below, lines)
            except _UnwritableError as error:
                error.path.insert(0, key)
                raise
    else:
        for key, child in enumerate(value):
            try:
                _entry(child, f"{lead}-", below, lines)
            except _UnwritableError as error:
                error.path.insert(0, key)
                raise
            lead = pad


def _key(key: Any, pad: str) -> str:
    """Return *key* as it stands before its colon."""
    if not isinstance(key, str):
        raise _UnwritableError(f"the key {key!r} is no text")
    text = _line(key)
    return text if len(text) <= _LONGEST_KEY else f"? {text}\n{pad}"


def _entry(value: Any, head: str, pad: str, lines: list[str]) -> None:
    """Add the lines of *value* after *head*, which is a key with its colon or an item's dash."""
    if not (isinstance(value, dict | list) and value):
        lines.append(f"{head} {_leaf(value, pad)}")
    elif head.endswith("-"):
        _collection(value, f"{head} ", pad, lines)
    else:
        lines.append(head)
        _collection(value, pad, pad, lines)


def _leaf(value: Any, pad: str) -> str:
    """Return a value that needs no entries of its own; *pad* indents further lines of text."""
    if isinstance(value, str):
        if "\n" in value and not _NOT_LITERAL.search(value):
            return _literal(value, pad)
        return _line(value)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int) and abs(value) < _TOO_LARGE:
        return int.__repr__(value)
    if isinstance(value, float) and math.isfinite(value):
        return _float(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    raise _UnwritableError(f"{type(value).__name__} is no type of YAML's")


def _float(value: float) -> str:
    """Return a form that YAML 1.1 takes for a float: with a dot, also before an exponent."""
    mantissa, e, exponent = float.__repr__(value).partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}{e}{exponent}"


def _literal(text: str, pad: str) -> str:
    body = text.rstrip("\n")
    chomp = ("-", "", "+")[min(len(text) - len(body), 2)]
    lines = [f"{pad}{line}" if line else "" for line in text.removesuffix("\n").split("\n")]
    return "\n".join((f"|{chomp}", *lines))


def _line(text: str) -> str:
    """Return *text* on one line, in quotes where it needs them."""
    return _short_line(text) if len(text) <= _LONGEST_CACHED else _any_line(text)


def _any_line(text: str) -> str:
    text = str.__str__(text)
    if is_safe_plain(text) and not _NOT_PLAIN.search(text):
        return text
    if _NEEDS_ESCAPES.search(text):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _UnwritableError("a text with half a character") from None
    elif "'" not in text and ('"' in text or "\\" in text):
        return f"'{text}'"
    return f'"{_ESCAPED.sub(_escape, text)}"'


_short_line = lru_cache(maxsize=1 << 14)(_any_line)
"""The same few names and words make up most of every manifest."""


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    return _ESCAPES.get(character) or (f"\\U{code:08x}" if code > _LAST_SHORT else f"\\u{code:04x}")
