"""Which way from one version to another is open."""

from __future__ import annotations

import pytest

from emqx_gitops.emqx import Version
from emqx_gitops.review.effects.emqx.upgrades import Way, care, way


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("5.8.9", "5.8.9", Way.SAME),
        ("5.8.8", "5.8.9", Way.ROLLING),
        ("4.4.18", "4.4.19", Way.ROLLING),
        ("5.8.9", "5.8.8", Way.PATCH_BACK),
        ("5.0.26", "5.8.0", Way.ROLLING),
        ("5.0.26", "5.9.1", Way.LIMITED),
        ("5.0.26", "5.10.1", Way.RESTART),
        ("5.3.2", "5.9.1", Way.ROLLING),
        ("5.3.2", "5.10.1", Way.RESTART),
        ("5.5.1", "5.6.0", Way.LIMITED),
        ("5.7.1", "5.10.4", Way.ROLLING),
        ("5.7.1", "6.0.0", Way.UNLISTED),
        ("5.8.6", "5.9.0", Way.ROLLING),
        ("5.8.7", "5.9.0", Way.LIMITED),
        ("5.8.9", "5.10.0", Way.LIMITED),
        ("5.8.9", "5.10.1", Way.ROLLING),
        ("5.8.9", "6.2.2", Way.DURABLE),
        ("5.10.4", "6.0.0", Way.DURABLE),
        ("6.0.3", "6.2.2", Way.ROLLING),
        ("6.2.2", "6.3.0", Way.UNLISTED),
        ("6.2.2", "6.1.0", Way.BACK),
        ("6.0.0", "5.10.4", Way.BACK),
        ("4.3.22", "4.4.19", Way.UNLISTED),
        ("4.4.19", "5.8.9", Way.GENERATION),
        ("5.8.9", "4.4.19", Way.GENERATION),
    ],
)
def test_ways_are_those_of_the_matrix(old: str, new: str, expected: Way) -> None:
    """Each cell of EMQX's own table is one answer."""
    assert way(Version.parse(old), Version.parse(new)) is expected


def test_a_limited_way_says_of_what() -> None:
    """Where care is needed it is said of what."""
    assert "5.10.1" in care(Version.parse("5.8.7"), Version.parse("5.10.0"))
    assert not care(Version.parse("5.8.7"), Version.parse("5.10.1"))
