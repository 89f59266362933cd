"""Which pods restart, and how many: those that the review names, and no others."""

from __future__ import annotations

import time
from copy import deepcopy
from typing import Any

import pytest

from emqx_gitops.review.compare import compare
from emqx_gitops.review.effects.registry import effects_of
from emqx_gitops.review.effects.workloads import restarting
from emqx_gitops.review.model import Apply, Change, Object, Outcome, Surroundings
from tests.builds import Builder
from tests.cluster.client import Client, Manifest, wait_for

_QUIET_SECONDS = 3
_STATEFUL = "discovery: {strategy: dns}\nemqx: {replicas: 3}\n"
_DEPLOYED = "discovery: {strategy: k8s, addressType: ip}\nworkload: {kind: deployment}\n"


def _workload(built: Builder, asked: str, namespace: str, **spec: Any) -> Manifest:
    made = deepcopy(built(asked).workload)
    made["metadata"]["namespace"] = namespace
    made["spec"] |= {"minReadySeconds": 0, **spec}
    return made


def _pods(client: Client, namespace: str) -> dict[str, str]:
    """Return names and UIDs of the pods that are there to stay."""
    return {
        each["metadata"]["name"]: each["metadata"]["uid"]
        for each in client.list("v1", "Pod", namespace)
        if "deletionTimestamp" not in each["metadata"]
    }


def _settled(client: Client, manifest: Manifest, pods: int) -> dict[str, str]:
    """Return the pods once the rollout is over and nothing has changed for a while."""
    path = client.path_of(manifest)
    namespace = manifest["metadata"]["namespace"]

    def over() -> dict[str, str] | None:
        found = client.request("GET", path).body
        status = found["status"]
        done = status.get("observedGeneration") == found["metadata"]["generation"]
        ready = status.get("readyReplicas") == pods
        before = _pods(client, namespace)
        time.sleep(_QUIET_SECONDS if done and ready else 0)
        return before if done and ready and before == _pods(client, namespace) else None

    return wait_for(over, "the rollout is over", seconds=120)


def _changed(client: Client, old: Manifest) -> tuple[set[str], set[str], set[Outcome]]:
    """Change the image; return pods before, those of them that are gone, and what was said."""
    account = {"name": "emqx", "namespace": old["metadata"]["namespace"]}
    client.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    client.apply(old)
    before = _settled(client, old, old["spec"]["replicas"])
    new = deepcopy(old)
    new["spec"]["template"]["spec"]["containers"][0]["image"] = "emqx/emqx:5.8.8"
    client.apply(new)
    after = _settled(client, new, old["spec"]["replicas"])
    change = Change(Object(old), Object(new), compare(old, new))
    told = effects_of(change, Surroundings({}, {}, frozenset({Apply.FLUX})))
    gone = {name for name, uid in before.items() if after.get(name) != uid}
    kubernetes = {each.outcome for each in told if each.rule.code < "EG900"}
    return set(before), gone, kubernetes


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "outcome"),
    [
        ({"type": "RollingUpdate"}, Outcome.ROLLING_RESTART),
        ({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}, Outcome.ROLLING_RESTART),
        ({"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}, Outcome.IN_PLACE),
        ({"type": "OnDelete"}, Outcome.IN_PLACE),
    ],
)
def test_pods_of_a_stateful_set(
    client: Client, namespace: str, built: Builder, strategy: Manifest, outcome: Outcome
) -> None:
    """Pods at or above the partition are replaced, and with OnDelete none."""
    old = _workload(built, _STATEFUL, namespace, updateStrategy=strategy)

    _, gone, told = _changed(client, old)

    assert gone == set(restarting(old))
    assert told == {outcome}


@pytest.mark.slow
def test_pods_of_a_deployment(client: Client, namespace: str, built: Builder) -> None:
    """All pods of a Deployment are replaced."""
    old = _workload(built, _DEPLOYED, namespace)

    before, gone, told = _changed(client, old)

    assert gone == before
    assert told == {Outcome.ROLLING_RESTART}
