"""The shape of objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emqx_gitops.manifests import read_stream
from emqx_gitops.review.shape import misfit

ROOT = Path(__file__).parents[2]


def test_what_is_right() -> None:
    """Everything that we render has the shape that its kind has."""
    paths = [*ROOT.glob("dist/rendered/*/*.yaml"), *ROOT.glob("dist/delivery/**/*.yaml")]
    found = [each for path in paths for each in read_stream(path.read_text())]

    assert {misfit(each) for each in found} == {""}
    assert len(found) > 40


def _object(kind: str, **fields: Any) -> dict[str, Any]:
    group = {"Deployment": "apps/v1", "Role": "rbac.authorization.k8s.io/v1"}
    group |= {"Ingress": "networking.k8s.io/v1", "ServiceMonitor": "monitoring.coreos.com/v1"}
    return {"apiVersion": group.get(kind, "v1"), "kind": kind, "metadata": {"name": "a"}} | fields


@pytest.mark.parametrize(
    ("manifest", "path"),
    [
        (_object("ConfigMap", metadata="x"), "metadata"),
        (_object("ConfigMap", metadata={"name": 1}), "metadata.name"),
        (_object("ConfigMap", metadata={"name": "a", "labels": ["x"]}), "metadata.labels"),
        (_object("ConfigMap", data=["x"]), "data"),
        (_object("Deployment", spec=[]), "spec"),
        (_object("Pod", spec={"containers": {"name": "a"}}), "spec.containers"),
        (_object("Pod", spec={"containers": [{}, None]}), "spec.containers[1]"),
        (_object("Service", spec={"ports": [{"port": [1]}]}), "spec.ports[0].port"),
        (_object("Service", spec={"type": {}}), "spec.type"),
        (_object("ServiceMonitor", spec=1), "spec"),
        (_object("ConfigMap", data={"spec": "x", "ports": "1"}), ""),
        (_object("ConfigMap", data=None, metadata={"name": "a", "labels": None}), ""),
        (_object("Role", rules=[{"resources": ["pods"], "verbs": ["get"]}]), ""),
        (_object("ServiceMonitor", spec={"ports": 1, "selector": "x"}), ""),
        (_object("Pod", spec={"volumes": [{"name": "a", "image": {"reference": "b"}}]}), ""),
        (
            _object("Ingress", spec={"defaultBackend": {"service": {"port": {"number": 80}}}}),
            "",
        ),
    ],
)
def test_misfit(manifest: dict[str, Any], path: str) -> None:
    """The first field that cannot be as it is, is named; null is one that is left out."""
    assert misfit(manifest) == path
