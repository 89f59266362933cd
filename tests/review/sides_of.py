"""Sides made of manifests, and strategies that draw them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from emqx_gitops.manifests import Manifest, to_yaml
from emqx_gitops.review.model import Change, Field, Review
from emqx_gitops.review.side import Side, documents_of

NAMES = st.sampled_from(["a", "b", "c", "emqx", "emqx-0"])
_WORDS = st.sampled_from(["x", "y", "1883", "tcp", "true", "a b", "line\nline\n"])
_LABELS = st.dictionaries(NAMES, _WORDS, max_size=3)
_QUANTITY = st.sampled_from(["1", "1000m", "2", "1Gi", "1024Mi", 1])


def _unique(values: st.SearchStrategy[Any], *keys: str) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, max_size=4, unique_by=lambda each: tuple(each.get(key) for key in keys))


_ENV = st.fixed_dictionaries({"name": NAMES, "value": _WORDS})
_PORTS = st.fixed_dictionaries(
    {"containerPort": st.integers(1, 4)}, optional={"name": NAMES, "protocol": st.just("TCP")}
)
_MOUNTS = st.fixed_dictionaries({"name": NAMES, "mountPath": NAMES.map("/{}".format)})
_CONTAINERS = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "image": _WORDS,
        "args": st.lists(_WORDS, max_size=4),
        "env": _unique(_ENV, "name"),
        "ports": _unique(_PORTS, "containerPort"),
        "volumeMounts": _unique(_MOUNTS, "mountPath"),
        "resources": st.fixed_dictionaries(
            {"limits": st.dictionaries(st.sampled_from(["cpu", "memory"]), _QUANTITY)}
        ),
    },
)
_POD = st.fixed_dictionaries(
    {"containers": _unique(_CONTAINERS, "name")},
    optional={
        "tolerations": _unique(st.fixed_dictionaries({"key": NAMES, "effect": _WORDS}), "key"),
        "volumes": _unique(st.fixed_dictionaries({"name": NAMES}), "name"),
        "terminationGracePeriodSeconds": st.integers(0, 3),
    },
)
_RULES = st.fixed_dictionaries(
    {"resources": st.lists(NAMES, max_size=2), "verbs": st.just(["get"])}
)


def _object(kind: str, version: str, **body: st.SearchStrategy[Any]) -> st.SearchStrategy[Manifest]:
    metadata = st.fixed_dictionaries(
        {"name": NAMES}, optional={"namespace": NAMES, "labels": _LABELS, "annotations": _LABELS}
    )
    head = {"apiVersion": st.just(version), "kind": st.just(kind), "metadata": metadata}
    return st.fixed_dictionaries(head | body)


MANIFESTS: st.SearchStrategy[Manifest] = st.one_of(
    _object("ConfigMap", "v1", data=st.dictionaries(NAMES, _WORDS, max_size=4)),
    _object("Secret", "v1", stringData=st.dictionaries(NAMES, _WORDS, max_size=4)),
    _object("Role", "rbac.authorization.k8s.io/v1", rules=st.lists(_RULES, max_size=3)),
    *(
        _object(
            kind,
            "apps/v1",
            spec=st.fixed_dictionaries(
                {
                    "replicas": st.integers(0, 3),
                    "template": st.fixed_dictionaries({"spec": _POD}),
                }
            ),
        )
        for kind in ("Deployment", "StatefulSet")
    ),
    _object("Widget", "example.org/v1", spec=st.dictionaries(NAMES, st.lists(_LABELS, max_size=3))),
)


def identity(manifest: Manifest) -> tuple[Any, ...]:
    """Return what makes a manifest one resource."""
    metadata = manifest["metadata"]
    return (
        manifest["apiVersion"],
        manifest["kind"],
        metadata.get("namespace", ""),
        metadata["name"],
    )


TREES: st.SearchStrategy[list[Manifest]] = st.lists(MANIFESTS, max_size=6, unique_by=identity)
"""Objects of one side."""


def side_of(manifests: Iterable[Manifest], label: str = "side", file: str = "all.yaml") -> Side:
    """Return a side of one file with *manifests*."""
    text = "---\n".join(to_yaml(each) for each in manifests)
    return Side(label, tuple(documents_of(text, file)))


def changes_of(review: Review) -> list[Change]:
    """Return the changes of all entries."""
    return [change for entry in review.entries for change in entry.changes]


def fields_of(review: Review) -> list[Field]:
    """Return the fields of all changes."""
    return [field for change in changes_of(review) for field in change.fields]


def as_set(values: Sequence[Any]) -> set[str]:
    """Return *values* in a form that can be compared without order."""
    return {json.dumps(each, sort_keys=True, default=repr) for each in values}
