"""Rules on a container's variables: what expands to what, and what is set twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.rules.lenient import mapping, text, texts
from emqx_gitops.rules.objects import Objects
from emqx_gitops.rules.pods import Container, Pod

UNEXPANDED = Rule(
    code="EG702",
    name="unexpanded-variable",
    severity=Severity.ERROR,
    what="A `$(NAME)` stands where Kubernetes leaves it as it is.",
    why=(
        "Kubernetes expands it only in `env`, `command` and `args`, and in `env` only from "
        "`envFrom` and what stands before it; else EMQX gets the text itself, without any error."
    ),
    fix="Define the variable before its use, or write `$$(NAME)` where the text is meant.",
    source="kubernetes/kubernetes, pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables",
)

SET_TWICE = Rule(
    code="EG712",
    name="variable-set-twice",
    severity=Severity.ERROR,
    what="A container sets one variable twice in `env`.",
    why=(
        "The last one wins in the pod, and server-side apply, by which Flux applies, refuses the "
        "whole object: the name is the key of the list."
    ),
    fix="Keep one of them.",
    source="Kubernetes documentation, Server-Side Apply, Merge strategy",
)

SHADOWED = Rule(
    code="EG715",
    name="shadowed-variable",
    severity=Severity.WARNING,
    what="A variable of a broker is in `env` and in an `envFrom`, or in two of the latter.",
    why="Only one of them has an effect, and whoever edits the other one wonders why.",
    fix="Keep the one that is meant.",
    source="kubernetes/kubernetes, pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables",
)

RULES = (UNEXPANDED, SET_TWICE, SHADOWED)

_REFERENCE = re.compile(r"\$\$|\$\(([-._a-zA-Z][-._a-zA-Z0-9]*)\)")
"""What the kubelet looks for, escapes included; a name is a variable's."""

_LIKELY = re.compile(r"[A-Z_][A-Z0-9_]*")
"""Names that are meant for Kubernetes: a shell's ``$(date)`` is none."""

_SERVICE = re.compile(r"[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT|SERVICE_PORT_\w+|PORT|PORT_\w+)")
"""Variables that the kubelet makes of Services."""


def check_variables(objects: Objects) -> Iterator[Finding]:
    """Yield variables that are not expanded, and such as are set twice."""
    for pod in objects.pods:
        for container in pod.containers:
            yield from _container(objects, pod, container)
    for broker in objects.brokers:
        yield from _shadowed(objects, broker.pod, broker.container)


def references(value: str) -> Iterator[str]:
    """Yield the names that *value* wants expanded; ``$$(NAME)`` wants none."""
    if "$(" in value:
        for found in _REFERENCE.finditer(value):
            if found[1]:
                yield found[1]


@dataclass(slots=True)
class _Scope:
    """The variables that a container has at some point of its ``env``."""

    objects: Objects
    pod: Pod
    known: set[str]
    later: set[str]
    """Those that follow."""

    complete: bool = True
    """Whether all of ``envFrom`` is rendered."""

    def check(self, path: str, value: str) -> Iterator[Finding]:
        """Yield a finding for each name in *value* that has no value here."""
        for name in references(value):
            if name in self.known:
                continue
            if name in self.later:
                message = f"$({name}) is used before it is defined"
                fix = f"Move {name} before this variable."
                yield self.objects.at(UNEXPANDED, self.pod.owner, path, message, fix)
            elif self.complete and _LIKELY.fullmatch(name) and not self._is_made(name):
                message = f"$({name}) is defined nowhere"
                yield self.objects.at(UNEXPANDED, self.pod.owner, path, message)

    def _is_made(self, name: str) -> bool:
        links = self.pod.spec.get("enableServiceLinks") is not False
        return bool(_SERVICE.fullmatch(name)) and (links or name.startswith("KUBERNETES_"))


def _container(objects: Objects, pod: Pod, container: Container) -> Iterator[Finding]:
    own = [text(each.get("name")) for each in container.env]
    scope = _Scope(objects, pod, known=set(), later=set(own))
    for index, (kind, name, prefix) in enumerate(container.sources):
        source = objects.find(kind, pod.namespace, name)
        data = mapping(source.get("data")) if source else {}
        scope.complete = scope.complete and source is not None
        scope.known.update(prefix + key for key in data)
        if kind == "ConfigMap":
            path = f"{container.path}.envFrom[{index}]"
            yield from _map(objects, pod, path, data, scope.known | scope.later)
    set_here: set[str] = set()
    for index, (name, each) in enumerate(zip(own, container.env, strict=True)):
        path = f"{container.path}.env[{index}]"
        yield from scope.check(f"{path}.value", text(each.get("value")))
        if name in set_here:
            yield objects.at(SET_TWICE, pod.owner, path, f"{name} is set twice in env")
        set_here.add(name)
        scope.known.add(name)
    for field in ("command", "args"):
        for index, word in enumerate(texts(container.body.get(field))):
            yield from scope.check(f"{container.path}.{field}[{index}]", word)


def _map(
    objects: Objects, pod: Pod, path: str, data: Mapping[str, object], known: set[str]
) -> Iterator[Finding]:
    for key, value in data.items():
        for wanted in references(text(value)):
            if wanted in known or _LIKELY.fullmatch(wanted):
                message = f"$({wanted}) in {key} stays as it is: it comes from envFrom"
                fix = f"Set {key} in `env`, or write the value out."
                yield objects.at(UNEXPANDED, pod.owner, path, message, fix)


def _shadowed(objects: Objects, pod: Pod, container: Container) -> Iterator[Finding]:
    origins: dict[str, str] = {}
    for kind, name, prefix in container.sources:
        source = objects.find(kind, pod.namespace, name)
        for key in mapping(source.get("data")) if source else ():
            before = origins.setdefault(prefix + key, f"{kind} {name}")
            if before != f"{kind} {name}":
                message = f"{prefix + key} is in {before} and in {kind} {name}, which wins"
                path = f"{container.path}.envFrom"
                yield objects.at(SHADOWED, pod.owner, path, message)
    for index, each in enumerate(container.env):
        name = text(each.get("name"))
        if name in origins:
            message = f"{name} is set here and in {origins[name]}, which has no effect"
            path = f"{container.path}.env[{index}]"
            yield objects.at(SHADOWED, pod.owner, path, message)
