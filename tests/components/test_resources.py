"""CPU and memory."""

from __future__ import annotations

import pytest

from emqx_gitops.environment.loader import Refused
from tests.builds import Builder, loaded_of

DISK = {"requests": "256Mi", "limits": "2Gi"}


def test_defaults_are_guaranteed_memory(built: Builder) -> None:
    """Memory is set aside and is the limit; CPU has none, so that no storm is throttled."""
    assert built().broker["resources"] == {
        "requests": {"cpu": "1", "memory": "2Gi", "ephemeral-storage": DISK["requests"]},
        "limits": {"memory": "2Gi", "ephemeral-storage": DISK["limits"]},
    }


def test_what_is_asked_is_given(built: Builder) -> None:
    """`cpu: 2` means the string; a limit is there where it is asked for."""
    resources = built("emqx: {resources: {cpu: 2, memory: 4Gi, cpuLimit: 4}}").broker["resources"]

    assert resources == {
        "requests": {"cpu": "2", "memory": "4Gi", "ephemeral-storage": DISK["requests"]},
        "limits": {"cpu": "4", "memory": "4Gi", "ephemeral-storage": DISK["limits"]},
    }


def test_proxies_have_their_own(built: Builder) -> None:
    """Brokers' resources say nothing about proxies, nor the other way round."""
    asked = "{terminateAt: nginx, resources: {cpu: 2, memory: 1Gi}}"
    result = built(f"exposure: {{type: clusterIp, tls: {asked}}}")

    (proxy,) = result.proxy["containers"]
    assert proxy["resources"]["limits"]["memory"] == "1Gi"
    assert result.broker["resources"]["limits"]["memory"] == "2Gi"


def test_disk_follows_ephemeral_data(built: Builder) -> None:
    """A pod that may keep 5Gi of data is not evicted at 2Gi."""
    limits = built("storage: {type: ephemeral, size: 5Gi}").broker["resources"]["limits"]

    assert int(limits["ephemeral-storage"]) == 6 * 1024**3


@pytest.mark.parametrize(
    "resources",
    [
        "{cpu: 2, memory: 1Gi, cpuLimit: 1}",
        "{cpu: '2', memory: 1Gi, cpuLimit: 1999m}",
        "{cpu: two, memory: 1Gi}",
        "{cpu: 1, memory: 1 GB}",
    ],
)
def test_impossible_amounts_are_refused(resources: str) -> None:
    """No limit is below what is set aside, and amounts are quantities."""
    with pytest.raises(Refused):
        loaded_of(f"emqx: {{resources: {resources}}}")
