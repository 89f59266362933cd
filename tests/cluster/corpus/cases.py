"""The cases as data: an object as it is compiled, and one change to it as JSON patch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from emqx_gitops.manifests import read_stream
from tests.builds import Builder

Manifest = dict[str, Any]

HERE = Path(__file__).parent
_RENDERED = HERE.parents[2] / "dist" / "rendered"
_ENVIRONMENTS = {
    "environment": "emqx: {replicas: 1}\n"
    "storage: {type: storageClass, class: fast, size: 10Gi}\n"
    "discovery: {strategy: dns}\n",
    "environment-pod": "emqx: {replicas: 1}\n"
    "workload: {kind: pod}\n"
    "storage: {type: ephemeral}\n"
    "discovery: {strategy: singleton}\n",
}


@dataclass(frozen=True)
class Case:
    """One object before and after one change, and what must be there beside it."""

    name: str
    old: Manifest
    new: Manifest
    beside: tuple[Manifest, ...]


def cases(built: Builder) -> Iterator[Case]:
    """Yield every case of the corpus."""
    load = _loader(built)
    for path in sorted((HERE / "cases").glob("*.yaml")):
        for group in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            old = load(group["object"])
            beside = tuple(load(each) for each in group.get("with", ()))
            for each in group["cases"]:
                operations = [_expanded(one, group.get("path", {})) for one in each["patch"]]
                name = f"{old['kind']} {each['name']}"
                yield Case(name, old, patched(old, operations), beside)


def _loader(built: Builder) -> Callable[[str], Manifest]:
    others = read_stream((HERE / "others.yaml").read_text(encoding="utf-8"))
    brought = {f"{each['kind']} {each['metadata']['name']}": each for each in others}

    def load(place: str) -> Manifest:
        folder, _, name = place.partition("/")
        if folder == "others":
            return brought[name]
        if folder in _ENVIRONMENTS:
            kind, _, own = name.partition(" ")
            return built(_ENVIRONMENTS[folder]).one(kind, own)
        (found,) = read_stream((_RENDERED / place).read_text(encoding="utf-8"))
        return found

    return load


def _expanded(operation: Manifest, paths: dict[str, str]) -> Manifest:
    """Replace ``{C}`` and the like by what they stand for, and ``fill`` by as many letters."""
    made = dict(operation)
    for key in ("path", "from"):
        if key in made:
            made[key] = made[key].format(**{**paths, **_nested(paths)})
    if "fill" in made:
        made["value"] = "x" * made.pop("fill")
    return made


def _nested(paths: dict[str, str]) -> dict[str, str]:
    return {key: value.format(**paths) for key, value in paths.items()}


def patched(manifest: Manifest, operations: list[Manifest]) -> Manifest:
    """Return *manifest* after a JSON patch of add, remove, replace and move (RFC 6902)."""
    made = deepcopy(manifest)
    for each in operations:
        operation = each["op"]
        value = each.get("value")
        if operation == "move":
            value = _take(made, each["from"])
        elif operation in {"remove", "replace"}:
            _take(made, each["path"], keep=operation == "replace")
        if operation == "replace":
            inner, key = _parent(made, each["path"])
            inner[key] = deepcopy(value)
        elif operation != "remove":
            _put(made, each["path"], deepcopy(value))
    return made


def _parent(manifest: Manifest, pointer: str) -> tuple[Any, Any]:
    steps = [each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]
    inner: Any = manifest
    for step in steps[:-1]:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    last: Any = steps[-1]
    return inner, int(last) if isinstance(inner, list) and last != "-" else last


def _take(manifest: Manifest, pointer: str, *, keep: bool = False) -> Any:
    inner, key = _parent(manifest, pointer)
    found = inner[key]
    if not keep:
        del inner[key]
    return found


def _put(manifest: Manifest, pointer: str, value: Any) -> None:
    inner, key = _parent(manifest, pointer)
    if isinstance(inner, list):
        inner.insert(len(inner) if key == "-" else key, value)
    else:
        inner[key] = value


def placed(case: Case, number: int, free: Iterator[int]) -> Case:
    """Return *case* in a namespace of its own, with names and node ports of its own."""
    own = f"case-{number}"
    ports: dict[int, int] = {}

    def moved(manifest: Manifest) -> Manifest:
        text = json.dumps(manifest)
        made: Manifest = json.loads(text)
        if "namespace" in made["metadata"]:
            made["metadata"]["namespace"] = own
        elif made["kind"] != "StorageClass" or manifest is case.old or manifest is case.new:
            made["metadata"]["name"] = own
        claim = made.get("spec", {}).get("claimRef") if made["kind"] == "PersistentVolume" else None
        if claim:
            claim["namespace"] = own
        for port in made["spec"]["ports"] if made["kind"] == "Service" else ():
            asked = port.get("nodePort", 0)
            if asked >= _FIRST_NODE_PORT:
                if asked not in ports:
                    ports[asked] = next(free)
                port["nodePort"] = ports[asked]
        return made

    old, new, *beside = (moved(each) for each in (case.old, case.new, *case.beside))
    return Case(case.name, old, new, tuple(beside))


_FIRST_NODE_PORT = 30000


def free_ports() -> Iterator[int]:
    """Return node ports that the API server gives to nobody by itself: the range's first 86."""
    return iter(range(_FIRST_NODE_PORT, _FIRST_NODE_PORT + 86))
