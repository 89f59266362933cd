"""What pods may do to their node: privileges that come with a new template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.pod_security import offences
from emqx_gitops.review.effects.pods import has_pods, kind_of, pod_spec, spec_path, title
from emqx_gitops.review.effects.reading import at, listed, mapping, mappings, texts
from emqx_gitops.review.model import (
    Change,
    Effect,
    EffectRule,
    Item,
    Outcome,
    Path,
    Surroundings,
    ids_of,
)

MORE = EffectRule(
    code="EG850",
    name="privilege-widened",
    outcome=Outcome.WIDENED,
    what="Pods may do more to their node than before.",
    why="A container that is broken into may use whatever its pod is allowed.",
    fix="Take the privilege away again, unless the image cannot do without it.",
    source="Kubernetes documentation, Pod Security Standards",
)

BARRED = EffectRule(
    code="EG851",
    name="pods-barred-by-namespace",
    outcome=Outcome.INTERRUPTION,
    what="A workload's new pods are not let into its namespace.",
    why="The workload is taken, but Pod Security refuses each pod that it makes: a rollout stops "
    "with pods missing.",
    fix="Meet the level that the namespace enforces.",
    source="Kubernetes documentation, Pod Security admission",
)

POD_BARRED = EffectRule(
    code="EG852",
    name="pod-barred-by-namespace",
    outcome=Outcome.REFUSED,
    what="A bare Pod is not let into its namespace.",
    why="Pod Security refuses what the namespace's level does not allow.",
    fix="Meet the level that the namespace enforces.",
    source="Kubernetes documentation, Pod Security admission",
)

RULES = (MORE, BARRED, POD_BARRED)

_HOST = ("hostIPC", "hostNetwork", "hostPID")
_LEVEL = "pod-security.kubernetes.io/enforce"


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield privileges that pods gain, and pods that their namespace bars."""
    if change.new is None or not has_pods(change.new.manifest):
        return
    new = change.new.manifest
    old = change.old.manifest if change.old is not None else None
    if old is not None and has_pods(old):
        before = dict(_privileges(old))
        for path, what in _privileges(new):
            if path not in before and what not in before.values():
                yield MORE.on(path, f"pods of {title(new)} {what}")
    yield from _barred(new, old, surroundings)


def enforced(namespace: str, surroundings: Surroundings) -> str:
    """Return the level of Pod Security that a namespace enforces; empty where none is known."""
    for key in ids_of(surroundings.new, "Namespace"):
        if key.name == namespace:
            return str(at(surroundings.new[key], "metadata", "labels", _LEVEL) or "")
    return ""


def _barred(new: Manifest, old: Manifest | None, surroundings: Surroundings) -> Iterator[Effect]:
    level = enforced(str(at(new, "metadata", "namespace") or ""), surroundings)
    found = offences(pod_spec(new), level)
    if not found or (old is not None and offences(pod_spec(old), level) == found):
        return
    words = f"{level}: {listed(found)}"
    if kind_of(new) == "Pod":
        yield POD_BARRED.on(("spec",), f"{title(new)} does not meet {words}")
    else:
        message = f"pods of {title(new)} do not meet {words}"
        yield BARRED.on(spec_path(new), message)


def _privileges(manifest: Manifest) -> Iterator[tuple[Path, str]]:
    spec, base = pod_spec(manifest), spec_path(manifest)
    for key in _HOST:
        if spec.get(key) is True:
            yield (*base, key), f"share the node's {key.removeprefix('host')}"
    for volume in mappings(spec, "volumes"):
        if "hostPath" in volume:
            step = Item((("name", str(volume.get("name"))),))
            folder = at(volume, "hostPath", "path")
            yield (*base, "volumes", step, "hostPath"), f"mount {folder} of their node"
    for kind in ("initContainers", "containers"):
        for each in mappings(spec, kind):
            if at(each, "securityContext", "privileged") is True:
                yield (*base, kind), f"run {each.get('name')} privileged: it owns its node"
            step = Item((("name", str(each.get("name"))),))
            for steps, what in _container(each, mapping(spec, "securityContext")):
                yield (*base, kind, step, *steps), what


def _container(container: Manifest, pod: Manifest) -> Iterator[tuple[Path, str]]:
    own = mapping(container, "securityContext")
    where = "securityContext"
    for key, safe, what in _FLAGS:
        if own.get(key) is not safe:
            yield (where, key), what
    for name in texts(own, "capabilities", "add"):
        yield (where, "capabilities", "add"), f"get the capability {name}"
    if not {"ALL", "all"} & {*texts(own, "capabilities", "drop")}:
        yield (where, "capabilities", "drop"), "keep the capabilities of the container runtime"
    if _either(own, pod, "runAsNonRoot") is not True:
        yield (where, "runAsNonRoot"), "may run as root"
    if _either(own, pod, "runAsUser") == 0:
        yield (where, "runAsUser"), "run as root"
    if _either(own, pod, "seccompProfile", "type") in (None, "Unconfined"):
        yield (where, "seccompProfile"), "may make any system call"
    for port in (each.get("hostPort") for each in mappings(container, "ports")):
        if port:
            yield ("ports",), f"take port {port} of their node"


_FLAGS = (
    ("allowPrivilegeEscalation", False, "may gain privileges by setuid programs"),
    ("readOnlyRootFilesystem", True, "may write to their image's files"),
)


def _either(own: Manifest, pod: Manifest, *steps: str) -> Any:
    found = at(own, *steps)
    return at(pod, *steps) if found is None else found
