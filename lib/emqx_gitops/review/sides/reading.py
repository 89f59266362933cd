"""
From the files of a side to its documents: what is no Kubernetes YAML is left out, and counted.

Files that are the same on both sides are read once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from emqx_gitops.manifests import YamlError
from emqx_gitops.manifests.source import decode
from emqx_gitops.review.side import Document, Side, documents_of, glanced
from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.listing import File, Listing, left_out

_KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml"})
_CHART = "Chart.yaml"
_START = 8192
"""Characters in which a file that is no text shows it: git looks at as many (buffer_is_binary)."""

_API_VERSION = re.compile(r"""(?:^|[{,])[ \t]*(?:- )?["']?apiVersion["']?[ \t]*:""", re.MULTILINE)
_KIND = re.compile(r"""(?:^|[{,])[ \t]*(?:- )?["']?kind["']?[ \t]*:""", re.MULTILINE)
_OTHERS = ("kustomize.config.k8s.io/", "emqx-gitops/")
_FOREIGN_GROUPS = frozenset(each.rstrip("/") for each in _OTHERS)
_FOREIGN = re.compile(
    r"""^["']?apiVersion["']?[ \t]*:[ \t]*["']?(?:kustomize\.config\.k8s\.io|emqx-gitops)/""",
    re.MULTILINE,
)


@dataclass
class _Found:
    """What was read of one side."""

    documents: list[Document] = field(default_factory=list)
    binary: dict[str, bytes] = field(default_factory=dict)
    """Contents of files that are no text, by path."""
    foreign: dict[str, str] = field(default_factory=dict)
    """Texts of files with YAML that is no object, by path."""


def read_sides(old: Listing, new: Listing) -> tuple[Side, Side]:
    """
    Return both sides, read.

    Raises ReadError for a file that cannot be read, and for one without text that was named itself;
    below a folder it is left out with a warning. Warnings speak only of what differs.
    """
    if fetch := old.fetch or new.fetch:
        fetch(each.digest for each in (*old.files, *new.files) if each.digest)
    texts: dict[str, str | None] = {}
    before, after = _read(old, texts), _read(new, texts)
    binary = _differing(before.binary, after.binary)
    foreign = _differing(before.foreign, after.foreign)
    warnings = (
        *dict.fromkeys((*old.warnings, *new.warnings)),
        *left_out(binary, "binary file"),
        *left_out(foreign, "file", " without Kubernetes objects"),
    )
    return (
        Side(old.label, tuple(before.documents), unread=old.unread),
        Side(new.label, tuple(after.documents), warnings, new.unread),
    )


def _differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [path for path in {**old, **new} if old.get(path) != new.get(path)]


def _read(listing: Listing, texts: dict[str, str | None]) -> _Found:
    found = _Found()
    charts = {
        str(PurePosixPath(each.path).parent)
        for each in listing.files
        if each.path.endswith(f"/{_CHART}") or each.path == _CHART
    }
    for file in listing.files:
        text = _text(file, texts)
        if text is None:
            found.binary[file.path] = file.digest.encode() or file.read()
        elif file.environment:
            found.documents += documents_of(text, file.path, file.environment)
        elif not file.named and _is_source(PurePosixPath(file.path), charts):
            found.foreign[file.path] = text
        else:
            for document in documents_of(text, file.path, file.environment):
                if is_object(document.text):
                    found.documents.append(document)
                else:
                    found.foreign[file.path] = text
    return found


def _text(file: File, texts: dict[str, str | None]) -> str | None:
    """Return the text of *file*, None where it has none."""
    if file.digest in texts:
        return texts[file.digest]
    content = file.read()
    text: str | None = None
    try:
        text = _decoded(content)
    except YamlError as error:
        if file.named:
            where = f"{file.path}:{error.place.line}" if error.place else file.path
            raise ReadError(where, error.message, error.fix) from None
    if file.digest:
        texts[file.digest] = text
    return text


def _decoded(content: bytes) -> str:
    text = decode(content)
    if "\0" in text[:_START]:
        raise YamlError("is no text", None, "name files or folders of YAML or JSON")
    return text


def _is_source(path: PurePosixPath, charts: set[str]) -> bool:
    """Tell whether a file is what Kustomize or Helm make objects of, and no object."""
    return path.name in _KUSTOMIZATIONS or bool(
        charts and not charts.isdisjoint(str(each) for each in path.parents)
    )


def is_object(text: str) -> bool:
    """Tell whether a document may be a Kubernetes object or a list of them, without reading it."""
    seen = glanced(text)
    if seen is not None:
        return seen.group not in _FOREIGN_GROUPS
    if not (_has(text, "apiVersion:", _API_VERSION) and _has(text, "kind:", _KIND)):
        return False
    # Looking for a word takes a tenth of the time of looking for a line.
    return not (any(each in text for each in _OTHERS) and _FOREIGN.search(text))


def _has(text: str, key: str, pattern: re.Pattern[str]) -> bool:
    """Tell whether *text* has a line with *key*, as programs write it or in any other way."""
    return text.startswith(key) or f"\n{key}" in text or pattern.search(text) is not None
