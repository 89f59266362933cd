"""Match labels as Kubernetes does."""

from __future__ import annotations

from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.kinds import namespace_of
from emqx_gitops.rules.lenient import entries, mapping, text, texts
from emqx_gitops.rules.objects import Objects
from emqx_gitops.rules.pods import Pod


def has_labels(wanted: Manifest, labels: Manifest) -> bool:
    """Tell whether *labels* hold all that are *wanted*; wanting none matches everything."""
    return wanted.items() <= labels.items()


def is_empty(selector: Manifest) -> bool:
    """Tell whether a label selector asks for nothing, and so matches everything."""
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def matches(selector: Manifest, labels: Manifest) -> bool:
    """Tell whether a label selector, with labels and expressions, matches *labels*."""
    if not has_labels(mapping(selector.get("matchLabels")), labels):
        return False
    expressions = selector.get("matchExpressions")
    return not expressions or all(_holds(each, labels) for each in entries(expressions))


def pods_of(objects: Objects, namespace: str, selector: Manifest) -> list[Pod]:
    """Return the pods of *namespace* that a label selector matches."""
    return [
        pod for pod in objects.pods if pod.namespace == namespace and matches(selector, pod.labels)
    ]


def pods_behind(objects: Objects, service: Manifest) -> list[Pod]:
    """Return the pods that a Service selects; none for one without a selector."""
    wanted = mapping(mapping(service.get("spec")).get("selector"))
    namespace = namespace_of(service)
    return [
        pod
        for pod in objects.pods
        if wanted and pod.namespace == namespace and has_labels(wanted, pod.labels)
    ]


def _holds(expression: Manifest, labels: Manifest) -> bool:
    key, values = text(expression.get("key")), texts(expression.get("values"))
    how = expression.get("operator")
    if how == "In":
        return labels.get(key) in values
    if how == "NotIn":
        return labels.get(key) not in values
    return (key in labels) == (how == "Exists")
