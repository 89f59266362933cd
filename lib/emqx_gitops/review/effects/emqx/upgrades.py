"""Which way from one version to another is open: the matrix of EMQX's README, as a function."""

from __future__ import annotations

from enum import Enum, auto

from emqx_gitops.emqx import Version

_LAST_LISTED = (6, 2)
_V53, _V58, _V59, _V510, _V6 = (5, 3), (5, 8), (5, 9), (5, 10), (6, 0)


class Way(Enum):
    """What is known of going from one version to another."""

    SAME = auto()
    ROLLING = auto()
    LIMITED = auto()
    """Possible with care: `why` tells of what."""
    DURABLE = auto()
    """Possible, and durable sessions are lost."""
    RESTART = auto()
    """Only by way of another version, and a restart of all nodes at once."""
    UNLISTED = auto()
    GENERATION = auto()
    """Between 4 and 5: not in place."""
    BACK = auto()
    PATCH_BACK = auto()


def way(old: Version, new: Version) -> Way:
    """Return what is known of going from *old* to *new* node by node."""
    if old == new:
        return Way.SAME
    if (old.major == 4) != (new.major == 4):  # noqa: PLR2004
        return Way.GENERATION
    source, target = (old.major, old.minor), (new.major, new.minor)
    if source == target:
        return Way.ROLLING if old < new else Way.PATCH_BACK
    return Way.BACK if new < old else _upwards(old, new)


def _upwards(old: Version, new: Version) -> Way:
    source, target = (old.major, old.minor), (new.major, new.minor)
    if old.major == 4 or target > _LAST_LISTED:  # noqa: PLR2004
        return Way.UNLISTED
    if target >= _V6 > source:
        return Way.DURABLE if source >= _V58 else Way.UNLISTED
    if source <= _V53 and target == _V510:
        return Way.RESTART
    return Way.LIMITED if care(old, new) else Way.ROLLING


def care(old: Version, new: Version) -> str:
    """Return what to see to on a limited way; empty where there is nothing."""
    source, target = (old.major, old.minor), (new.major, new.minor)
    if source == (5, 0) and target == _V59:
        return "settings of the old limiter must go first"
    if source in {(5, 4), (5, 5)} and target == (5, 6):
        return "the way from 5.4 or 5.5 to 5.6 is limited"
    early = new in {Version(5, 9, 0), Version(5, 10, 0)}
    if source == _V58 and old >= Version(5, 8, 7) and early:
        return f"from 5.8.7 on, go to {new.major}.{new.minor}.1 or later (OpenTelemetry headers)"
    return ""
