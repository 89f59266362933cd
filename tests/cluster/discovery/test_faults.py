"""The proof that nodes find each other can fail, and people's failures are real ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder
from tests.cluster.client import STRATEGIC, Client, wait_for
from tests.cluster.conftest import Record
from tests.cluster.discovery.faults import (
    BASES,
    BY_IP,
    FAULTS,
    HOSTNAME,
    REFUSED,
    Fault,
)
from tests.cluster.discovery.nodes import World, discovery_problems, own_names
from tests.cluster.settled.applied import Applied, Check, applied
from tests.cluster.settled.asked import Asked, compiled, secrets
from tests.cluster.settled.changes import renamed
from tests.cluster.settled.snapshot import Snapshot
from tests.cluster.settled.state import BROKERS

ALL = (*FAULTS, *REFUSED)


@pytest.fixture(scope="module")
def made(
    client: Client, built: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applied]:
    """Sound environments and one with each fault; of each, one node is not ready."""
    bases = compiled(built, [({"base": str(data)}, data) for data in BASES])
    broken = [f.change(renamed(bases[BASES.index(f.base)], f.name)) for f in ALL]
    every = [*(renamed(base, "sound") for base in bases), *broken]
    given = list(secrets(tmp_path_factory.mktemp("faults"), every))
    with applied(client, every, given) as both:
        assert both.settle(_run) == {}
        for held in both.look().values():
            first = min(held.selected(BROKERS), key=lambda pod: str(pod["metadata"]["name"]))
            _set_ready(client, first, "False")
        yield both


def test_sound_environments_do_not_wait_for_readiness(made: Applied, world: World) -> None:
    """What faults are put into has none, though one node is not ready."""
    assert _sound(made).settle(_finding(world)) == {}


@pytest.fixture(scope="module")
def told(made: Applied, world: World) -> Mapping[str, str]:
    """What the proof says of each fault once it says what is expected, or a minute later."""
    assert _sound(made).settle(_finding(world)) == {}

    def found() -> dict[str, str]:
        held = made.look()
        broken = zip(ALL, made.environments[len(BASES) :], strict=True)
        return {
            f.name: "\n".join(discovery_problems(world, e, held[e.namespace])) for f, e in broken
        }

    def all_found() -> bool:
        seen = found()
        return all(re.search(fault.expected, seen[fault.name]) for fault in ALL)

    with suppress(TimeoutError):
        wait_for(all_found, "every fault is found")
    return found()


_TRIES = 5


@pytest.mark.parametrize("fault", ALL, ids=[fault.name for fault in ALL])
def test_a_fault_is_found(told: Mapping[str, str], fault: Fault, record: Record) -> None:
    """Each defect, and each combination that is refused, keeps nodes apart."""
    assert re.search(fault.expected, told[fault.name]), told[fault.name]
    record("discovered", "faults put in on purpose, and found", 1)


@pytest.mark.parametrize(
    ("base", "expected"), [(HOSTNAME, r"badkey, hostname"), (BY_IP, r"finds foreign \['emqx@10\.")]
)
def test_a_foreign_pod_breaks_the_round(
    made: Applied, world: World, base: Manifest, expected: str
) -> None:
    """Another pod under the same labels is taken for a node by all; without it all is well."""
    one = replace(made, environments=[made.environments[BASES.index(base)]])
    (asked,) = one.environments
    one.client.apply(_foreign(asked.namespace, {"name": "ekka", "containerPort": 4375}))

    def broken() -> bool:
        problems = discovery_problems(world, asked, one.look()[asked.namespace])
        return sum(bool(re.search(expected, each)) for each in problems) >= asked.replicas

    wait_for(broken, "no node gets a list of the right nodes")
    one.client.delete("v1", "Pod", "foreign", asked.namespace)

    assert one.settle(_finding(world)) == {}


def test_a_foreign_pod_without_such_a_port_does_not(made: Applied, world: World) -> None:
    """The headless Service names its ports, so that a pod which has none of them stays out."""
    one = replace(made, environments=[made.environments[BASES.index(HOSTNAME)]])
    (asked,) = one.environments
    one.client.apply(_foreign(asked.namespace, {"name": "http", "containerPort": 8080}))

    def running() -> bool:
        pod = one.look()[asked.namespace].find("Pod", "foreign")
        return pod is not None and bool(pod["status"].get("podIP"))

    wait_for(running, "the foreign pod runs")
    assert one.settle(_finding(world)) == {}
    one.client.delete("v1", "Pod", "foreign", asked.namespace)


def test_a_right_that_is_given_later_mends_it(made: Applied, world: World) -> None:
    """What 403 wants is the RoleBinding, and nothing else: nodes ask again, and find each other."""
    number = next(index for index, fault in enumerate(ALL) if fault.name == "binding")
    broken = made.environments[len(BASES) + number]
    (binding,) = (e for e in made.environments[0].objects if e["kind"] == "RoleBinding")
    space = broken.namespace
    given = binding | {"metadata": binding["metadata"] | {"namespace": space}}
    given["subjects"] = [each | {"namespace": space} for each in binding["subjects"]]

    made.client.apply(given)

    assert replace(made, environments=[broken]).settle(_finding(world)) == {}
    made.client.delete(given["apiVersion"], "RoleBinding", given["metadata"]["name"], space)


@pytest.mark.parametrize(("base", "kept"), [(HOSTNAME, True), (BY_IP, False)])
def test_a_restart_keeps_a_name_or_not(
    made: Applied, world: World, base: Manifest, *, kept: bool
) -> None:
    """A node of a StatefulSet comes back by its name; one that is named by address does not, and
    would leave its data behind.
    """
    one = replace(made, environments=[made.environments[BASES.index(base)]])
    (asked,) = one.environments
    before = own_names(one.look()[asked.namespace])
    after = before
    # An address that was given up may be given out again at once.
    for _ in range(1 if kept else _TRIES):
        after = _replaced(one, max(after), kept=kept)
        if set(after.values()) != set(before.values()):
            break
    assert one.settle(_finding(world)) == {}
    assert (set(after.values()) == set(before.values())) is kept


def _replaced(one: Applied, pod: str, *, kept: bool) -> dict[str, str]:
    """Delete *pod* and return the names of all nodes once another is in its place."""
    (asked,) = one.environments
    one.client.delete("v1", "Pod", pod, asked.namespace)

    def back() -> dict[str, str] | None:
        held = one.look()[asked.namespace]
        old = held.find("Pod", pod)
        return own_names(held) if not _run(asked, held) and (kept or old is None) else None

    return wait_for(back, "the pod is replaced")


def _finding(world: World) -> Check:
    return lambda asked, held: discovery_problems(world, asked, held)


def _run(asked: Asked, held: Snapshot) -> list[str]:
    """Say which brokers have no address yet."""
    pods = held.selected(BROKERS)
    running = [pod for pod in pods if pod["status"].get("podIP")]
    return [] if len(running) == asked.replicas else [f"{len(running)} of {asked.replicas} run"]


def _sound(made: Applied) -> Applied:
    return replace(made, environments=made.environments[: len(BASES)])


def _set_ready(client: Client, pod: Manifest, status: str) -> None:
    change = {"status": {"conditions": [{"type": "Ready", "status": status}]}}
    client.patch(f"{client.path_of(pod)}/status", change, content_type=STRATEGIC)


def _foreign(namespace: str, port: Manifest) -> Manifest:
    """Return a pod that somebody else runs under the brokers' labels."""
    labels = BROKERS | {"app.kubernetes.io/instance": "emqx"}
    restricted = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    container: Manifest = {"name": "other", "image": "busybox:1.36", "ports": [port]}
    container["securityContext"] = restricted
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "foreign", "namespace": namespace, "labels": labels},
        "spec": {"containers": [container]},
    }
