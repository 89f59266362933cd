"""What Flux, Argo CD and kubectl do with a change: one may take what another is refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects import delivery_rules as rules
from emqx_gitops.review.effects.client_side import merged
from emqx_gitops.review.effects.pods import command, has_pods, pod_spec, spec_path, title
from emqx_gitops.review.effects.reading import at, mapping, mappings
from emqx_gitops.review.effects.removal import DATA
from emqx_gitops.review.effects.ways import forces, named, prunes, server_side
from emqx_gitops.review.model import Apply, Change, Effect, Item, Kind, Outcome, Path, Surroundings


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what only some ways of applying do, and guards that are taken off."""
    if change.new is None:
        return
    new = change.new.manifest
    server = server_side(new, surroundings.apply)
    client = surroundings.apply - server
    yield from _too_large(change, client)
    if server:
        yield from _doubles(change, named(server))
        yield from _recreate(change, named(server))
    yield from _unguarded(change, surroundings)


class Applied(NamedTuple):
    """A change as it is carried out, among what else is carried out, and what is left out of it."""

    change: Change
    surroundings: Surroundings
    effects: list[Effect]


def as_applied(change: Change, surroundings: Surroundings) -> Applied:
    """Return *change* as it is carried out where all ways are client-side, and what they drop."""
    client = client_ways(change, surroundings)
    seen, gone = merged(change) if client else (change, ())
    if not gone or seen.new is None:
        return Applied(change, surroundings, [])
    everybody = client == surroundings.apply
    rule = rules.LEFT_OUT if everybody else rules.LEFT_OUT_BY_SOME
    verb = "leaves" if len(client) == 1 else "leave"
    found = [
        rule.on(each.path, f"{named(client)} {verb} out the second item with {each.path[-1]}")
        for each in gone
    ]
    if not everybody:
        return Applied(change, surroundings, found)
    objects = {**surroundings.new, seen.new.id: seen.new.manifest}
    return Applied(seen, replace(surroundings, new=objects), found)


def client_ways(change: Change, surroundings: Surroundings) -> frozenset[Apply]:
    """Return the ways of those asked about that apply *change* client-side."""
    if change.new is None:
        return frozenset()
    return surroundings.apply - server_side(change.new.manifest, surroundings.apply)


def forced(change: Change, found: list[Effect], surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what becomes of an object that is deleted and made again where it is refused."""
    if change.new is None or not any(each.outcome is Outcome.REFUSED for each in found):
        return
    new = change.new.manifest
    ways = [each for each in surroundings.apply if forces(new, each)]
    if ways:
        rule = rules.FORCED_DATA if change.id.kind in DATA else rules.FORCED
        verb = "deletes" if len(ways) == 1 else "delete"
        message = f"{named(ways)} {verb} {title(new)} and makes it again, for it is marked so"
        yield rule.on((), message)


def refused_by(effect: Effect, change: Change, surroundings: Surroundings) -> frozenset[Apply]:
    """Return the ways that a refusal holds for, of those that are asked about."""
    if effect.outcome is not Outcome.REFUSED or change.new is None:
        return frozenset()
    if effect.rule in rules.SERVER_ONLY:
        return server_side(change.new.manifest, surroundings.apply)
    if effect.rule in rules.CLIENT_ONLY:
        return client_ways(change, surroundings)
    return surroundings.apply


def _too_large(change: Change, client: frozenset[Apply]) -> Iterator[Effect]:
    new = change.object.manifest
    if change.id.kind in {"ConfigMap", "Secret"} and _data_size(new) > rules.LARGEST_DATA:
        yield rules.TOO_LARGE.on(("data",), f"the data of {title(new)} is larger than 1 MiB")
    elif 0 < len(change.object.text) < rules.LARGEST_ANNOTATIONS // 4:
        # As JSON it is not four times as long: a character takes three bytes, and quotes few.
        return
    elif client and _large(change) and _annotation_size(new) > rules.LARGEST_ANNOTATIONS:
        message = f"{title(new)} does not fit into the annotation that {named(client)} makes of it"
        yield rules.NO_ROOM.on((), message)


def _data_size(manifest: Manifest) -> int:
    total = 0
    for key in ("data", "binaryData", "stringData"):
        coded = key == "binaryData" or (key == "data" and manifest.get("kind") == "Secret")
        for value in mapping(manifest, key).values():
            size = len(str(value).encode())
            total += size * 3 // 4 if coded else size
    return total


def _large(change: Change) -> bool:
    """Tell whether it is worth a count: JSON may be twice as long as YAML, for its escapes."""
    text = change.object.text
    return not text or len(text) > rules.LARGEST_ANNOTATIONS // 8


def _annotation_size(manifest: Manifest) -> int:
    """Return how much ``last-applied-configuration`` and the other annotations take."""
    marks = mapping(manifest, "metadata", "annotations")
    own = sum(len(str(key).encode()) + len(str(value).encode()) for key, value in marks.items())
    text = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False, default=str)
    return own + len("kubectl.kubernetes.io/last-applied-configuration") + len(text.encode()) + 1


def _doubles(change: Change, who: str) -> Iterator[Effect]:
    """Two items with one key: the lists that Kubernetes merges by key may not have them."""
    new = change.object.manifest
    for path, keys, values in _keyed_lists(new):
        found_keys = [tuple(_key(each, key) for key in keys) for each in values]
        if len(set(found_keys)) == len(found_keys):
            continue
        for found, times in Counter(found_keys).items():
            if times > 1 and "" not in found:
                step = Item(tuple(zip(keys, found, strict=True)))
                message = f"{who} cannot apply {title(new)}: {times} items are {step}"
                yield rules.DOUBLE.on((*path, step), message)


_IMPLIED = {"protocol": "TCP"}


def _key(item: Manifest, key: str) -> str | int:
    value = item.get(key, _IMPLIED.get(key, ""))
    return value if isinstance(value, int) else str(value or "")


def _keyed_lists(manifest: Manifest) -> Iterator[tuple[Path, tuple[str, ...], list[Manifest]]]:
    if manifest.get("kind") == "Service":
        yield ("spec", "ports"), ("port", "protocol"), mappings(manifest, "spec", "ports")
    if not has_pods(manifest):
        return
    spec, base = pod_spec(manifest), spec_path(manifest)
    for key in ("volumes", "initContainers", "containers"):
        yield (*base, key), ("name",), mappings(spec, key)
    for key in ("initContainers", "containers"):
        for each in mappings(spec, key):
            path: Path = (*base, key, Item((("name", str(each.get("name"))),)))
            for name, keys in _IN_CONTAINERS.items():
                yield (*path, name), keys, mappings(each, name)


_IN_CONTAINERS = {
    "env": ("name",),
    "ports": ("containerPort", "protocol"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
}


def _recreate(change: Change, who: str) -> Iterator[Effect]:
    """Nobody owns the default rollingUpdate, so server-side apply leaves it beside Recreate."""
    if change.kind is not Kind.CHANGED or change.id.kind != "Deployment" or change.old is None:
        return
    old, new = change.old.manifest, change.object.manifest
    where = ("spec", "strategy", "type")
    before = mapping(old, "spec", "strategy", "rollingUpdate")
    left = {"maxSurge", "maxUnavailable"} - {*before}
    if at(new, *where) == "Recreate" and at(old, *where) in (None, "RollingUpdate") and left:
        patch = '\'{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}\''
        advice = f"{rules.RECREATE.fix}\n{command(new, 'patch', '--patch', patch)}"
        message = f"{who} leaves the default rollingUpdate of {title(new)}, which Recreate forbids"
        yield rules.RECREATE.on(where, message, advice)


def _unguarded(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    if change.old is None or change.new is None or change.id.kind not in DATA:
        return
    old, new = change.old.manifest, change.new.manifest
    ways = [each for each in surroundings.apply if not prunes(old, each) and prunes(new, each)]
    if ways:
        message = f"{named(ways)} may delete {title(new)} from now on"
        yield rules.UNGUARDED.on(("metadata", "annotations"), message)
