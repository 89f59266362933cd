"""Match a patch's target as Kustomize does: each field an anchored regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.kinds import CLUSTER_SCOPED
from emqx_gitops.rules.lenient import mapping, text

WORKLOADS = frozenset(
    {"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"}
)


class Known(NamedTuple):
    """What a target can ask of an object; names as they were written and as they are by now."""

    group: str
    version: str
    kind: str
    name: str
    namespace: str
    now: str
    """Name by now."""

    namespace_now: str
    labels: Manifest
    annotations: Manifest

    @classmethod
    def of(cls, manifest: Manifest) -> Known:
        """Return what is known of *manifest* as it is written."""
        meta = mapping(manifest.get("metadata"))
        group, _, version = text(manifest.get("apiVersion")).rpartition("/")
        name, namespace = text(meta.get("name")), text(meta.get("namespace"))
        labels, annotations = mapping(meta.get("labels")), mapping(meta.get("annotations"))
        kind = text(manifest.get("kind"))
        return cls(group, version, kind, name, namespace, name, namespace, labels, annotations)

    def renamed(self, prefix: str, suffix: str, namespace: str) -> Known:
        """Return the object as a kustomization with these fields leaves it."""
        moved = "" if self.kind in CLUSTER_SCOPED else namespace or self.namespace_now
        return self._replace(now=f"{prefix}{self.now}{suffix}", namespace_now=moved)


def hits(target: Manifest, known: Known) -> bool:
    """Tell whether *target* selects the object (resmap/reswrangler.go, Select)."""
    return (
        _any(target.get("kind"), known.kind)
        and _any(target.get("name"), known.name, known.now)
        and _any(target.get("group"), known.group)
        and _any(target.get("version"), known.version)
        and _any(
            target.get("namespace"),
            _effective(known.kind, known.namespace),
            _effective(known.kind, known.namespace_now),
        )
        and _selects(text(target.get("labelSelector")), known.labels)
        and _selects(text(target.get("annotationSelector")), known.annotations)
    )


def is_literal(pattern: str) -> bool:
    """Tell whether *pattern* can only match itself."""
    return bool(pattern) and re.escape(pattern).replace("\\-", "-") == pattern


def _effective(kind: str, namespace: str) -> str:
    if kind in CLUSTER_SCOPED:
        return "_non_namespaceable_"
    return namespace or "default"


def _any(pattern: object, *values: str) -> bool:
    wanted = text(pattern)
    if not wanted:
        return True
    expression = _compiled(wanted)
    return expression is None or any(expression.fullmatch(each) for each in values)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return the expression; None where Python does not know it, which then matches anything."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


_TERM = re.compile(
    r"\s*(?P<not>!)?(?P<key>[^\s=!,()]+)\s*"
    r"(?:(?P<sign>==?|!=)\s*(?P<value>[^\s,]*)|\s(?P<how>in|notin)\s*\((?P<values>[^)]*)\))?\s*(?:,|$)"
)


def _selects(selector: str, labels: Manifest) -> bool:
    """Tell whether a selector in Kubernetes' text form matches *labels*."""
    return all(_holds(term, labels) for term in _terms(selector))


def _terms(selector: str) -> Iterator[re.Match[str]]:
    place = 0
    while place < len(selector) and (term := _TERM.match(selector, place)):
        yield term
        place = term.end()


def _holds(term: re.Match[str], labels: Manifest) -> bool:
    value = labels.get(term["key"])
    if term["sign"]:
        return (value == term["value"]) != (term["sign"] == "!=")
    if term["how"]:
        listed = {each.strip() for each in term["values"].split(",")}
        return (value in listed) == (term["how"] == "in")
    return (value is None) == bool(term["not"])
