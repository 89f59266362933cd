"""Names and labels that never change."""

from __future__ import annotations

from itertools import pairwise

import pytest

from emqx_gitops.constructs import names
from tests.builds import Builder

SELECTOR = {
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/component",
}


def test_selectors_are_part_of_labels() -> None:
    """What is selected carries the labels; more of them may come, none may go."""
    for component in (names.CORE, names.PROXY):
        assert set(names.selector(component)) == SELECTOR
        assert names.selector(component).items() <= names.labels(component).items()


def test_components_are_told_apart() -> None:
    """No selector fits the pods of another component."""
    for one, other in pairwise((names.CORE, names.PROXY, names.CORE)):
        assert not names.selector(one).items() <= names.labels(other).items()


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "emqx: {version: 4.4.19}",
        "workload: {kind: deployment}",
        "exposure: {type: nodePort, tls: {terminateAt: haproxy}}",
        "storage: {type: storageClass, size: 1Gi}\nnamespace: other",
    ],
)
def test_selectors_never_change(built: Builder, asked: str) -> None:
    """They are immutable in a cluster, so no choice has a say in them."""
    spec = built(asked).workload["spec"]

    assert spec["selector"]["matchLabels"] == {
        "app.kubernetes.io/component": "core",
        "app.kubernetes.io/instance": "emqx",
        "app.kubernetes.io/name": "emqx",
    }


def test_every_object_says_whose_it_is(built: Builder) -> None:
    """All objects carry the labels of their component; generated names are the only hashes."""
    result = built(
        "exposure: {type: clusterIp, tls: {terminateAt: nginx}}\n"
        "discovery: {strategy: k8s}\nmetrics: {serviceMonitor: true}"
    )

    for each in result.objects:
        labels = each["metadata"]["labels"]
        assert labels["app.kubernetes.io/managed-by"] == "emqx-gitops"
        assert labels["app.kubernetes.io/part-of"] == "emqx"
