"""Claims, volumes and classes: each rule fires, and does not on the change next to it."""

from __future__ import annotations

from emqx_gitops.manifests import Manifest
from tests.review.effects.changes import claiming, drop, edited, made, put
from tests.review.effects.rows import SIZE, Row, by_code, codes_of

CLAIM = made(
    "PersistentVolumeClaim",
    spec={
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10Gi"}},
        "storageClassName": "fast",
    },
)
FAST = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "fast"},
    "provisioner": "x/y",
}
GROWING = {**FAST, "allowVolumeExpansion": True}
VOLUME: Manifest = {
    "apiVersion": "v1",
    "kind": "PersistentVolume",
    "metadata": {"name": "v"},
    "spec": {
        "capacity": {"storage": "10Gi"},
        "nfs": {"server": "a", "path": "/b"},
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": {"namespace": "demo", "name": "emqx"},
    },
}

ROWS: list[Row] = [
    (
        "EG811",
        CLAIM,
        put("spec", "accessModes", 0, "ReadWriteMany"),
        put("spec", "volumeMode", "Filesystem"),
        (),
    ),
    ("EG812", CLAIM, put(*SIZE, "5Gi"), put(*SIZE, "10240Mi"), ()),
    ("EG813", CLAIM, put(*SIZE, "20Gi"), put("metadata", "labels", "x", "1"), (GROWING,)),
    ("EG814", CLAIM, put(*SIZE, "20Gi"), put(*SIZE, "5Gi"), (FAST,)),
    ("EG815", CLAIM, put(*SIZE, "20Gi"), put(*SIZE, "5Gi"), ()),
    (
        "EG816",
        VOLUME,
        put("spec", "nfs", "path", "/c"),
        put("spec", "capacity", "storage", "20Gi"),
        (),
    ),
    (
        "EG816",
        edited(VOLUME, put("spec", "nodeAffinity", {"required": {}})),
        drop("spec", "nodeAffinity"),
        put("spec", "mountOptions", ["a"]),
        (),
    ),
    (
        "EG817",
        VOLUME,
        put("spec", "persistentVolumeReclaimPolicy", "Delete"),
        drop("spec", "persistentVolumeReclaimPolicy"),
        (),
    ),
    (
        "EG818",
        claiming(),
        put("spec", "persistentVolumeClaimRetentionPolicy", {"whenScaled": "Delete"}),
        put("spec", "persistentVolumeClaimRetentionPolicy", {"whenScaled": "Retain"}),
        (),
    ),
    (
        "EG819",
        VOLUME,
        put("spec", "claimRef", "name", "b"),
        put("spec", "claimRef", "kind", "PersistentVolumeClaim"),
        (),
    ),
    ("EG840", FAST, put("parameters", {"a": "b"}), put("reclaimPolicy", "Delete"), ()),
    ("EG875", CLAIM, put("spec", "volumeName", "w"), put("spec", "volumeName", "v"), (VOLUME,)),
]


@by_code(ROWS)
def test_a_rule_finds_its_change_and_not_the_next(row: Row) -> None:
    """Each rule is found by one edit, and not by a like one that does something else."""
    found, beside = codes_of(row)

    assert row[0] in found
    assert row[0] not in beside
