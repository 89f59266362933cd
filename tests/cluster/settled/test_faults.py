"""The proof that environments settle can fail: each defect in the compiler's output is found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.builds import Builder
from tests.cluster.client import Client, wait_for
from tests.cluster.settled.applied import Applied, applied, differences, moving
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
    sound = [renamed(base, "sound") for base in bases]
    broken = [
        fault.change(renamed(bases[storages.index(fault.storage)], fault.name)) for fault in FAULTS
    ]
    every = [*sound, *broken]
    given = list(secrets(tmp_path_factory.mktemp("faults"), every))
    with applied(client, every, given) as both:
        assert replace(both, environments=sound).settle(problems) == {}
        yield both


@pytest.fixture(scope="module")
def told(made: Applied) -> Mapping[str, str]:
    """What the proof says of each fault once it says what is expected, or a minute later."""

    def found() -> dict[str, str]:
        held = made.look()
        broken = zip(FAULTS, made.environments[SOUND:], strict=True)
        return {f.name: "\n".join(problems(e, held[e.namespace])) for f, e in broken}

    def all_found() -> bool:
        seen = found()
        return all(re.search(fault.expected, seen[fault.name]) for fault in FAULTS)

    with suppress(TimeoutError):
        wait_for(all_found, "every fault is found")
    return found()


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_found(told: Mapping[str, str], fault: Fault) -> None:
    """Each defect is told by what it does to the cluster."""
    assert re.search(fault.expected, told[fault.name]), told[fault.name]


def test_a_change_moves_a_version(made: Applied) -> None:
    """An object that is another one each time it is applied is found, and a changed one differs."""
    sound = made.environments[0]
    other = edited("Service", lambda s: s["spec"].update(sessionAffinity="ClientIP"), name="emqx")
    restless = _Restless(made.client, [sound])

    assert [key[1] for key in moving(restless)] == ["ConfigMap"]
    assert len(differences(Applied(made.client, [other(sound)]))) == 2


class _Restless(Applied):
    """An environment whose ConfigMap is different whenever it is compiled."""

    def apply(self, *, dry_run: bool = False) -> dict[tuple[str, str, str], dict[str, object]]:
        (asked,) = self.environments
        self.__class__.times += 1
        stamp = {"EMQX_LOG__STAMP": str(self.times)}
        change = edited("ConfigMap", lambda each: each["data"].update(stamp))
        return Applied(self.client, [change(asked)]).apply(dry_run=dry_run)

    times = 0
