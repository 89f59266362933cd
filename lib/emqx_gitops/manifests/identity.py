"""What a manifest is, where its values are, and what makes two of them the same resource."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

Manifest = dict[str, Any]
"""A Kubernetes object or Kustomize document: only dict, list, str, int, float, bool and None."""

ValuePath = tuple[str | int, ...]
"""The keys and indices that lead from the top of a document to a value."""


class ResourceId(NamedTuple):
    """What makes two manifests the same resource in a cluster; the API version is no part of it."""

    group: str
    """API group; empty for the core group."""
    kind: str
    namespace: str
    """Empty where the manifest names none."""
    name: str

    @classmethod
    def of(cls, manifest: Manifest) -> ResourceId:
        """Return the identity of *manifest*; what it does not say is empty."""
        metadata = manifest.get("metadata") or {}
        return cls(
            str(manifest.get("apiVersion") or "").rpartition("/")[0],
            str(manifest.get("kind") or ""),
            str(metadata.get("namespace") or ""),
            str(metadata.get("name") or ""),
        )

    def __str__(self) -> str:
        """Return a form for people: ``apps/StatefulSet emqx-prod/emqx``."""
        kind = f"{self.group}/{self.kind}" if self.group else self.kind
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{kind} {name}"


HASH = "-[2456789bcdfghkmt]{10}"
"""The suffix of generated names: kustomize writes hex digits with these letters (hasher.go)."""

_LAST = re.compile(f"{HASH}$")


def unhashed(name: str) -> str:
    """Return *name* without a hash at its end."""
    return _LAST.sub("", name)


def base_name(manifest: Manifest) -> str:
    """Return an object's name without the hash that kustomize gave it for its content."""
    name = str((manifest.get("metadata") or {}).get("name") or "")
    return unhashed(name) if manifest.get("kind") in {"ConfigMap", "Secret"} else name
