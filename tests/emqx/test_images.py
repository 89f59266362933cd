"""Images, licences and ports."""

from __future__ import annotations

import pytest

from emqx_gitops.emqx import Edition, Version, image, licence_wiring, needs_licence
from emqx_gitops.emqx.ports import EKKA, PORTS, distribution_port


@pytest.mark.parametrize(
    ("version", "edition", "expected"),
    [
        ("4.4.19", "opensource", "emqx/emqx"),
        ("4.4.19", "edge", "emqx/emqx-edge"),
        ("4.4.19", "enterprise", "emqx/emqx-ee"),
        ("5.7.1", "opensource", "emqx/emqx"),
        ("5.8.11", "enterprise", "emqx/emqx-enterprise"),
        ("6.2.2", "enterprise", "emqx/emqx-enterprise"),
    ],
)
def test_image(version: str, edition: str, expected: str) -> None:
    """Each edition has its repository; the tag is the version."""
    assert image(Version.parse(version), Edition(edition)) == (expected, version)


@pytest.mark.parametrize(
    ("version", "edition", "replicas", "needed"),
    [
        ("5.8.11", "enterprise", 5, False),
        ("5.8.9", "opensource", 5, False),
        ("5.9.0", "enterprise", 1, False),
        ("5.9.0", "enterprise", 2, True),
        ("6.2.2", "enterprise", 3, True),
        ("4.4.19", "edge", 3, False),
    ],
)
def test_clusters_need_a_licence_from_5_9_on(
    version: str, edition: str, replicas: int, *, needed: bool
) -> None:
    """A second node of 5.9 or later stops without one; nothing else does."""
    assert needs_licence(Version.parse(version), Edition(edition), replicas) is needed


@pytest.mark.parametrize(
    ("version", "edition", "expected"),
    [
        ("4.4.19", "enterprise", ("EMQX_LICENSE__FILE", "/etc/emqx/license/emqx.lic")),
        ("5.7.1", "enterprise", ("EMQX_LICENSE__KEY", "file:///etc/emqx/license/emqx.lic")),
        ("6.2.2", "enterprise", ("EMQX_LICENSE__KEY", "file:///etc/emqx/license/emqx.lic")),
        ("5.8.9", "opensource", None),
        ("4.4.19", "edge", None),
    ],
)
def test_licence_wiring(version: str, edition: str, expected: tuple[str, str] | None) -> None:
    """Each generation is told by its own variable; what needs no licence, by none."""
    wiring = licence_wiring(Version.parse(version), Edition(edition))

    assert (wiring and (wiring.key, wiring.value("emqx.lic"))) == expected


@pytest.mark.parametrize(
    ("name", "port"), [("emqx", EKKA), ("emqx2", 4372), ("mqtt-5@h1", 4375), ("a1b", EKKA)]
)
def test_digits_move_the_distribution_port(name: str, port: int) -> None:
    """Only digits at the end of the name part count."""
    assert distribution_port(name) == port


def test_port_names_fit_a_service() -> None:
    """A Service takes no longer names, and no port twice."""
    assert all(len(name) <= 15 for name in PORTS)
    assert len(set(PORTS.values())) == len(PORTS)
