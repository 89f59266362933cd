"""What compiles is accepted by a real API server, in a namespace that Pod Security restricts."""

from __future__ import annotations

import copy
import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from emqx_gitops.manifests import read_stream
from tests.cluster import custom
from tests.cluster.accepted import moved, refusals
from tests.cluster.client import Client, Manifest, wait_for
from tests.cluster.conftest import Record
from tests.cluster.control_plane import ControlPlane
from tests.cluster.namespaces import new_namespace
from tests.cluster.processes import Keeper

ROOT = Path(__file__).resolve().parents[2]
RENDERED = ROOT / "dist" / "rendered"
SHIPPED = sorted(path.name for path in RENDERED.iterdir())


@pytest.fixture(scope="module")
def extended(request: pytest.FixtureRequest, client: Client) -> Client:
    """A client of a cluster that knows ServiceMonitors and Certificates."""
    if request.config.getoption("--kubeconfig", default=None) is None:
        custom.define(client)
    elif not custom.known(client):
        pytest.skip("your cluster knows no ServiceMonitor or no Certificate")
    return client


def _matrix(file: Path) -> tuple[int, list[str]]:
    """Build every combination, and return how many there are and their distinct objects."""
    script: list[str | Path] = [
        sys.executable,
        ROOT / "scripts" / "matrix.py",
        "--check",
        f"--objects={file}",
    ]
    # It takes minutes, and must not go on after a run that is killed.
    with closing(Keeper.new()) as keeper:
        variables = os.environ | {"TMPDIR": str(keeper.folder)}
        process = keeper.start("matrix", script, variables)
        wait_for(lambda: process.code is not None, "all combinations are built", seconds=3600)
        said = process.last_words(50)
        assert process.code == 0, said
    counted = re.search(r"(\d+) compile", said)
    assert counted
    return int(counted[1]), file.read_text().splitlines()


@pytest.mark.anywhere
def test_every_combination_is_accepted(
    client: Client, namespace: str, record: Record, tmp_path: Path
) -> None:
    """All that the matrix compiles passes a dry run with strict validation, without a warning."""
    compiled, texts = _matrix(tmp_path / "objects")

    objects = moved(texts, "emqx-matrix", namespace)

    assert refusals(client, objects) == []
    record("accepted", "combinations", compiled)
    record("accepted", "distinct objects that they are made of", len(objects))


def _shipped(environment: str, namespace: str) -> list[Manifest]:
    manifests = [
        manifest
        for path in sorted((RENDERED / environment).glob("*.yaml"))
        for manifest in read_stream(path.read_bytes())
    ]
    return moved(map(json.dumps, manifests), f"emqx-{environment}", namespace)


@pytest.mark.anywhere
@pytest.mark.parametrize("environment", SHIPPED)
def test_the_shipped_environments_are_accepted(
    extended: Client, namespace: str, environment: str
) -> None:
    """What lies in dist/rendered is accepted, custom resources with their projects' schemas."""
    assert refusals(extended, _shipped(environment, namespace)) == []


Break = Callable[[Manifest], object]


def _pod(manifest: Manifest) -> Any:
    return manifest["spec"]["template"]["spec"]


def _container(manifest: Manifest) -> Any:
    return _pod(manifest)["containers"][0]


FAULTS: dict[str, tuple[str, Break, str]] = {
    "unknown field": ("StatefulSet", lambda m: _pod(m).update(colour="blue"), "colour"),
    "misspelt field": ("Service", lambda m: m["spec"].update(sesionAffinity="None"), "sesion"),
    "wrong type": ("StatefulSet", lambda m: m["spec"].update(replicas="three"), "replicas"),
    "missing selector": ("StatefulSet", lambda m: m["spec"].pop("selector"), "selector"),
    "missing capacity": ("PersistentVolume", lambda m: m["spec"].pop("capacity"), "capacity"),
    "long name of a port": (
        "StatefulSet",
        lambda m: _container(m)["ports"][0].update(name="listener-for-mqtt"),
        "no more than 15",
    ),
    "port out of range": (
        "Service",
        lambda m: m["spec"]["ports"][0].update(port=70000),
        "between 1 and 65535",
    ),
    "privileged": (
        "StatefulSet",
        lambda m: _container(m)["securityContext"].update(privileged=True),
        "privileged",
    ),
    "root": ("Deployment", lambda m: _pod(m)["securityContext"].clear(), "restricted"),
    "folder of the node": (
        "StatefulSet",
        lambda m: _pod(m)["volumes"].append({"name": "host", "hostPath": {"path": "/"}}),
        "hostPath",
    ),
    "variable twice": (
        "StatefulSet",
        lambda m: _container(m)["env"].extend([{"name": "A", "value": "1"}] * 2),
        "hides previous definition",
    ),
    "old version": (
        "PodDisruptionBudget",
        lambda m: m.update(apiVersion="policy/v1beta1"),
        "could not find",
    ),
    "no endpoints to scrape": ("ServiceMonitor", lambda m: m["spec"].pop("endpoints"), "endpoints"),
}
"""What is broken, in which object of the shipped `prod`, and what the API server then says."""


@pytest.mark.anywhere
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_not_accepted(
    extended: Client, namespace: str, record: Record, fault: str
) -> None:
    """The proof fails for objects that are broken in one place, and names it."""
    kind, break_, words = FAULTS[fault]
    broken = copy.deepcopy(_shipped("prod", namespace))
    break_(next(manifest for manifest in broken if manifest["kind"] == kind))

    told = refusals(extended, broken)

    assert told
    assert all(line.startswith((kind, "Pod ")) for line in told)
    assert any(words in line for line in told)
    record("accepted", "faults put in on purpose, and found", 1)


def test_a_node_port_of_another_is_not_held_against_an_object(
    client: Client, namespace: str
) -> None:
    """Whether a port is free shows when it is applied; the rest of the Service is looked at."""
    ports = [{"port": 1883, "nodePort": 30080}]
    service: Manifest = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "first", "namespace": namespace},
        "spec": {"type": "NodePort", "ports": ports},
    }
    client.create(service)
    second = service | {"metadata": {"name": "second", "namespace": namespace}}

    assert refusals(client, [second]) == []
    (told,) = refusals(client, [second | {"spec": {**service["spec"], "sesionAffinity": "None"}}])
    assert "sesionAffinity" in told


def _rights() -> Manifest:
    page = (ROOT / "docs" / "how-to" / "prove.md").read_text(encoding="utf-8")
    block = re.search(r"^```yaml rights\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert block
    return read_stream(block[1].encode())[0]


def test_the_rights_of_the_guide_are_enough(control_plane: ControlPlane) -> None:
    """A user with the ClusterRole that the page shows, and nothing else, gets the same answers."""
    admin = control_plane.client
    custom.define(admin)
    admin.apply(_rights())
    name = _rights()["metadata"]["name"]
    user = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "prover"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "subjects": [user],
        "roleRef": role,
    }
    admin.apply(binding)

    prover = admin.acting_as("prover")
    with new_namespace(prover) as namespace:
        assert custom.known(prover)
        for environment in SHIPPED:
            assert refusals(prover, _shipped(environment, namespace)) == []

    for kind in ("ClusterRoleBinding", "ClusterRole"):
        admin.delete("rbac.authorization.k8s.io/v1", kind, name)
