"""Environments with one thing changed: what a compiler with that one defect would have written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from emqx_gitops.manifests import Manifest
from tests.cluster.settled.asked import Asked

Change = Callable[[Asked], Asked]
Edit = Callable[[Any], object]
"""Changes a part of an object in place."""


def renamed(asked: Asked, suffix: str, ports: Iterator[int] | None = None) -> Asked:
    """Return the same environment in a namespace of its own, with node *ports* of its own."""
    text = json.dumps([asked.data, asked.objects])
    text = text.replace(asked.namespace, f"{asked.namespace}-{suffix}")
    if ports is not None:
        for port in asked.data["exposure"]["nodePorts"].values():
            text = text.replace(str(port), str(next(ports)))
    data, objects = json.loads(text)
    return replace(asked, name=f"{asked.name}-{suffix}", data=data, objects=tuple(objects))


def without(kind: str) -> Change:
    """Return a change that leaves out all objects of a kind."""
    return lambda asked: replace(
        asked, objects=tuple(each for each in asked.objects if each["kind"] != kind)
    )


def edited(kind: str, edit: Edit, *, name: str = "") -> Change:
    """Return a change of all objects of a kind; with *name*, of those whose names start so."""

    def change(asked: Asked) -> Asked:
        objects = deepcopy(asked.objects)
        chosen = [
            each
            for each in objects
            if each["kind"] == kind and each["metadata"]["name"].startswith(name)
        ]
        assert chosen, f"no {kind} {name}"
        for each in chosen:
            edit(each)
        assert objects != asked.objects, "nothing changed"
        return replace(asked, objects=objects)

    return change


def pod_edited(edit: Edit) -> Change:
    """Return a change of the ``spec`` of the brokers' pods."""

    def change(asked: Asked) -> Asked:
        kinds = ("StatefulSet", "Deployment", "Pod")
        (kind,) = (
            each["kind"]
            for each in asked.objects
            if each["kind"] in kinds and each["metadata"]["name"] == "emqx"
        )
        return edited(kind, lambda each: edit(_pod_of(each)), name="emqx")(asked)

    return change


def broker_edited(edit: Edit) -> Change:
    """Return a change of the brokers' container."""
    return pod_edited(lambda spec: edit(spec["containers"][0]))


def settings_edited(edit: Edit) -> Change:
    """Return a change of EMQX's settings in their ConfigMap."""
    return edited("ConfigMap", lambda each: edit(each["data"]), name="emqx-env")


def variable(container: Any, name: str) -> Any:
    """Return an entry of a container's ``env``, to be changed."""
    return next(each for each in container["env"] if each["name"] == name)


def drop_variable(name: str) -> Change:
    """Return a change that leaves a variable out of ``env``."""
    return broker_edited(lambda container: container["env"].remove(variable(container, name)))


def _pod_of(workload: Manifest) -> Manifest:
    spec: Manifest = workload["spec"]
    if "template" in spec:
        spec = spec["template"]["spec"]
    return spec
