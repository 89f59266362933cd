"""
What versions of EMQX there are, in which editions, and which line each belongs to.

A line is what the rest of the compiler tells versions apart by: all versions of one line know the
same settings, names and ports. Pure data and functions; nothing here reads a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from emqx_gitops.emqx.slips import several_nearest


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """A released version, ordered by its numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read ``5.8.9``; anything else, a tag's prefix or suffix included, is a ValueError."""
        match = re.fullmatch(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})", text, re.ASCII)
        if not match:
            raise ValueError(f"{text!r} is not a version such as 5.8.9")
        major, minor, patch = map(int, match.groups())
        return cls(major, minor, patch)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


V5 = Version(5, 0, 0)
"""Where the second generation of names begins."""


class Edition(StrEnum):
    """Which build of EMQX; from 5.9 on there is only one, under enterprise's name."""

    OPENSOURCE = "opensource"
    ENTERPRISE = "enterprise"
    EDGE = "edge"


class Line(StrEnum):
    """Versions that know the same settings; a member's value is its column in the settings list."""

    V4_4 = "4.4"
    V5_7 = "5.7"
    V5_8 = "5.8"
    V5_9 = "5.9"
    V5_10 = "5.10"
    V6 = "6.x"

    @property
    def is_v4(self) -> bool:
        """Whether the line has 4.x names, flags and a management listener of its own."""
        return self is Line.V4_4

    @property
    def settings_column(self) -> str:
        """The name of the line in ``settings.tsv``."""
        return self.value

    @property
    def generation(self) -> str:
        """``4.4`` or ``5``: what key names and component folders differ by."""
        return "4.4" if self.is_v4 else "5"

    @property
    def status_port(self) -> int:
        """The port that answers ``GET /status`` (emqx_mgmt_http.erl, emqx_mgmt_api_status.erl)."""
        return 8081 if self.is_v4 else 18083

    @property
    def discovery_key(self) -> str:
        """The variable that names the discovery strategy."""
        return "EMQX_CLUSTER__DISCOVERY" if self.is_v4 else "EMQX_CLUSTER__DISCOVERY_STRATEGY"


def _span(minor: str, first: int, last: int) -> frozenset[Version]:
    return frozenset(Version.parse(f"{minor}.{patch}") for patch in range(first, last + 1))


RELEASES: dict[Edition, frozenset[Version]] = {
    # The v* tags of emqx/emqx. Open source ends with 5.8.9: from 5.9 on there are e* tags only.
    Edition.OPENSOURCE: _span("4.4", 0, 19) | _span("5.7", 0, 2) | _span("5.8", 0, 9),
    # One v* tag of 5.7 and 5.8 builds both editions; then the e* tags, and plain ones from 6.0 on.
    # 4.4 was built from a repository that is not public: vendor's release notes, up to 4.4.33.
    Edition.ENTERPRISE: (
        _span("4.4", 0, 33)
        | _span("5.7", 0, 2)
        | _span("5.8", 0, 11)
        | _span("5.9", 0, 3)
        | _span("5.10", 0, 4)
        | _span("6.0", 0, 3)
        | _span("6.1", 0, 4)
        | _span("6.2", 0, 2)
    ),
    # A build profile of the same 4.4 tags, gone in 5.0.
    Edition.EDGE: _span("4.4", 0, 19),
}
"""Every version that may be asked for, by edition. Stops at the tags of August 2026; 6.3 had only
betas then, and 5.0 to 5.6 are not supported."""

_LINES: dict[tuple[int, int], Line] = {
    (4, 4): Line.V4_4,
    (5, 7): Line.V5_7,
    (5, 8): Line.V5_8,
    (5, 9): Line.V5_9,
    (5, 10): Line.V5_10,
    (6, 0): Line.V6,
    (6, 1): Line.V6,
    (6, 2): Line.V6,
}


def line_of(version: Version) -> Line | None:
    """Name the line of *version*, released or not; None where no line is supported."""
    return _LINES.get((version.major, version.minor))


def editions_of(version: Version) -> tuple[Edition, ...]:
    """List the editions *version* was released in, none if it never was."""
    return tuple(edition for edition, versions in RELEASES.items() if version in versions)


def default_edition(version: Version) -> Edition:
    """Choose for who names no edition: open source where there is one, else enterprise."""
    editions = editions_of(version)
    if editions:
        return editions[0]
    return Edition.OPENSOURCE if version < Version(5, 9, 0) else Edition.ENTERPRISE


def nearest_versions(text: str, limit: int = 3) -> tuple[str, ...]:
    """List released versions that *text* may have meant, likeliest first."""
    released = sorted(frozenset().union(*RELEASES.values()), reverse=True)
    # Seven digits suffice for any version, and a number of thousands of them is slow to read.
    numbers = [int(n) for n in re.findall(r"[0-9]{1,7}", text)[:3]]
    same_minor = [v for v in released if [v.major, v.minor] == numbers[:2]]
    if same_minor:
        (patch,) = numbers[2:] or [same_minor[0].patch]
        same_minor.sort(key=lambda v: abs(v.patch - patch))
        return tuple(str(version) for version in same_minor[:limit])
    names = [str(version) for version in released]
    return several_nearest(text, names, limit, cutoff=0.4)
