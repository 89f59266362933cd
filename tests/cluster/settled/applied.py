"""Environments in a real cluster: applied, waited for, looked at, and removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from emqx_gitops.manifests import Manifest
from tests.cluster.client import Client
from tests.cluster.settled.asked import Asked, provisioned, storage, storage_classes
from tests.cluster.settled.snapshot import Snapshot, snapshots

KINDS = (
    ("v1", "Pod"),
    ("v1", "ConfigMap"),
    ("v1", "Endpoints"),
    ("v1", "PersistentVolume"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Secret"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("policy/v1", "PodDisruptionBudget"),
)
"""What there is to look at."""

Check = Callable[[Asked, Snapshot], list[str]]
"""Says what is not as it must be."""

Given = TypeVar("Given")
Got = TypeVar("Got")

_WORKERS = 4
_SECONDS = 150
_PAUSE_SECONDS = 1.5


@dataclass(frozen=True)
class Applied:
    """Environments that were applied to a cluster."""

    client: Client
    environments: Sequence[Asked]

    def apply(self, *, dry_run: bool = False) -> dict[tuple[str, str, str], Manifest]:
        """
        Apply all objects, or ask what applying would give, and return what the API server answers.

        By namespace, kind and name; fails where the API server warns.
        """
        objects = [each for asked in self.environments for each in asked.objects]
        answers = _in_parallel(lambda o: self.client.apply(o, dry_run=dry_run), objects)
        told = {text for each in answers for text in each.warnings}
        assert not told, told
        bodies = [each.body for each in answers]
        return {_key(body): body for body in bodies}

    def look(self) -> dict[str, Snapshot]:
        """Return what each environment's namespace holds now."""
        lists = _in_parallel(lambda kind: self.client.list(*kind), KINDS)
        spaces = [each.namespace for each in self.environments]
        return snapshots((each for found in lists for each in found), spaces)

    def settle(self, check: Check, *, seconds: float = _SECONDS) -> dict[str, list[str]]:
        """
        Wait until *check* finds nothing, and return what it still finds when time is over.

        By combination. Meanwhile volumes are made for claims that ask the driver for one.
        """
        end = time.monotonic() + seconds
        while True:
            held = self.look()
            self.provision(held)
            found = {e.words: check(e, held[e.namespace]) for e in self.environments}
            problems = {words: told for words, told in found.items() if told}
            if not problems or time.monotonic() > end:
                return problems
            time.sleep(_PAUSE_SECONDS)

    def provision(self, held: Mapping[str, Snapshot]) -> None:
        """Make volumes for claims that ask the driver for one."""
        claims = [c for each in held.values() for c in each.of("PersistentVolumeClaim")]
        _in_parallel(self.client.apply, list(provisioned(claims)))


@contextmanager
def applied(
    client: Client, environments: Sequence[Asked], secrets: Iterable[Manifest] = ()
) -> Iterator[Applied]:
    """Apply *environments*, after what their users make beforehand; remove all of it in the end."""
    made = Applied(client, environments)
    try:
        spaces = [e for asked in environments for e in asked.objects if e["kind"] == "Namespace"]
        _in_parallel(client.apply, [*spaces, *storage_classes()])
        given = [each for asked in environments for each in storage(asked)]
        _in_parallel(client.apply, [*secrets, *given])
        made.apply()
        yield made
    finally:
        remove(client, [each.namespace for each in environments])


def remove(client: Client, namespaces: Iterable[str]) -> None:
    """Delete namespaces and the volumes of their claims, and wait until all are gone."""
    going = set(namespaces)
    _in_parallel(lambda name: client.delete("v1", "Namespace", name), sorted(going))
    end = time.monotonic() + _SECONDS
    while True:
        left = {each["metadata"]["name"] for each in client.list("v1", "Namespace")} & going
        if not left:
            break
        assert time.monotonic() < end, f"namespaces do not go: {sorted(left)}"
        time.sleep(0.5)
    for volume in client.list("v1", "PersistentVolume"):
        if volume["spec"].get("claimRef", {}).get("namespace") in going:
            client.delete("v1", "PersistentVolume", volume["metadata"]["name"])


def moving(made: Applied) -> set[tuple[str, str, str]]:
    """Return the objects that get another resourceVersion each time they are applied."""
    before = made.apply()
    still = set(before)
    # Controllers write to a status now and then; what applying itself moves, it moves each time.
    for _ in range(4):
        after = made.apply()
        still = {key for key in still if _version(after[key]) != _version(before[key])}
        before = after
        if not still:
            break
    return still


def differences(made: Applied) -> list[str]:
    """Return the objects that applying would change, as `kubectl diff` finds out."""
    wanted = made.apply(dry_run=True)
    held = made.look()
    return [
        f"{kind} {name} in {namespace}"
        for (namespace, kind, name), body in wanted.items()
        if (found := held.get(namespace)) is not None
        and (there := found.find(kind, name)) is not None
        and _content(there) != _content(body)
    ]


def _in_parallel(call: Callable[[Given], Got], items: Sequence[Given]) -> list[Got]:
    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(call, items))


def _key(body: Manifest) -> tuple[str, str, str]:
    meta = body["metadata"]
    return meta.get("namespace", ""), body["kind"], meta["name"]


def _version(body: Manifest) -> str:
    return str(body["metadata"]["resourceVersion"])


def _content(body: Manifest) -> Manifest:
    meta = {
        k: v for k, v in body["metadata"].items() if k not in {"managedFields", "resourceVersion"}
    }
    return {key: value for key, value in body.items() if key != "status"} | {"metadata": meta}
