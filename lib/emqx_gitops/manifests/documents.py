"""
From a text to the documents in it, without reading them: a review compares most of them as text.

A line that begins with ``---`` in its first column ends a document wherever it stands: the text of
a block scalar is indented, and YAML forbids the marker inside quotes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from emqx_gitops.manifests.identity import ResourceId

_MARKER = re.compile(r"\n---(?=[ \t\r\n]|\Z)")
_EMPTY = re.compile(r"(?:[ \t\r]*(?:#.*|%.*|\.\.\.[ \t\r]*)?(?:\n|\Z))*")

_PLAIN = r"([A-Za-z0-9][\w./:-]*)[ \t]*$"
_HEAD = re.compile(rf"^(apiVersion|kind): {_PLAIN}", re.MULTILINE)
_METADATA = re.compile(r"^metadata:[ \t]*\n((?:[ ].*\n|\n)+)", re.MULTILINE)
_NAMES = re.compile(rf"^  (name|namespace): {_PLAIN}", re.MULTILINE)
_TYPED = re.compile(
    r"[0-9.:_]|[-+.0-9]|(?:true|false|null|yes|no|on|off|y|n|nan|inf)\Z", re.IGNORECASE
)


class Part(NamedTuple):
    """One document of a text."""

    line: int
    """Line of the text at which it begins."""
    text: str


def split_documents(text: str) -> list[Part]:
    """Return the documents of *text* in order, leaving out those that hold only comments."""
    parts: list[Part] = []
    line, start = 1, 0
    marked = "\n" + text
    for end in [*(match.start() for match in _MARKER.finditer(marked)), len(marked)]:
        # What follows a marker on its own line belongs to the document: `--- # Source: a.yaml`.
        part = text[start:end]
        if part and not _is_empty(part):
            begun = part.startswith("\n")
            parts.append(Part(line + begun, part[begun:]))
        line += text.count("\n", start, end)
        start = end + len("---")
    return parts


def _is_empty(part: str) -> bool:
    return part[0] in "\n\r \t#%." and _EMPTY.fullmatch(part) is not None


def glance(text: str) -> ResourceId | None:
    """
    Return the identity of the object in a document in block style; None where only reading tells.

    Takes a hundredth of the time of reading.
    """
    if "{" in text.partition("\nspec:")[0] or text.startswith("%"):
        return None
    head = dict(_HEAD.findall(text))
    metadata = _METADATA.findall(text)
    if len(head) != len(("apiVersion", "kind")) or len(metadata) != 1:
        return None
    names = dict(_NAMES.findall(metadata[0]))
    if "name" not in names or head["kind"].endswith("List"):
        return None
    if any(_TYPED.match(name) for name in names.values()):
        return None
    group = head["apiVersion"].rpartition("/")[0]
    return ResourceId(group, head["kind"], names.get("namespace", ""), names["name"])
