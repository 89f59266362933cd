"""Rules on selectors: whose pods they catch."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.kinds import namespace_of
from emqx_gitops.rules.lenient import mapping
from emqx_gitops.rules.matching import is_empty, matches, pods_behind, pods_of
from emqx_gitops.rules.objects import Objects
from emqx_gitops.rules.pods import Pod

CATCHES_OTHERS = Rule(
    code="EG703",
    name="selector-catches-others",
    severity=Severity.ERROR,
    what="The selector of a workload matches pods of another workload, or every pod.",
    why=(
        "Two controllers then count each other's pods as their own, and scale down, replace or "
        "adopt them."
    ),
    fix="Give each workload a label of its own, in its selector and on its pods.",
    source="Kubernetes documentation, Deployments, Selector",
)

MIXES_WORKLOADS = Rule(
    code="EG716",
    name="selector-mixes-workloads",
    severity=Severity.WARNING,
    what="A Service, disruption budget or network policy selects pods of two workloads.",
    why=(
        "Clients of the one reach the other, and one workload's restart uses up the budget of both."
    ),
    fix="Select the labels of one workload, or accept this warning with the reason.",
    source="Kubernetes documentation, Service; Specifying a Disruption Budget",
)

RULES = (CATCHES_OTHERS, MIXES_WORKLOADS)

_CONTROLLERS = ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")


def check_selectors(objects: Objects) -> Iterator[Finding]:
    """Yield selectors that catch pods of somebody else."""
    for pod in objects.pods:
        if pod.kind in _CONTROLLERS:
            yield from _workload(objects, pod)
    if len(objects.pods) > 1:
        for service in objects.of("Service"):
            yield from _mixes(objects, service, pods_behind(objects, service), "spec.selector")
        for kind, field in (("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")):
            for owner in objects.of(kind):
                selector = mapping(mapping(owner.get("spec")).get(field))
                # A policy for all pods of a namespace is a usual default.
                if not is_empty(selector):
                    pods = pods_of(objects, namespace_of(owner), selector)
                    yield from _mixes(objects, owner, pods, f"spec.{field}")


def _workload(objects: Objects, pod: Pod) -> Iterator[Finding]:
    selector = mapping(mapping(pod.owner.get("spec")).get("selector"))
    if is_empty(selector):
        message = f"the selector of {pod.kind} {pod.name} is empty, and so matches every pod"
        yield objects.at(CATCHES_OTHERS, pod.owner, "spec.selector", message)
        return
    if not matches(selector, pod.labels):
        message = "the selector does not match the pods that the workload itself makes"
        fix = "Give the pod template the labels of the selector."
        yield objects.at(CATCHES_OTHERS, pod.owner, "spec.selector", message, fix)
    for other in objects.pods:
        same = other.owner is pod.owner or other.namespace != pod.namespace
        if not same and matches(selector, other.labels):
            message = f"the selector also matches the pods of {other.kind} {other.name}"
            yield objects.at(CATCHES_OTHERS, pod.owner, "spec.selector", message)


def _mixes(objects: Objects, owner: Manifest, pods: list[Pod], path: str) -> Iterator[Finding]:
    if len(pods) > 1:
        names = " and ".join(f"{each.kind} {each.name}" for each in pods)
        yield objects.at(MIXES_WORKLOADS, owner, path, f"the selector matches pods of {names}")
