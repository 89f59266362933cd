"""Environments in a real cluster: applied, waited for, looked at, and removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
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

Key = tuple[str, str, str]
"""Namespace, kind and name of an object."""

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

    def apply(
        self, only: Container[Key] | None = None, *, dry_run: bool = False
    ) -> dict[Key, Manifest]:
        """
        Apply all objects, or ask what applying would give, and return what the API server answers.

        Fails where the API server warns.
        """
        every = (each for asked in self.environments for each in asked.objects)
        objects = [each for each in every if only is None or key(each) in only]
        answers = in_parallel(lambda o: self.client.apply(o, dry_run=dry_run), objects)
        told = {text for each in answers for text in each.warnings}
        assert not told, told
        bodies = [each.body for each in answers]
        return {key(body): body for body in bodies}

    def look(self) -> dict[str, Snapshot]:
        """Return what each environment's namespace holds now."""
        lists = in_parallel(lambda kind: self.client.list(*kind), KINDS)
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
        in_parallel(self.client.apply, list(provisioned(claims)))


@contextmanager
def applied(
    client: Client, environments: Sequence[Asked], secrets: Iterable[Manifest] = ()
) -> Iterator[Applied]:
    """Apply *environments*, after what their users make beforehand; remove all of it in the end."""
    made = Applied(client, environments)
    try:
        spaces = [e for asked in environments for e in asked.objects if e["kind"] == "Namespace"]
        in_parallel(client.apply, [*spaces, *storage_classes()])
        given = [each for asked in environments for each in storage(asked)]
        in_parallel(client.apply, [*secrets, *given])
        made.apply()
        yield made
    finally:
        remove(client, [each.namespace for each in environments])


def remove(client: Client, namespaces: Iterable[str]) -> None:
    """
    Have namespaces and the volumes of their claims deleted, without waiting for it.

    Names and node ports of other tests are others; a volume goes once its claim is gone.
    """
    going = set(namespaces)
    in_parallel(lambda name: client.delete("v1", "Namespace", name), sorted(going))
    for volume in client.list("v1", "PersistentVolume"):
        if volume["spec"].get("claimRef", {}).get("namespace") in going:
            client.delete("v1", "PersistentVolume", volume["metadata"]["name"])


def key(manifest: Manifest) -> Key:
    """Return what tells an object from all others."""
    meta = manifest["metadata"]
    return meta.get("namespace", ""), manifest["kind"], meta["name"]


def in_parallel(call: Callable[[Given], Got], items: Sequence[Given]) -> list[Got]:
    """Return what *call* returns for each of *items*, several at a time."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(call, items))
