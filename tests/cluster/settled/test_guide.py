"""Failures that people had while applying are real; what we compile does not repeat them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder
from tests.cluster.client import ApiError, Client, wait_for
from tests.cluster.settled.applied import Applied, applied
from tests.cluster.settled.asked import Asked, compiled, secrets
from tests.cluster.settled.changes import edited, settings_edited
from tests.cluster.settled.snapshot import Snapshot
from tests.cluster.settled.state import BROKERS, state_problems


def _alone(workload: str, storage: Manifest, **settings: str) -> Manifest:
    return {
        "emqx": {
            "version": "5.8.9",
            "edition": "opensource",
            "replicas": 1,
            "settings": settings,
        },
        "workload": {"kind": workload},
        "discovery": {"strategy": "singleton"},
        "exposure": {"type": "clusterIp", "tls": {"terminateAt": "none"}},
        "storage": storage,
    }


GIVEN = _alone("statefulset", {"type": "existingClaim", "claimName": "emqx-data"})
CLASS = _alone("statefulset", {"type": "storageClass", "class": "fast", "size": "10Gi"})
PLAIN = _alone("deployment", {"type": "ephemeral"})
LOUDER = _alone("deployment", {"type": "ephemeral"}, EMQX_LOG__CONSOLE__LEVEL="debug")


def _three(workload: Any) -> None:
    workload["spec"]["replicas"] = 3


def _annotated(workload: Any) -> None:
    (template,) = workload["spec"]["volumeClaimTemplates"]
    del template["spec"]["storageClassName"]
    template["metadata"]["annotations"] = {"volume.alpha.kubernetes.io/storage-class": "fast"}


def _shared(asked: Asked) -> Asked:
    more = asked.data | {"emqx": asked.data["emqx"] | {"replicas": 3}}
    return edited("StatefulSet", _three)(replace(asked, data=more))


def _named(built: Builder, data: Manifest) -> Asked:
    """Return what a file called `rolled` compiles to, whatever it says."""
    return Asked("rolled", {}, data, built(json.dumps(data), name="rolled").objects)


@pytest.fixture(scope="module")
def made(
    client: Client, built: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applied]:
    """What people did, built by hand, and one environment as it compiles, which has settled."""
    given, by_class = compiled(built, [({"case": str(each)}, each) for each in (GIVEN, CLASS)])
    plain = _named(built, PLAIN)
    beforehand = list(secrets(tmp_path_factory.mktemp("guide"), [given, by_class, plain]))
    every = [_shared(given), edited("StatefulSet", _annotated)(by_class), plain]
    with applied(client, every, beforehand) as all_of:
        assert replace(all_of, environments=[plain]).settle(state_problems) == {}
        yield all_of


def _problems(made: Applied, number: int, expected: str) -> str:
    asked = made.environments[number]

    def told() -> str | None:
        text = "\n".join(state_problems(asked, made.look()[asked.namespace]))
        return text if re.search(expected, text) else None

    return wait_for(told, expected)


def test_three_nodes_share_one_claim(made: Applied) -> None:
    """Kubernetes lets all pods have one claim, and each would write to the same files."""
    assert _problems(made, 0, "claim emqx-data is the data of 3 brokers")


def test_the_old_annotation_names_no_class(made: Applied) -> None:
    """A claim whose class stands in `volume.alpha.kubernetes.io/storage-class` stays Pending."""
    told = _problems(made, 1, "emqx-0 is not Ready: .*unbound immediate PersistentVolumeClaims")

    assert "claim data-emqx-0 is not Bound" in told


def test_a_changed_map_restarts_nothing_and_a_changed_environment_does(
    made: Applied, built: Builder
) -> None:
    """Pods keep the variables they started with; what we compile has another map, and so rolls."""
    plain = made.environments[2]
    held = made.look()[plain.namespace]
    before = _deployment(held)
    louder = settings_edited(lambda data: data.update(EMQX_LOG__CONSOLE__LEVEL="debug"))

    Applied(made.client, [louder(plain)]).apply()
    assert _deployment(made.look()[plain.namespace]) == before

    Applied(made.client, [_named(built, LOUDER)]).apply()
    old = {pod["metadata"]["uid"] for pod in held.selected(BROKERS)}

    def rolled() -> bool:
        now = made.look()[plain.namespace].selected(BROKERS)
        return bool(now) and old.isdisjoint(pod["metadata"]["uid"] for pod in now)

    wait_for(rolled, "the pod is replaced")


def test_node_ports_are_refused(client: Client, namespace: str) -> None:
    """One outside the range is, and so is one that another Service has."""
    client.apply(_service("emqx-0", namespace, 30080))

    with pytest.raises(ApiError, match="not in the valid range"):
        client.apply(_service("emqx-1", namespace, 1883))
    with pytest.raises(ApiError, match="already allocated"):
        client.apply(_service("emqx-1", namespace, 30080))


def test_old_versions_of_rbac_are_gone(client: Client) -> None:
    """The API server does not know `rbac.authorization.k8s.io/v1beta1`."""
    with pytest.raises(ApiError) as told:
        client.list("rbac.authorization.k8s.io/v1beta1", "Role", "default")

    assert told.value.status == 404


def _deployment(held: Snapshot) -> tuple[object, object]:
    found = held.find("Deployment", "emqx")
    assert found
    return found["metadata"]["generation"], found["status"]["observedGeneration"]


def _service(name: str, namespace: str, port: int) -> Manifest:
    ports = [{"name": "mqtt", "port": 1883, "nodePort": port}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"type": "NodePort", "selector": BROKERS, "ports": ports},
    }
