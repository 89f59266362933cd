"""Every discovery choice on every workload and line of EMQX that it goes with."""

from __future__ import annotations

import json
from collections.abc import Iterator

from emqx_gitops.emqx.versions import Line
from emqx_gitops.environment.loader import Refused
from emqx_gitops.manifests import Manifest
from tests.builds import codes
from tests.matrix import Combination, cases

_SAME = {"exposure": "clusterIp", "tls": "none", "storage": "ephemeral"}
"""Choices that nodes find each other without."""


def choices() -> Iterator[tuple[Combination, Manifest]]:
    """Yield environments of as many nodes as the choices allow, up to three."""
    most: dict[tuple[str, ...], tuple[Combination, Manifest]] = {}
    for case in cases():
        if _SAME.items() <= case.labels.items() and _is_accepted(case.data):
            most[tuple(case.labels[axis] for axis in ("workload", "discovery", "line"))] = (
                case.labels,
                case.data,
            )
    assert {line for _, _, line in most} == {str(line) for line in Line}
    yield from most.values()


def _is_accepted(data: Manifest) -> bool:
    try:
        return not codes(json.dumps(data))
    except Refused:
        return False
