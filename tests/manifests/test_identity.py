"""What makes two manifests the same resource."""

from __future__ import annotations

import pytest

from emqx_gitops.manifests import Manifest, ResourceId, base_name, unhashed


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (
            {
                "apiVersion": "apps/v1",
                "kind": "StatefulSet",
                "metadata": {"name": "emqx", "namespace": "emqx-prod"},
            },
            "apps/StatefulSet emqx-prod/emqx",
        ),
        (
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "emqx", "namespace": "emqx-prod"},
            },
            "Service emqx-prod/emqx",
        ),
        (
            {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "data-0"}},
            "PersistentVolume data-0",
        ),
    ],
)
def test_identity_prints_for_people(manifest: Manifest, expected: str) -> None:
    """An identity prints as group, kind, namespace and name, leaving out what is empty."""
    assert expected == str(ResourceId.of(manifest))


def test_version_is_no_part_of_identity() -> None:
    """Two versions of one API name the same resource."""
    old, new = (
        ResourceId.of({"apiVersion": f"policy/{v}", "kind": "X", "metadata": {"name": "x"}})
        for v in ("v1beta1", "v1")
    )

    assert old == new == ResourceId("policy", "X", "", "x")


@pytest.mark.parametrize("manifest", [{}, {"apiVersion": None, "kind": "X", "metadata": None}])
def test_incomplete_manifest_has_identity(manifest: Manifest) -> None:
    """What a manifest does not say is empty, and no error."""
    assert ResourceId.of(manifest).name == ""


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("emqx-2456789bcd", "emqx"),
        ("emqx-2456789bcd-fghkmt2456", "emqx-2456789bcd"),
        ("emqx-2456789bcd.conf", "emqx-2456789bcd.conf"),
        ("emqx-0123456789", "emqx-0123456789"),
        ("emqx-2456789", "emqx-2456789"),
    ],
)
def test_names_without_their_hash(name: str, bare: str) -> None:
    """A hash is ten of Kustomize's letters at the end; only maps and Secrets are named so."""
    assert unhashed(name) == bare
    assert base_name({"kind": "ConfigMap", "metadata": {"name": name}}) == bare
    assert base_name({"kind": "Service", "metadata": {"name": name}}) == name
