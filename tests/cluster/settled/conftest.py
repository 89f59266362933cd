"""What the tests of this folder need."""

from __future__ import annotations

from tests.cluster.discovery.world import world

__all__ = ["world"]
