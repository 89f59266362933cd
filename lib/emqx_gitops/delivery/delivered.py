"""What delivery knows of an environment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """An environment that is to be brought to its cluster."""

    environment: str
    cluster: str
    namespace: str
    workload: str
    """Kind of the workload; a Pod is replaced where others are changed."""

    timeout_minutes: int
    """How long a roll-out may take."""
