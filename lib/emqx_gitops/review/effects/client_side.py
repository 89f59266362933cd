"""
What client-side apply makes of a change: it merges lists by fewer keys than the API server has.

``kubectl apply`` sends a strategic merge patch. Two items that its merge key cannot tell apart are
one to it, so that the second is left out, and nobody is told (measured: tests/cluster/corpus).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.pods import has_pods, pod_spec, spec_path
from emqx_gitops.review.effects.reading import mappings
from emqx_gitops.review.model import Change, Item, Kind, Object, Path

_POD = {"containers": "name", "initContainers": "name", "volumes": "name"}
_CONTAINER = {
    "env": "name",
    "ports": "containerPort",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
}


class LeftOut(NamedTuple):
    """An item that client-side apply does not see."""

    path: Path
    item: Manifest


class _Keyed(NamedTuple):
    path: Path
    key: str
    holder: Manifest
    name: str

    @property
    def values(self) -> list[Manifest]:
        return mappings(self.holder, self.name)


def merged(change: Change) -> tuple[Change, tuple[LeftOut, ...]]:
    """Return *change* as client-side apply carries it out, and what it leaves out."""
    if change.kind is not Kind.CHANGED or change.old is None or change.new is None:
        return change, ()
    if not any(_twice(each) for each in _lists(change.new.manifest)):
        return change, ()
    old = {each.path: each.values for each in _lists(change.old.manifest)}
    new = deepcopy(change.new.manifest)
    gone = [found for each in list(_lists(new)) for found in _drop(each, old.get(each.path, []))]
    seen = Object(new, change.new.file, change.new.line, change.new.text)
    return (replace(change, new=seen), tuple(gone)) if gone else (change, ())


def _twice(keyed: _Keyed) -> bool:
    keys = [_hashable(each.get(keyed.key)) for each in keyed.values]
    return len(set(keys)) < len(keys)


def _drop(keyed: _Keyed, before: list[Manifest]) -> Iterator[LeftOut]:
    """Take out of a list what has the key of an item that was there before."""
    known = {_hashable(each.get(keyed.key)): each for each in before}
    kept: list[Manifest] = []
    for each in keyed.values:
        key = _hashable(each.get(keyed.key))
        same = [one for one in keyed.values if _hashable(one.get(keyed.key)) == key]
        if len(same) > 1 and key in known and each != known[key] and known[key] in same:
            yield LeftOut((*keyed.path, Item(((keyed.key, key),))), each)
        else:
            kept.append(each)
    keyed.holder[keyed.name] = kept


def _hashable(value: Any) -> str | int:
    return value if isinstance(value, int) else str(value)


def _lists(manifest: Manifest) -> Iterator[_Keyed]:
    spec = manifest.get("spec")
    if manifest.get("kind") == "Service" and isinstance(spec, dict) and spec.get("ports"):
        yield _Keyed(("spec", "ports"), "port", spec, "ports")
    if not has_pods(manifest):
        return
    pod, base = pod_spec(manifest), spec_path(manifest)
    for name, key in _POD.items():
        if pod.get(name):
            yield _Keyed((*base, name), key, pod, name)
    for kind in ("initContainers", "containers"):
        for each in mappings(pod, kind):
            path = (*base, kind, Item((("name", str(each.get("name"))),)))
            for name, key in _CONTAINER.items():
                if each.get(name):
                    yield _Keyed((*path, name), key, each, name)
