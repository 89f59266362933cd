"""Values that make no sense are left to the API server: no finder fails over them."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from emqx_gitops.manifests import Manifest
from tests.review.effects.changes import POD, claiming, made, service, told, workload

ODD: tuple[Any, ...] = (None, True, [1], {"a": None})
OBJECTS = (
    claiming(updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}),
    workload("Deployment", strategy={"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}),
    made("Pod", spec=POD),
    service(type="LoadBalancer", loadBalancerSourceRanges=["192.0.2.0/24"], clusterIP="10.0.0.1"),
    made("PersistentVolumeClaim", spec={"resources": {"requests": {"storage": "1Gi"}}}),
    made("PersistentVolume", spec={"claimRef": {"name": "a"}, "nfs": {"path": "/"}}),
    made("NetworkPolicy", spec={"ingress": [{"from": [{"ipBlock": {"cidr": "::/0"}}]}]}),
    made("PodDisruptionBudget", spec={"maxUnavailable": 1, "selector": {"matchLabels": {}}}),
    made("Role", rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]),
    made("RoleBinding", roleRef={"name": "a"}, subjects=[{"kind": "User", "name": "a"}]),
    made("ConfigMap", data={"a": "1"}, immutable=True),
    made("Namespace", spec={}),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, each in value.items():
            if (*path, key) not in {("kind",), ("apiVersion",), ("metadata",)}:
                yield (*path, key)
                yield from _places(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield (*path, index)
            yield from _places(each, (*path, index))


@pytest.mark.parametrize("manifest", OBJECTS, ids=lambda each: str(each["kind"]))
def test_no_finder_fails(manifest: Manifest) -> None:
    """Something is said of every change, whatever stands wherever, on either side."""
    for path in _places(manifest):
        for odd in ODD:
            other = deepcopy(manifest)
            inner = other
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = odd
            assert told(manifest, other, OBJECTS)
            assert told(other, manifest, OBJECTS)
