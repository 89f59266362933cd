"""What is stored alike is one to every controller; tests/cluster/corpus asks a real API server."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.quantities import canonical
from emqx_gitops.review.effects.selecting import matches
from emqx_gitops.review.effects.stored import stored
from tests.review.effects.changes import (
    CONTAINER,
    POD,
    TEMPLATE,
    Edit,
    at,
    drop,
    edited,
    made,
    put,
    service,
    workload,
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1.5Gi", "1536Mi"),
        ("1024Mi", "1Gi"),
        ("1Gi", "1Gi"),
        ("1073741824", "1073741824"),
        ("1000", "1k"),
        ("1e3", "1e3"),
        ("0", "0"),
        ("-1.50", "-1500m"),
        (2, "2"),
        ("what", "what"),
    ],
)
def test_quantities_have_one_form(written: Any, kept: str) -> None:
    """A quantity is written back in the shortest form of its kind of suffix."""
    assert canonical(written) == kept


@pytest.mark.parametrize(
    ("manifest", "edit", "same"),
    [
        (workload(), put("spec", "template", "spec", "volumes", []), True),
        (workload(), put("spec", "template", "spec", "affinity", {}), False),
        (workload(), put(*CONTAINER, "resources", "requests", {"memory": "1Gi"}), False),
        (made("Pod", spec=POD), put("spec", "containers", 0, "tty", 0), True),
        (service(), put("spec", "ports", 0, "nodePort", 0), True),
        (service(), put("spec", "clusterIP", ""), True),
        (service(), drop("spec", "ports", 0, "protocol"), True),
        (service(), put("spec", "ports", 0, "protocol", "UDP"), False),
        (service(), put("spec", "sessionAffinity", "None"), True),
        (workload("Deployment"), put("spec", "strategy", {"type": "RollingUpdate"}), True),
        (workload("Deployment"), put("spec", "strategy", {"type": "Recreate"}), False),
        (service(), put("status", {"loadBalancer": {}}), True),
        (service(), put("spec", "clusterIP", None), True),
        (made("Widget", "example.com/v1"), put("spec", None), False),
        (made("Widget", "example.com/v1"), put("spec", {}), False),
    ],
)
def test_defaults_and_empty_values(manifest: Manifest, edit: Edit, same: bool) -> None:  # noqa: FBT001  (table)
    """Defaults and empty values of fields that are no pointers are stored as nothing."""
    assert (stored(manifest) == stored(edited(manifest, edit))) is same


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "Job"])
def test_templates_have_the_defaults_of_pods(kind: str) -> None:
    """What the API server fills into pods it fills into the template of each kind."""
    manifest = workload(kind)

    assert stored(manifest) == stored(edited(manifest, put(*TEMPLATE, "dnsPolicy", "ClusterFirst")))


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("emqx", "Always"),
        ("emqx:latest", "Always"),
        ("emqx:5.8", "IfNotPresent"),
        ("registry:5000/emqx", "Always"),
        ("emqx@sha256:00", "IfNotPresent"),
    ],
)
def test_pull_policy_follows_the_tag(image: str, policy: str) -> None:
    """Images without a fixed tag are pulled at every start."""
    manifest = edited(workload(), put(*CONTAINER, "image", image))

    assert at(stored(manifest), *CONTAINER, "imagePullPolicy") == policy


def test_requests_of_a_bare_pod_follow_its_limits() -> None:
    """In a Pod requests default to limits; in a template they do not."""
    pod = made("Pod", spec=POD)

    assert stored(pod) == stored(
        edited(pod, put("spec", "containers", 0, "resources", "requests", {"memory": "1Gi"}))
    )


def test_what_is_given_stays_as_it_is() -> None:
    """Looking at a manifest does not change it."""
    manifest = workload("Deployment")
    before = edited(manifest, lambda _: None)

    stored(manifest)

    assert manifest == before


@pytest.mark.parametrize("broken", [{"spec": None}, {"spec": []}, {"spec": {"template": "x"}}, {}])
@pytest.mark.parametrize("kind", ["StatefulSet", "Deployment", "Pod", "Service", "NetworkPolicy"])
def test_anything_may_be_written(kind: str, broken: Manifest) -> None:
    """A manifest that makes no sense is stored somehow, without an error."""
    assert stored({"apiVersion": "v1", "kind": kind, **broken})["kind"] == kind


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({}, True),
        (None, False),
        ({"matchLabels": {"a": "1"}}, True),
        ({"matchLabels": {"a": "2"}}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, False),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, False),
    ],
)
def test_selectors(selector: Any, expected: bool) -> None:  # noqa: FBT001  (table)
    """A selector matches labels as Kubernetes says."""
    assert matches(selector, {"a": "1"}) is expected
