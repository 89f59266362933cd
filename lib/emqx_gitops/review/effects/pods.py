"""Pods behind an object: its template, their labels, how many, what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.reading import mapping, number, plural
from emqx_gitops.review.model import ids_of

WORKLOADS = frozenset(
    {"DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"}
)
"""Kinds with a template of pods at ``spec.template``."""

TEMPLATE = ("spec", "template")


def kind_of(manifest: Manifest) -> str:
    """Return the kind of *manifest*; empty where it says none."""
    return str(manifest.get("kind") or "")


def has_pods(manifest: Manifest) -> bool:
    """Tell whether *manifest* is a pod or makes pods."""
    return kind_of(manifest) in WORKLOADS or kind_of(manifest) in {"CronJob", "Pod"}


def template_path(manifest: Manifest) -> tuple[str, ...]:
    """Return where the pod stands in *manifest*: its metadata and spec are below."""
    kind = kind_of(manifest)
    if kind == "CronJob":
        return ("spec", "jobTemplate", *TEMPLATE)
    return () if kind == "Pod" else TEMPLATE


def template_of(manifest: Manifest) -> Manifest:
    """Return the pod or the template of pods in *manifest*."""
    found = manifest
    for step in template_path(manifest):
        found = mapping(found, step)
    return found


def pod_spec(manifest: Manifest) -> Manifest:
    """Return the pod's spec in *manifest*."""
    return mapping(template_of(manifest), "spec")


def pod_labels(manifest: Manifest) -> dict[str, str]:
    """Return the labels that its pods have."""
    labels = mapping(template_of(manifest), "metadata", "labels")
    return {str(key): str(value) for key, value in labels.items()}


def spec_path(manifest: Manifest) -> tuple[str, ...]:
    """Return where the pod's spec stands in *manifest*."""
    return (*template_path(manifest), "spec")


def count(manifest: Manifest) -> int:
    """Return how many pods *manifest* asks for; 1 for a DaemonSet, whose number is not known."""
    if kind_of(manifest) in {"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"}:
        return number(manifest, "spec", "replicas", default=1)
    return number(manifest, "spec", "parallelism", default=1) if kind_of(manifest) == "Job" else 1


def first_ordinal(manifest: Manifest) -> int:
    """Return the number of a StatefulSet's first pod."""
    return number(manifest, "spec", "ordinals", "start")


def ordinal_names(manifest: Manifest) -> list[str]:
    """Return the names of a StatefulSet's pods, lowest first."""
    name, start = ResourceId.of(manifest).name, first_ordinal(manifest)
    return [f"{name}-{ordinal}" for ordinal in range(start, start + count(manifest))]


def span(names: list[str]) -> str:
    """Return a sentence's words for consecutive pods: ``emqx-0 to emqx-4``."""
    if not names:
        return "no pods"
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def title(manifest: Manifest) -> str:
    """Return kind and name for a sentence: ``StatefulSet emqx-prod/emqx``."""
    identity = ResourceId.of(manifest)
    name = f"{identity.namespace}/{identity.name}" if identity.namespace else identity.name
    return f"{identity.kind} {name}"


def how_many(manifest: Manifest) -> str:
    """Return how many pods there are, in words: ``3 pods of Deployment emqx-prod/emqx-proxy``."""
    if kind_of(manifest) == "DaemonSet":
        return f"the pods of {title(manifest)} on every node"
    return f"{plural(count(manifest), 'pod')} of {title(manifest)}"


def workloads(side: Mapping[ResourceId, Manifest], namespace: str) -> Iterator[Manifest]:
    """Yield what has pods in *namespace*; kinds are told by the key, so little is parsed."""
    for kind in (*sorted(WORKLOADS), "CronJob", "Pod"):
        for key in ids_of(side, kind, namespace):
            yield side[key]


def command(manifest: Manifest, verb: str, *rest: str) -> str:
    """Return a line of advice: ``  kubectl -n NS VERB KIND NAME REST``."""
    identity = ResourceId.of(manifest)
    where = ("-n", identity.namespace) if identity.namespace else ()
    group = f".{identity.group}" if custom(identity) else ""
    kind = f"{identity.kind.lower()}{group}"
    return "  " + " ".join(("kubectl", *where, verb, kind, identity.name, *rest))


def custom(identity: ResourceId) -> bool:
    """Tell whether a kind is not one of Kubernetes' own."""
    return "." in identity.group and not identity.group.endswith(".k8s.io")
