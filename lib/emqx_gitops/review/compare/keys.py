"""
What tells the items of a list apart: Kubernetes' merge keys, and sensible guesses elsewhere.

Keys are those of the ``x-kubernetes-patch-merge-key`` and ``x-kubernetes-list-map-keys`` of
Kubernetes 1.30's OpenAPI documents. A list without one is keyed all the same where its items say
what they are, as tolerations and subjects do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from emqx_gitops.review.model import Item

_Names = tuple[str, ...]

_KNOWN: Mapping[str, tuple[_Names, ...]] = {
    "ports": (
        ("containerPort",),
        ("containerPort", "protocol"),
        ("port",),
        ("port", "protocol"),
        ("protocol", "port", "endPort"),
        ("name",),
    ),
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "tolerations": (("key",), ("key", "effect"), ("key", "operator", "value", "effect")),
    "topologySpreadConstraints": (("topologyKey",), ("topologyKey", "whenUnsatisfiable")),
    "subjects": (("kind", "namespace", "name"),),
    "ownerReferences": (("uid",),),
    "hostAliases": (("ip",),),
    "volumeClaimTemplates": (("metadata.name",),),
    "paths": (("path",), ("host", "path", "pathType")),
    "resourceClaims": (("name",),),
    "sources": (),
}
"""By the name of the list; the first that tells all items apart on both sides is taken."""

_OPTIONAL = {
    "protocol": "TCP",
    "effect": "",
    "operator": "Equal",
    "value": "",
    "namespace": "",
    "port": "",
    "endPort": "",
    "host": "",
    "pathType": "",
}
"""Keys that an item may leave out, and what it then means."""

_GUESSES: tuple[_Names, ...] = (
    ("name",),
    ("id",),
    ("key",),
    ("type",),
    ("host",),
    ("path",),
    ("ip",),
    ("uid",),
    ("metadata.name",),
)


class Keyed(NamedTuple):
    """The items of both sides by their keys, each in its own order."""

    old: dict[Item, dict[str, Any]]
    new: dict[Item, dict[str, Any]]


def keyed(name: str, old: Sequence[Any], new: Sequence[Any]) -> Keyed | None:
    """Return the items of the list *name* by key; None where none tells them apart."""
    if not all(type(each) is dict for side in (old, new) for each in side):
        return None
    known = _KNOWN.get(name)
    for names in _GUESSES if known is None else known:
        by_key = [_by_key(names, side, optional=known is not None) for side in (old, new)]
        if by_key[0] is not None and by_key[1] is not None:
            return Keyed(by_key[0], by_key[1])
    return None


def _by_key(
    names: _Names, values: Sequence[dict[str, Any]], *, optional: bool
) -> dict[Item, dict[str, Any]] | None:
    found: dict[Item, dict[str, Any]] = {}
    for each in values:
        key = []
        for name in names:
            value = _at(each, name)
            if value is None and optional and len(names) > 1:
                value = _OPTIONAL.get(name)
            if type(value) is not str and type(value) is not int:
                return None
            key.append((name, value))
        found[Item(tuple(key))] = each
    return found if len(found) == len(values) else None


def _at(item: dict[str, Any], name: str) -> Any:
    if name == "metadata.name":
        metadata = item.get("metadata")
        return metadata.get("name") if isinstance(metadata, dict) else None
    return item.get(name)
