"""A fixture for tests of nodes that ask: the API server, and a CoreDNS beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.discovery import coredns
from tests.cluster.discovery.nodes import World


@pytest.fixture(scope="session")
def world(control_plane: ControlPlane) -> Iterator[World]:
    """What nodes of the control plane can ask."""
    resolver, process = coredns.start(control_plane)
    yield World(control_plane.client, resolver)
    process.stop()
