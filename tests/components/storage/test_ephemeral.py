"""Data that goes with its pod."""

from __future__ import annotations

import pytest

from tests.builds import Builder


@pytest.mark.parametrize("kind", ["statefulset", "deployment", "pod"])
@pytest.mark.parametrize(("size", "limit"), [("", "1Gi"), (", size: 5Gi", "5Gi")])
def test_data_has_a_limit(built: Builder, kind: str, size: str, limit: str) -> None:
    """A node that fills its disk is evicted; it does not take the machine with it."""
    result = built(f"workload: {{kind: {kind}}}\nstorage: {{type: ephemeral{size}}}")

    assert {"name": "data", "emptyDir": {"sizeLimit": limit}} in result.pod["volumes"]
    assert {"name": "data", "mountPath": "/opt/emqx/data"} in result.broker["volumeMounts"]
    assert "volumeClaimTemplates" not in result.workload["spec"]
