"""Clients inside the cluster only."""

from __future__ import annotations

from tests.builds import Builder


def test_it_is_the_default(built: Builder) -> None:
    """Nothing is exposed unless asked."""
    assert built().one("Service", "emqx") == built("exposure: {type: clusterIp}").one(
        "Service", "emqx"
    )
    assert {each["spec"]["type"] for each in built().of("Service")} == {"ClusterIP"}
