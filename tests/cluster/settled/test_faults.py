"""The proof that environments settle can fail: each defect in the compiler's output is found."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder
from tests.cluster.client import Client, wait_for
from tests.cluster.conftest import Record
from tests.cluster.settled.again import differences, moving
from tests.cluster.settled.applied import Applied, Key, applied
from tests.cluster.settled.asked import Asked, compiled, secrets
from tests.cluster.settled.changes import edited, renamed
from tests.cluster.settled.faults import CLASS, FAULTS, LOCAL, NFS, Fault, plain
from tests.cluster.settled.references import reference_problems
from tests.cluster.settled.snapshot import Snapshot
from tests.cluster.settled.state import state_problems

SOUND = 3
"""Environments without a defect, one for each storage; they come first."""


def problems(asked: Asked, held: Snapshot) -> list[str]:
    """Return everything that the proof says."""
    return state_problems(asked, held) + reference_problems(held)


@pytest.fixture(scope="module")
def made(
    client: Client, built: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applied]:
    """Sound environments, which have settled, and one with each fault."""
    storages = (CLASS, LOCAL, NFS)
    bases = compiled(built, [({"storage": str(each)}, plain(each)) for each in storages])
    ports = itertools.count(30020)
    sound = [renamed(base, "sound", ports) for base in bases]
    broken = [
        fault.change(renamed(bases[storages.index(fault.storage)], fault.name, ports))
        for fault in FAULTS
    ]
    every = [*sound, *broken]
    given = list(secrets(tmp_path_factory.mktemp("faults"), every))
    with applied(client, every, given) as both:
        assert replace(both, environments=sound).settle(problems) == {}
        yield both


@pytest.fixture(scope="module")
def told(made: Applied) -> Mapping[str, str]:
    """What the proof still says of each fault when nothing moves any more."""
    before: dict[str, str] = {}

    def found() -> dict[str, str] | None:
        held = made.look()
        made.provision(held)
        broken = zip(FAULTS, made.environments[SOUND:], strict=True)
        now = {f.name: "\n".join(problems(e, held[e.namespace])) for f, e in broken}
        settled = now == before
        before.update(now)
        time.sleep(0 if settled else 3)
        return now if settled else None

    return wait_for(found, "nothing moves any more", seconds=120)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_found(told: Mapping[str, str], fault: Fault, record: Record) -> None:
    """Each defect is told by what it does to the cluster, and nothing else is."""
    lines = told[fault.name].splitlines()

    assert lines
    others = [line for line in lines if not re.search(fault.expected, line)]
    assert not others or (fault.spreads and len(others) < len(lines)), told[fault.name]
    record("applied", "faults put in on purpose, and found", 1)


def test_a_change_moves_a_version(made: Applied) -> None:
    """An object that is another one each time it is applied is found, and a changed one differs."""
    sound = made.environments[0]
    other = edited("PodDisruptionBudget", lambda each: each["spec"].update(maxUnavailable=2))

    assert len(differences(Applied(made.client, [other(sound)]))) == 1
    assert [kind for _, kind, _ in moving(_Restless(made.client, [sound]))] == ["ConfigMap"]


@dataclass(frozen=True)
class _Restless(Applied):
    """An environment whose ConfigMap is different whenever it is compiled."""

    times: Iterator[int] = field(default_factory=itertools.count)

    def apply(
        self, only: Container[Key] | None = None, *, dry_run: bool = False
    ) -> dict[Key, Manifest]:
        """Apply it as it is this time."""
        stamp = {"STAMP": str(next(self.times))}
        change = edited("ConfigMap", lambda each: each["data"].update(stamp))
        changed = [change(each) for each in self.environments]
        return Applied(self.client, changed).apply(only, dry_run=dry_run)
