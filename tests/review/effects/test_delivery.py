"""What goes, is renamed or swapped, and what Flux, Argo CD and kubectl do about it."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.registry import RULES
from emqx_gitops.review.model import Apply, Outcome
from tests.review.effects.changes import (
    CONTAINER,
    GUARDS,
    LABELS,
    at,
    claiming,
    codes,
    drop,
    edited,
    effects,
    made,
    put,
    service,
    workload,
)

FLUX, ARGOCD = frozenset({Apply.FLUX}), frozenset({Apply.ARGOCD})
KUBECTL, KUBECTL_SERVER = frozenset({Apply.KUBECTL}), frozenset({Apply.KUBECTL_SERVER})

CLAIM = made("PersistentVolumeClaim", spec={"accessModes": ["ReadWriteOnce"]})
GUARDED = edited(CLAIM, put("metadata", "annotations", GUARDS))
CONFIG = made("ConfigMap", data={"a": "1"})
READING = edited(workload(), put(*CONTAINER, "envFrom", [{"configMapRef": {"name": "emqx"}}]))
BUDGET = made("PodDisruptionBudget", "policy/v1", spec={"selector": {"matchLabels": LABELS}})
NETWORK = made("NetworkPolicy", "networking.k8s.io/v1", spec={"podSelector": {}})
MONITOR = made("ServiceMonitor", "monitoring.coreos.com/v1", spec={})
ROLE = made("Role", "rbac.authorization.k8s.io/v1", rules=[])
TAKING = claiming(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"})
UDP = {"name": "quic", "containerPort": 1883, "protocol": "UDP"}


@pytest.mark.parametrize(
    ("old", "beside", "expected"),
    [
        (CLAIM, (), {"EG842"}),
        (GUARDED, (), {"EG881"}),
        (TAKING, (), {"EG842"}),
        (claiming(), (), {"EG843"}),
        (service(), (), {"EG844"}),
        (CONFIG, (READING,), {"EG845"}),
        (CONFIG, (workload(),), {"EG846"}),
        (MONITOR, (), {"EG853"}),
        (ROLE, (), {"EG854"}),
        (NETWORK, (workload(),), {"EG855"}),
        (NETWORK, (), {"EG846"}),
        (BUDGET, (workload(),), {"EG856"}),
        (BUDGET, (), {"EG846"}),
    ],
)
def test_removal(old: Manifest, beside: tuple[Manifest, ...], expected: set[str]) -> None:
    """What goes is told by what is lost with it, and what is guarded stays."""
    assert codes(old, None, beside, apply=FLUX) & {rule.code for rule in RULES} >= expected


def test_kubectl_deletes_nothing() -> None:
    """What leaves the manifests stays where kubectl apply is the way."""
    (found,) = effects(CLAIM, None, apply=KUBECTL | KUBECTL_SERVER)

    assert (found.rule.code, found.outcome) == ("EG881", Outcome.NONE)
    assert "  kubectl -n demo delete persistentvolumeclaim emqx" in found.advice


def test_each_tool_has_its_own_guard() -> None:
    """A guard for Flux does not hold Argo CD."""
    for_flux = edited(CLAIM, put("metadata", "annotations", {**GUARDS}))
    del for_flux["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]

    assert codes(for_flux, None, apply=FLUX) == {"EG881"}
    assert codes(for_flux, None, apply=ARGOCD) == {"EG842"}


@pytest.mark.parametrize(
    ("old", "name", "expected"),
    [
        (claiming(), "other", "EG857"),
        (CLAIM, "other", "EG857"),
        (workload("Deployment"), "other", "EG858"),
        (service(), "other", "EG858"),
        (CONFIG, "other", "EG859"),
        (CONFIG, "emqx", "EG848"),
    ],
)
def test_renaming(old: Manifest, name: str, expected: str) -> None:
    """Another name is another object, and what held data starts empty."""
    new = edited(old, put("metadata", "name", name))
    new["metadata"]["labels"] = {}

    assert expected in codes(old, new)


def test_swapped_kinds() -> None:
    """A Deployment that becomes a StatefulSet is a new object with the same labels."""
    assert "EG867" in codes(workload("Deployment"), workload("StatefulSet"))
    assert "EG867" not in codes(workload(), edited(workload(), put("spec", "minReadySeconds", 1)))


def test_guards_taken_off() -> None:
    """Taking a guard off a claim puts its data at risk; off a ConfigMap, nothing."""
    off = drop("metadata", "annotations")

    assert "EG880" in codes(GUARDED, edited(GUARDED, off))
    config = edited(CONFIG, put("metadata", "annotations", GUARDS))
    assert "EG880" not in codes(config, edited(config, off))


@pytest.mark.parametrize(
    ("marks", "way", "expected"),
    [
        ({"kustomize.toolkit.fluxcd.io/force": "enabled"}, FLUX, "EG882"),
        ({"argocd.argoproj.io/sync-options": "Force=true,Replace=true"}, ARGOCD, "EG882"),
        ({"kustomize.toolkit.fluxcd.io/force": "enabled"}, ARGOCD, None),
    ],
)
def test_force(marks: dict[str, str], way: frozenset[Apply], expected: str | None) -> None:
    """What is refused and marked is deleted and made again, by the tool that knows the mark."""
    old = edited(claiming(), put("metadata", "annotations", marks))
    refused = edited(old, put("spec", "serviceName", "other"))
    taken = edited(old, put("spec", "minReadySeconds", 1))

    assert ("EG882" in codes(old, refused, apply=way)) is (expected is not None)
    assert "EG882" not in codes(old, taken, apply=way)


def test_force_on_a_claim_costs_its_data() -> None:
    """A claim that is made again is empty."""
    mark = {"kustomize.toolkit.fluxcd.io/force": "enabled"}
    old = edited(CLAIM, put("metadata", "annotations", mark))

    assert "EG883" in codes(old, edited(old, put("spec", "accessModes", ["ReadWriteMany"])))
    assert "EG883" not in codes(old, edited(old, put("metadata", "labels", {})))


def _added(key: str, value: Any) -> tuple[Manifest, Manifest]:
    old = workload()
    return old, edited(old, lambda each: at(each, *CONTAINER, key).append(value))


def test_two_items_of_one_key() -> None:
    """Server-side apply refuses them, and client-side apply leaves out the second."""
    old, new = _added("env", {"name": "HOME", "value": "/other"})

    assert codes(old, new, apply=FLUX) == {"EG884"}
    assert codes(old, new, apply=KUBECTL) == {"EG888"}
    assert codes(old, new) == {"EG884", "EG889", "EG802"}


def test_one_port_by_two_protocols() -> None:
    """Server-side apply takes both; client-side apply keeps what was there, and tells nobody."""
    old, new = _added("ports", UDP)

    assert codes(old, new, apply=FLUX) == {"EG802"}
    assert codes(old, new, apply=KUBECTL) == {"EG888"}
    option = {"argocd.argoproj.io/sync-options": "ServerSideApply=true"}
    mark = put("metadata", "annotations", option)
    assert codes(edited(old, mark), edited(new, mark), apply=ARGOCD) == {"EG802"}


def test_a_default_that_stands_in_the_way() -> None:
    """Only server-side apply leaves rollingUpdate, which nobody wrote, beside Recreate."""
    old = workload("Deployment")
    new = edited(old, put("spec", "strategy", {"type": "Recreate"}))

    assert codes(old, new, apply=FLUX) == {"EG885"}
    assert "EG885" not in codes(old, new, apply=KUBECTL)
    written = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    old = workload("Deployment", strategy=written)
    assert "EG885" not in codes(old, edited(old, put("spec", "strategy", {"type": "Recreate"})))


@pytest.mark.parametrize(
    ("size", "way", "expected"),
    [
        (300_000, KUBECTL, {"EG886"}),
        (300_000, FLUX, {"EG848"}),
        (200_000, KUBECTL, {"EG848"}),
        (1_100_000, KUBECTL, {"EG887"}),
        (1_100_000, FLUX, {"EG887"}),
    ],
)
def test_size(size: int, way: frozenset[Apply], expected: set[str]) -> None:
    """Client-side apply keeps a copy in an annotation, which has less room than the object."""
    assert codes(CONFIG, edited(CONFIG, put("data", "b", "x" * size)), apply=way) == expected


def test_what_is_refused_restarts_nothing() -> None:
    """Of an object that is refused as a whole, only what is worse is told."""
    old = claiming()
    new = edited(edited(old, put("spec", "serviceName", "x")), put(*CONTAINER, "image", "a:1"))

    (found,) = effects(old, new, apply=FLUX)

    assert found.rule.code == "EG801"
    assert "  kubectl -n demo delete statefulset emqx --cascade=orphan" in found.advice


def test_claims_are_grown_by_name() -> None:
    """For a larger template the advice has a command for each claim that exists."""
    old = claiming()
    size = ("spec", "volumeClaimTemplates", 0, "spec", "resources", "requests", "storage")

    (found,) = effects(old, edited(old, put(*size, "20Gi")))

    claims = [line for line in found.advice.splitlines() if "patch persistentvolumeclaim" in line]
    assert [line.split()[5] for line in claims] == ["data-emqx-0", "data-emqx-1", "data-emqx-2"]


def test_claims_of_static_volumes_are_not_grown() -> None:
    """A claim without a class would be refused, so the advice does not ask for it."""
    old = edited(claiming(), put("spec", "volumeClaimTemplates", 0, "spec", "storageClassName", ""))
    size = ("spec", "volumeClaimTemplates", 0, "spec", "resources", "requests", "storage")

    (found,) = effects(old, edited(old, put(*size, "20Gi")))

    assert "patch" not in found.advice
    assert "  kubectl -n demo delete statefulset emqx --cascade=orphan" in found.advice


def test_pods_that_restart_are_named() -> None:
    """Highest ordinal first, and only those at or above the partition."""
    update = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    old = workload(updateStrategy=update)

    (found,) = effects(old, edited(old, put(*CONTAINER, "image", "a:1")))

    assert found.message == (
        "2 pods of StatefulSet demo/emqx restart one after another: emqx-2 to emqx-1"
    )


def test_custom_resources_are_unknown() -> None:
    """Nobody but its controller knows what follows from a custom resource."""
    old = made("Widget", "example.com/v1", spec={"a": 1})

    assert codes(old, edited(old, put("spec", "a", 2))) == {"EG847"}


def test_codes_are_unique() -> None:
    """No two rules have one code or one name, and each says all that there is to say."""
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.what and rule.why and rule.fix and rule.source for rule in RULES)
