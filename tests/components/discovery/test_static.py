"""Discovery by a list of names."""

from __future__ import annotations

import pytest

from tests.builds import Builder, environment_of


@pytest.mark.parametrize("replicas", [1, 3, 5])
def test_every_node_is_a_seed(built: Builder, replicas: int) -> None:
    """The list follows the number of nodes, which is a value of the environment."""
    result = built(f"discovery: {{strategy: static}}\nemqx: {{replicas: {replicas}}}")

    seeds = environment_of(result.broker)["EMQX_CLUSTER__STATIC__SEEDS"].split(",")
    assert [seed.partition(".")[0] for seed in seeds] == [
        f"emqx@emqx-{ordinal}" for ordinal in range(replicas)
    ]
    assert result.workload["spec"].get("replicas") == replicas


@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("4.4.19", "EMQX_CLUSTER__DISCOVERY"),
        ("5.8.9", "EMQX_CLUSTER__DISCOVERY_STRATEGY"),
    ],
)
def test_the_strategy_is_said(built: Builder, version: str, key: str) -> None:
    """Both generations have the strategy and read the seeds from one key."""
    result = built(f"discovery: {{strategy: static}}\nemqx: {{version: {version}}}")

    assert result.settings[key] == "static"
