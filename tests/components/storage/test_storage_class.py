"""A volume for each node, provisioned by a storage class."""

from __future__ import annotations

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder, codes


def template(built: Builder, fields: str) -> Manifest:
    """Return the claim template."""
    result = built(f"storage: {{type: storageClass, size: 10Gi{fields}}}")
    (found,) = result.workload["spec"]["volumeClaimTemplates"]
    claim: Manifest = found
    return claim


def test_the_template_is_whole(built: Builder) -> None:
    """It says what the API server would add, or Argo CD would show a difference for ever."""
    found = template(built, ", class: fast")

    assert (found["apiVersion"], found["kind"]) == ("v1", "PersistentVolumeClaim")
    assert found["metadata"]["name"] == "data"
    assert found["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10Gi"}},
        "storageClassName": "fast",
        "volumeMode": "Filesystem",
    }


def test_without_a_class_the_clusters_default_holds(built: Builder) -> None:
    """An empty class would mean a volume that somebody made; none at all means the default."""
    assert "storageClassName" not in template(built, "")["spec"]


def test_one_pod_alone_may_mount_it(built: Builder) -> None:
    """Drivers that can keep a volume to one pod."""
    assert template(built, ", accessMode: ReadWriteOncePod")["spec"]["accessModes"] == [
        "ReadWriteOncePod"
    ]


def test_claims_outlive_the_workload(built: Builder) -> None:
    """Scaling in or deleting the StatefulSet keeps every claim."""
    result = built("storage: {type: storageClass, size: 10Gi, class: fast}")

    assert result.workload["spec"]["persistentVolumeClaimRetentionPolicy"] == {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    }
    assert {"name": "data", "mountPath": "/opt/emqx/data"} in result.broker["volumeMounts"]


@pytest.mark.parametrize("kind", ["deployment", "pod"])
def test_other_workloads_have_no_templates(kind: str) -> None:
    """Only a StatefulSet gives a pod its claim back."""
    asked = f"workload: {{kind: {kind}}}\nstorage: {{type: storageClass, size: 1Gi}}"

    assert codes(asked) == {"EG208"}
