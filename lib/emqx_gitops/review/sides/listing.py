"""What stands on one side: files that are read only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LARGEST = 40 << 20
"""Bytes of the largest file that is read; 10,000 objects of usual size fit into half of it."""

SUFFIXES = (".yaml", ".yml", ".json")
"""How names of files end that may hold Kubernetes objects."""

_SHOWN = 3


class File(NamedTuple):
    """A file of one side."""

    path: str
    """As the user knows it: relative to the repository, or as it was named."""
    read: Callable[[], bytes]
    """Returns the content; raises ReadError."""
    digest: str = ""
    """The same for the same content; empty where nobody knows without reading."""
    environment: str = ""
    """Of our own trees: the folder below ``dist/rendered``."""
    named: bool = False
    """Whether the user named this file, and not a folder above it."""


@dataclass(frozen=True)
class Listing:
    """All files of one side that may hold objects."""

    label: str
    """What the side is called, for people."""
    files: tuple[File, ...]
    warnings: tuple[str, ...] = field(default=())
    """What is left out, a sentence each."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """Environments that are the same on the other side, with their numbers of objects; none of
    their files is listed."""
    fetch: Callable[[Iterable[str]], None] | None = None
    """Reads what has these digests all at once, where that is faster than one after the other."""


def left_out(names: Sequence[str], what: str, rest: str = "") -> tuple[str, ...]:
    """Return one warning that *names*, each of them *what*, are left out; none for no names.

    *what* is put into the plural with an s, and *rest* stands after it.
    """
    if not names:
        return ()
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    number = f"one {what}" if len(names) == 1 else f"{len(names):,} {what}s"
    return (f"left out {number}{rest}: {shown}",)
