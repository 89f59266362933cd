"""Clusters as manifests describe them, those of others too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from emqx_gitops.emqx import Edition, Line
from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.judges import judged
from emqx_gitops.review.effects.emqx.listeners import dashboard, listeners
from emqx_gitops.review.effects.emqx.names import discovery, node_name
from emqx_gitops.review.effects.emqx.storage import storage
from emqx_gitops.review.model import Apply, Surroundings
from tests.builds import Builder
from tests.review.effects.emqx.cases import told

LABELS = {"app.kubernetes.io/name": "emqx", "app.kubernetes.io/instance": "mqtt"}


def _chart(**settings: str) -> list[Manifest]:
    """What EMQX's own chart renders, as far as it matters: a map without hash, a fixed name."""
    data = {
        "EMQX_NAME": "mqtt",
        "EMQX_CLUSTER__DISCOVERY_STRATEGY": "dns",
        "EMQX_CLUSTER__DNS__NAME": "mqtt-emqx-headless.iot.svc.cluster.local",
        "EMQX_CLUSTER__DNS__RECORD_TYPE": "srv",
        **settings,
    }
    container = {
        "name": "emqx",
        "image": "registry.example/mirror/emqx:v5.8.9-elixir",
        "ports": [{"name": "mqtt", "containerPort": 1883}],
        "envFrom": [{"configMapRef": {"name": "mqtt-emqx-env"}}],
        "volumeMounts": [{"name": "emqx-data", "mountPath": "/opt/emqx/data"}],
    }
    claim = {"metadata": {"name": "emqx-data"}, "spec": {"storageClassName": "fast"}}
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "mqtt-emqx-env", "namespace": "iot"},
            "data": data,
        },
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "mqtt-emqx", "namespace": "iot"},
            "spec": {
                "replicas": 3,
                "serviceName": "mqtt-emqx-headless",
                "selector": {"matchLabels": LABELS},
                "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}},
                "volumeClaimTemplates": [claim],
            },
        },
    ]


def _cluster(manifests: list[Manifest]) -> Cluster:
    found = Cluster.of(manifests)
    assert found is not None
    return found


def test_a_compiled_environment_is_understood(built: Builder) -> None:
    """Version, names, listeners and data of our own environments are worked out."""
    cluster = _cluster(list(built("{storage: {type: storageClass, size: 1Gi}}").objects))
    assert (str(cluster.version), cluster.edition) == ("5.8.9", Edition.OPENSOURCE)
    assert node_name(cluster).value == ("emqx@emqx-0.emqx-headless.emqx-demo.svc.cluster.local")
    assert discovery(cluster).service == "emqx-headless"
    assert {each.port for each in listeners(cluster).values()} == {1883}
    assert {port for _, port in dashboard(cluster).values()} == {18083}
    assert storage(cluster).lasting


def test_a_chart_is_understood() -> None:
    """A chart's map of settings, mirrored image and computed host name are worked out."""
    cluster = _cluster(_chart())
    assert (str(cluster.version), cluster.replicas) == ("5.8.9", 3)
    assert node_name(cluster).value == ("mqtt@mqtt-emqx-0.mqtt-emqx-headless.iot.svc.cluster.local")
    assert discovery(cluster).service == "mqtt-emqx-headless"
    assert {each.port for each in listeners(cluster).values()} == {1883, 8883, 8083, 8084}


def _other_image(cluster: Manifest) -> None:
    cluster["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/broker:5.8.9"


def _inline(cluster: Manifest) -> None:
    container = cluster["spec"]["template"]["spec"]["containers"][0]
    container["image"] = "registry.example/broker:5.8.9"
    cluster["spec"]["template"]["metadata"]["labels"] = {"app": "broker"}
    container["env"] = [{"name": "EMQX_NODE__COOKIE", "value": "x"}]


@pytest.mark.parametrize("change", [_other_image, _inline])
def test_an_image_of_another_name_is_recognised(change: Callable[[Manifest], None]) -> None:
    """Labels, or settings, tell that an image of any name runs EMQX."""
    manifests = _chart()
    change(manifests[1])
    assert _cluster(manifests).version is not None


def test_others_are_no_cluster() -> None:
    """Pods that neither run EMQX's image nor have its settings are none of our business."""
    manifests = _chart()
    manifests[1]["spec"]["template"]["metadata"]["labels"] = {"app": "web"}
    container = manifests[1]["spec"]["template"]["spec"]["containers"][0]
    container["image"] = "nginx:1.27"
    del container["envFrom"]
    assert Cluster.of(manifests) is None


@pytest.mark.parametrize(
    ("image", "version", "edition", "line"),
    [
        ("emqx/emqx:4.4.19", "4.4.19", Edition.OPENSOURCE, Line.V4_4),
        ("emqx/emqx-ee:4.4.20", "4.4.20", Edition.ENTERPRISE, Line.V4_4),
        ("emqx/emqx:5.1.0", "5.1.0", Edition.OPENSOURCE, Line.V5_7),
        ("emqx/emqx:5.10.4", "5.10.4", Edition.ENTERPRISE, Line.V5_10),
        ("host:5000/emqx/emqx-enterprise:6.3.0@sha256:ab", "6.3.0", Edition.ENTERPRISE, Line.V6),
        ("emqx/emqx:latest", "None", Edition.OPENSOURCE, Line.V5_10),
    ],
)
def test_images_tell_version_and_edition(
    image: str, version: str, edition: Edition, line: Line
) -> None:
    """Tag and name of an image tell what runs; a line that is not known counts as the nearest."""
    manifests = _chart()
    manifests[1]["spec"]["template"]["spec"]["containers"][0]["image"] = image
    cluster = _cluster(manifests)
    assert (str(cluster.version), cluster.edition, cluster.line) == (version, edition, line)


def test_a_map_without_hash_restarts_nobody() -> None:
    """A setting in a map that keeps its name waits for the next restart."""
    said = told(_chart(), _chart(EMQX_LOG__CONSOLE__LEVEL="debug"))
    assert [each.code for each in said] == ["EG949"]
    assert "nothing restarts them" in said[0].message


def test_a_release_of_another_name_is_another_cluster() -> None:
    """A chart that calls its nodes otherwise leaves their data behind."""
    said = told(_chart(), _chart(EMQX_NAME="mqtt-emqx"))
    assert {each.code for each in said} == {"EG902", "EG903"}
    assert "mnesia/mqtt@mqtt-emqx-0." in "".join(each.message for each in said)


def test_a_workload_of_another_name_is_another_cluster() -> None:
    """The pods' names, and with them the nodes', follow the workload's."""
    new = _chart()
    new[1]["metadata"]["name"] = "broker"
    assert {"EG902", "EG903"} <= {each.code for each in told(_chart(), new)}


def test_a_removed_cluster_serves_nobody() -> None:
    """A workload that goes takes the service of all clients with it."""
    said = told(_chart(), _chart()[:1])
    assert [each.code for each in said] == ["EG906"]


def _strange(path: tuple[str | int, ...], value: object) -> list[Manifest]:
    manifests = _chart(**_LICENCE)
    spot: Any = manifests[1]
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = value
    return manifests


_LICENCE = {
    "EMQX_LICENSE__KEY": "file:///opt/emqx/etc/licence",
    "EMQX_NODE__COOKIE": "x",
    "EMQX_LISTENERS__TCP__DEFAULT__BIND": "[::]:99999999",
    "EMQX_CLUSTER__STATIC__SEEDS": "[[",
}


def _judged(old: list[Manifest], new: list[Manifest]) -> None:
    before, after = ({ResourceId.of(each): each for each in side} for side in (old, new))
    around = Surroundings(before, after, frozenset(Apply))
    judged(around)


_SPEC = ("spec", "template", "spec")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "replicas"), "three"),
        (("spec", "template"), None),
        (("spec", "volumeClaimTemplates"), {"metadata": 1}),
        ((*_SPEC, "containers"), "none"),
        ((*_SPEC, "volumes"), [None, {"name": None, "secret": []}]),
        ((*_SPEC, "containers", 0, "env"), [{"name": 1, "value": 2}, {"valueFrom": 3}, None]),
        ((*_SPEC, "containers", 0, "envFrom"), [{"configMapRef": None}, {"secretRef": "x"}]),
        ((*_SPEC, "containers", 0, "ports"), [{"containerPort": "x", "name": "mqtt"}]),
        ((*_SPEC, "containers", 0, "livenessProbe"), {"httpGet": {"port": {}}}),
        ((*_SPEC, "containers", 0, "resources"), {"limits": {"memory": []}}),
        ((*_SPEC, "containers", 0, "image"), None),
        ((*_SPEC, "containers", 0, "volumeMounts"), ["x", {"mountPath": 1}]),
        (("spec", "template", "metadata"), "x"),
        (("metadata", "labels"), []),
        ((*_SPEC, "terminationGracePeriodSeconds"), "soon"),
    ],
)
def test_strange_manifests_do_no_harm(path: tuple[str | int, ...], value: object) -> None:
    """Values of the wrong type count as absent, on either side."""
    _judged(_chart(**_LICENCE), _strange(path, value))
    _judged(_strange(path, value), _chart(**_LICENCE))


def test_a_cluster_of_another_name_and_place_is_found_again() -> None:
    """What is alone on both sides is one cluster, whatever it is called; of two, names decide."""
    moved = _chart()
    for each in moved:
        each["metadata"] |= {"namespace": "fleet"}
    moved[1]["metadata"]["name"] = "broker"
    assert "EG904" in {each.code for each in told(_chart(), moved)}


def test_replicants_beside_cores_keep_to_themselves() -> None:
    """Two workloads of one cluster are compared each with its own past."""
    cores, replicants = _chart(), _chart()[1:]
    replicants[0]["metadata"]["name"] = "mqtt-emqx-replicants"
    grown = _chart()[1:]
    grown[0]["metadata"]["name"] = "mqtt-emqx-replicants"
    grown[0]["spec"]["replicas"] = 5
    said = told([*cores, *replicants], [*cores, *grown])
    assert [each.where for each in said] == ["StatefulSet mqtt-emqx-replicants: spec.replicas"]
