"""A folder on an NFS server for each node."""

from __future__ import annotations

import pytest

from emqx_gitops.environment.loader import Refused
from tests.builds import Builder, loaded_of

STATIC = "storage: {type: nfs, server: nfs.example.com, path: /srv/emqx, size: 10Gi}"


def test_each_node_has_its_folder(built: Builder) -> None:
    """Paths end in namespace and pod, so that no two nodes of any environment share one."""
    volumes = built(f"{STATIC}\nemqx: {{replicas: 3}}").of("PersistentVolume")

    assert [each["spec"]["nfs"] for each in volumes] == [
        {"server": "nfs.example.com", "path": f"/srv/emqx/emqx-demo/emqx-{ordinal}"}
        for ordinal in range(3)
    ]
    assert {tuple(each["spec"]["mountOptions"]) for each in volumes} == {("hard", "nfsvers=4.1")}


def test_a_driver_makes_volumes_by_itself(built: Builder) -> None:
    """With the class of a CSI driver there is a template only."""
    result = built("storage: {type: nfs, class: nfs-csi, size: 10Gi}")
    (claim,) = result.workload["spec"]["volumeClaimTemplates"]

    assert claim["spec"]["storageClassName"] == "nfs-csi"
    assert not result.of("PersistentVolume")


def test_the_server_is_prepared_by_these_lines() -> None:
    """Kubernetes neither makes the folders nor gives them to EMQX's user."""
    resolved = loaded_of(f"{STATIC}\nemqx: {{replicas: 2}}").resolved
    storage = resolved.asked.storage

    assert storage.prepare(resolved.site) == (
        "# on nfs.example.com",
        "mkdir -p /srv/emqx/emqx-demo/emqx-0 /srv/emqx/emqx-demo/emqx-1",
        "chown 1000:1000 /srv/emqx/emqx-demo/emqx-0 /srv/emqx/emqx-demo/emqx-1",
    )
    assert storage.locations(resolved.site) == (
        "nfs://nfs.example.com/srv/emqx/emqx-demo/emqx-0",
        "nfs://nfs.example.com/srv/emqx/emqx-demo/emqx-1",
    )


@pytest.mark.parametrize("path", ["srv", "/srv/", "/srv/../etc", "/srv/./a", "/srv//a", "'/a b'"])
def test_paths_that_no_volume_may_have_are_refused(path: str) -> None:
    """Kubernetes refuses steps back; others would name one folder in two ways."""
    with pytest.raises(Refused):
        loaded_of(f"storage: {{type: nfs, server: a, path: {path}, size: 1Gi}}")


@pytest.mark.parametrize("path", ["/", "/srv", "/srv/.emqx", "/vol/a..b/c-1"])
def test_other_paths_are_fine(path: str) -> None:
    """Dots within a name mean nothing."""
    resolved = loaded_of(f"storage: {{type: nfs, server: a, path: {path}, size: 1Gi}}").resolved

    first = resolved.asked.storage.locations(resolved.site)[0]
    assert first == f"nfs://a{path.rstrip('/')}/emqx-demo/emqx-0"


@pytest.mark.parametrize(
    "fields",
    ["server: a", "path: /a", "server: a, path: /a, class: b", "class: b, path: /a", "size: 2Gi"],
)
def test_half_a_way_is_refused(fields: str) -> None:
    """Either server and path, or class."""
    with pytest.raises(Refused):
        loaded_of(f"storage: {{type: nfs, {fields}}}")
