"""Versions, lines and editions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emqx_gitops.emqx import (
    RELEASES,
    Edition,
    Line,
    Version,
    default_edition,
    editions_of,
    line_of,
    nearest_versions,
)


def test_versions_order_by_number() -> None:
    """5.10 comes after 5.9, and text comes back as it was."""
    assert Version.parse("5.9.3") < Version.parse("5.10.0")
    assert str(Version.parse("5.10.0")) == "5.10.0"


@pytest.mark.parametrize(
    "text", ["", "5.8", "v5.8.9", "5.8.9-rc.1", "5.8.9 ", "\u0665.8.9", "5.8.-1"]
)
def test_other_spellings_are_no_version(text: str) -> None:
    """Tags, ranges and foreign digits are refused."""
    with pytest.raises(ValueError, match="is not a version"):
        Version.parse(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("4.4.19", Line.V4_4),
        ("5.7.1", Line.V5_7),
        ("5.8.99", Line.V5_8),
        ("5.10.4", Line.V5_10),
        ("6.2.2", Line.V6),
        ("6.3.0", None),
        ("5.6.1", None),
        ("4.3.0", None),
    ],
)
def test_line_of(text: str, line: Line | None) -> None:
    """Every minor has its line, released patch or not; others have none."""
    assert line_of(Version.parse(text)) is line


def test_every_release_has_a_line() -> None:
    """Nothing can be asked for that no settings are known of."""
    assert all(line_of(version) for versions in RELEASES.values() for version in versions)


@pytest.mark.parametrize(
    ("text", "editions", "default"),
    [
        ("4.4.19", {"opensource", "enterprise", "edge"}, "opensource"),
        ("4.4.20", {"enterprise"}, "enterprise"),
        ("5.7.1", {"opensource", "enterprise"}, "opensource"),
        ("5.8.9", {"opensource", "enterprise"}, "opensource"),
        ("5.8.11", {"enterprise"}, "enterprise"),
        ("5.9.0", {"enterprise"}, "enterprise"),
        ("6.2.2", {"enterprise"}, "enterprise"),
        ("6.3.0", set(), "enterprise"),
        ("5.8.12", set(), "opensource"),
    ],
)
def test_editions(text: str, editions: set[str], default: str) -> None:
    """The one edition of a version is its default, else open source up to 5.8."""
    version = Version.parse(text)

    assert set(editions_of(version)) == editions
    assert default_edition(version) is Edition(default)


def test_lines_differ_where_probes_and_discovery_do() -> None:
    """4.4 answers on the management port and has its own name for the strategy."""
    assert (Line.V4_4.status_port, Line.V5_8.status_port) == (8081, 18083)
    assert Line.V4_4.discovery_key == "EMQX_CLUSTER__DISCOVERY"
    assert {line.discovery_key for line in Line if not line.is_v4} == {
        "EMQX_CLUSTER__DISCOVERY_STRATEGY"
    }


@pytest.mark.parametrize(
    ("text", "first"),
    [("5.8.12", "5.8.11"), ("v5.7.1", "5.7.1"), ("5.8", "5.8.11"), ("5.7.9", "5.7.2"), ("?", None)],
)
def test_nearest_versions(text: str, first: str | None) -> None:
    """A patch that never was leads to its neighbours."""
    assert next(iter(nearest_versions(text)), None) == first


@given(st.text())
def test_nearest_versions_are_released(text: str) -> None:
    """Whatever is asked, only versions that exist are named."""
    assert all(editions_of(Version.parse(name)) for name in nearest_versions(text))
