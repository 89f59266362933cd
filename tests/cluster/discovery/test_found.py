"""Nodes find each other, by every discovery choice, in a real cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.builds import Builder
from tests.cluster.client import Client
from tests.cluster.conftest import Record
from tests.cluster.discovery.choices import choices
from tests.cluster.discovery.faults import HOSTNAME, SRV, STATIC
from tests.cluster.discovery.nodes import World, discovery_problems
from tests.cluster.settled.applied import Applied, applied
from tests.cluster.settled.asked import Asked, compiled, secrets
from tests.cluster.settled.changes import renamed

DOMAIN = "k8s.example.com"


@pytest.fixture(scope="module")
def made(
    client: Client, built: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applied]:
    """Every discovery choice on every workload and line that it goes with."""
    # Some are in the cover of all pairs too, which other tests may be at.
    environments = [renamed(each, "found") for each in compiled(built, choices())]
    given = list(secrets(tmp_path_factory.mktemp("found"), environments))
    with applied(client, environments, given) as everything:
        yield everything


def test_every_choice_brings_all_nodes_together(
    made: Applied, world: World, record: Record
) -> None:
    """Own names are distinct, others can connect to them, and each list is the set of all."""
    problems = made.settle(lambda asked, held: discovery_problems(world, asked, held))

    assert problems == {}
    record("discovered", "choices of discovery, workload and line", len(made.environments))
    record("discovered", "nodes of these", sum(each.replicas for each in made.environments))


def test_another_cluster_domain(
    client: Client, built: Builder, world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Names follow the domain that the cluster has."""
    clusters = f"clusters: {{default: {{domain: {DOMAIN}}}}}"
    environments = []
    for number, data in enumerate((HOSTNAME, SRV, STATIC)):
        name = f"domain-{number}"
        result = built(json.dumps(data), clusters=clusters, name=name)
        environments.append(Asked(name, {"domain": name}, data, result.objects))
    given = list(secrets(tmp_path_factory.mktemp("domain"), environments))

    with applied(client, environments, given) as elsewhere:
        problems = elsewhere.settle(
            lambda asked, held: discovery_problems(world, asked, held, domain=DOMAIN)
        )

    assert problems == {}
