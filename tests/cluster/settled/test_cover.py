"""A cover of all pairs of choices in a real cluster: it settles, and nothing is missing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.builds import Builder
from tests.cluster.client import Client
from tests.cluster.conftest import Record
from tests.cluster.discovery.nodes import World, discovery_problems
from tests.cluster.settled.again import differences, moving
from tests.cluster.settled.applied import Applied, applied
from tests.cluster.settled.asked import compiled, cover, secrets
from tests.cluster.settled.references import reference_problems
from tests.cluster.settled.state import state_problems

# Low ports, of which the API server takes none by itself; each file of tests has its own.
COMBINATIONS = "combinations that have every pair of choices between them"


@pytest.fixture(scope="module")
def made(
    client: Client, built: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applied]:
    """All environments of the cover, applied as their users would."""
    environments = compiled(built, cover(itertools.count(30000)))
    given = list(secrets(tmp_path_factory.mktemp("cover"), environments))
    with applied(client, environments, given) as everything:
        yield everything


def test_everything_settles(made: Applied, record: Record) -> None:
    """Pods are Ready, claims Bound to the volumes meant for them, Services have endpoints, budgets
    let a pod go, and node ports are those asked for.
    """
    assert made.settle(state_problems) == {}
    record("applied", COMBINATIONS, len(made.environments))
    record("applied", "objects", sum(len(each.objects) for each in made.environments))


def test_nothing_is_missing(made: Applied) -> None:
    """Every object, key, file, named port and variable that is referred to exists."""
    assert made.settle(lambda _, held: reference_problems(held)) == {}


def test_all_nodes_find_each_other(made: Applied, world: World, record: Record) -> None:
    """In every combination each node's list is the set of all nodes' own names."""
    problems = made.settle(lambda asked, held: discovery_problems(world, asked, held))

    assert problems == {}
    record("discovered", COMBINATIONS, len(made.environments))


def test_applying_again_changes_nothing(made: Applied) -> None:
    """No resourceVersion moves, and what applying would give is what is there."""
    assert moving(made) == set()
    assert differences(made) == []
