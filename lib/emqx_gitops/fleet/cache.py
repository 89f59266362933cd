"""
Results kept in the user's cache folder, by the content that they were made of.

A cache that is missing, full or damaged costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_KEEP = 4096
"""Entries of one kind; the oldest half goes when there are more."""


class Cache:
    """Values of JSON by kind and key, below one folder; without a folder it forgets everything."""

    def __init__(self, folder: Path | None) -> None:
        """Use *folder*, which need not exist."""
        self._folder = folder
        self._wrote: set[str] = set()

    def get(self, kind: str, key: str) -> Any | None:
        """Return the value kept under *key*, or None."""
        if self._folder is None:
            return None
        try:
            digest, _, text = (self._folder / kind / key).read_bytes().partition(b"\n")
            if digest.decode() != _digest((text,)):
                return None
            return json.loads(text)
        except (OSError, ValueError):
            return None

    def put(self, kind: str, key: str, value: Any) -> None:
        """Keep *value* under *key*, if there is room."""
        if self._folder is None:
            return
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
        path = self._folder / kind / key
        draft = path.with_name(f"{key}.{os.getpid()}")
        with contextlib.suppress(OSError):
            if kind not in self._wrote:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._wrote.add(kind)
            draft.write_bytes(_digest((text,)).encode() + b"\n" + text)
            draft.replace(path)
            return
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)

    def prune(self) -> None:
        """Forget the oldest entries of what was written to, when there are too many."""
        for kind in self._wrote:
            with contextlib.suppress(OSError):
                entries = list(os.scandir(self._folder / kind)) if self._folder else []
                if len(entries) > _KEEP:
                    entries.sort(key=lambda entry: entry.stat().st_mtime)
                    for entry in entries[: _KEEP // 2]:
                        os.unlink(entry.path)  # noqa: PTH108  (an entry of scandir)


def key_of(*parts: bytes | str | Mapping[str, bytes]) -> str:
    """Return a key that differs whenever any part does."""
    pieces: list[bytes] = []
    for part in parts:
        if isinstance(part, Mapping):
            pieces.append(b"%d" % len(part))
            for name in sorted(part):
                pieces += [name.encode(), part[name]]
        else:
            pieces.append(part.encode() if isinstance(part, str) else part)
    return _digest(pieces)


@cache
def fingerprint() -> str:
    """Return a digest of this program: its files, Python, and the libraries that shape output."""
    from importlib.metadata import version

    package = Path(__file__).parent.parent
    files = sorted(
        path
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ""} and "__pycache__" not in path.parts
    )
    libraries = [f"{name}={version(name)}" for name in ("cdk8s", "pydantic", "pyyaml", "jinja2")]
    pieces = [sys.version, *libraries, *(path.name for path in files)]
    return _digest([*(piece.encode() for piece in pieces), *(path.read_bytes() for path in files)])


def _digest(pieces: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=20)
    for piece in pieces:
        digest.update(b"%d:" % len(piece))
        digest.update(piece)
    return digest.hexdigest()
