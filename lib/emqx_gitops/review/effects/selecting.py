"""Whom a selector selects: pods of workloads, by their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.pods import count, pod_labels, workloads
from emqx_gitops.review.effects.reading import mapping, mappings, texts


def matches(selector: Any, labels: Mapping[str, str]) -> bool:
    """Tell whether a label selector matches *labels*: an empty one does, and None does not."""
    if not isinstance(selector, dict):
        return False
    wanted = mapping(selector, "matchLabels")
    if any(labels.get(str(key)) != value for key, value in wanted.items()):
        return False
    return all(_holds(each, labels) for each in mappings(selector, "matchExpressions"))


def _holds(expression: Manifest, labels: Mapping[str, str]) -> bool:
    key, values = str(expression.get("key")), texts(expression, "values")
    operator = expression.get("operator")
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return (key in labels) is (operator == "Exists")


def selector_of(manifest: Manifest) -> Manifest | None:
    """Return the selector by which *manifest* finds pods; None where it looks for none."""
    spec = mapping(manifest, "spec")
    kind = manifest.get("kind")
    if kind == "Service":
        selector = mapping(spec, "selector")
        return {"matchLabels": selector} if selector else None
    if kind == "NetworkPolicy":
        return mapping(spec, "podSelector")
    if kind == "PodDisruptionBudget":
        return spec.get("selector") if isinstance(spec.get("selector"), dict) else None
    return None


def selected(
    manifest: Manifest, side: Mapping[ResourceId, Manifest], *, empty: bool = True
) -> dict[ResourceId, Manifest]:
    """Return what has pods that *manifest* selects on one side; without *empty*, at least one."""
    selector = selector_of(manifest)
    namespace = ResourceId.of(manifest).namespace
    if selector is None:
        return {}
    return {
        ResourceId.of(each): each
        for each in workloads(side, namespace)
        if (empty or count(each)) and matches(selector, pod_labels(each))
    }
