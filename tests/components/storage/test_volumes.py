"""Volumes that are bound beforehand, and guards on what holds data."""

from __future__ import annotations

import pytest

from emqx_gitops.constructs.names import GUARDS
from tests.builds import Builder, codes

STATIC = {
    "nfs": "storage: {type: nfs, server: nfs.example.com, path: /srv, size: 10Gi}",
    "local": "storage: {type: local, nodes: [a, b, c], path: /srv, size: 10Gi}",
}
KEPT = {
    **STATIC,
    "nfs class": "storage: {type: nfs, class: nfs-csi, size: 10Gi}",
    "storageClass": "storage: {type: storageClass, size: 10Gi}",
}


@pytest.mark.parametrize("storage", STATIC)
def test_volume_and_claim_find_each_other(built: Builder, storage: str) -> None:
    """Each volume names the claim that the StatefulSet makes for its pod; nobody provisions one."""
    result = built(STATIC[storage])
    (template,) = result.workload["spec"]["volumeClaimTemplates"]
    claim = f"{template['metadata']['name']}-{result.workload['metadata']['name']}"
    volumes = result.of("PersistentVolume")

    for ordinal, volume in enumerate(volumes):
        assert volume["metadata"]["name"] == f"emqx-demo-emqx-{ordinal}"
        assert "namespace" not in volume["metadata"]
        assert volume["spec"]["claimRef"] == {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "name": f"{claim}-{ordinal}",
            "namespace": "emqx-demo",
        }
        for key in ("accessModes", "volumeMode", "storageClassName"):
            assert volume["spec"][key] == template["spec"][key]
        asked = template["spec"]["resources"]["requests"]["storage"]
        assert volume["spec"]["capacity"]["storage"] == asked
    assert template["spec"]["storageClassName"] == ""
    assert len(volumes) == result.workload["spec"].get("replicas", 3)


@pytest.mark.parametrize("storage", STATIC)
def test_volumes_are_retained(built: Builder, storage: str) -> None:
    """A volume that is released keeps its data until somebody looks."""
    for volume in built(STATIC[storage]).of("PersistentVolume"):
        assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


@pytest.mark.parametrize("storage", KEPT)
def test_what_holds_data_is_guarded(built: Builder, storage: str) -> None:
    """Neither Flux nor Argo CD deletes volumes, claims or the namespace."""
    result = built(KEPT[storage])
    (template,) = result.workload["spec"]["volumeClaimTemplates"]

    for each in (template, *result.of("PersistentVolume"), *result.of("Namespace")):
        assert each["metadata"]["annotations"] == GUARDS


@pytest.mark.parametrize("storage", KEPT)
def test_protection_can_be_lifted(built: Builder, storage: str) -> None:
    """A throw-away environment goes when its file goes. The claim template stays as it was: the API
    server would refuse another, and claims go with their namespace.
    """
    kept, lifted = built(KEPT[storage]), built(f"{KEPT[storage]}\nprotect: false")

    for each in (*lifted.of("PersistentVolume"), *lifted.of("Namespace")):
        assert "annotations" not in each["metadata"]
    assert lifted.workload == kept.workload


@pytest.mark.parametrize("storage", KEPT)
@pytest.mark.parametrize(
    "discovery", ["strategy: k8s, addressType: ip", "strategy: dns, recordType: a"]
)
def test_data_needs_a_name_that_lasts(storage: str, discovery: str) -> None:
    """A node that changes its name with its pod's address starts empty beside its data."""
    assert codes(f"{KEPT[storage]}\ndiscovery: {{{discovery}}}") == {"EG204"}
