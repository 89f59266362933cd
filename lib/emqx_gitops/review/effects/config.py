"""ConfigMaps and Secrets: what may not change, and who does not notice that it did."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.pods import command, pod_spec, title, workloads
from emqx_gitops.review.effects.reading import at, listed, mapping, mappings, path_of
from emqx_gitops.review.model import Change, Effect, EffectRule, Outcome, Surroundings

IMMUTABLE = EffectRule(
    code="EG833",
    name="immutable-data",
    outcome=Outcome.REFUSED,
    what="Data of a ConfigMap or Secret changes that is marked immutable.",
    why="immutable: true holds for data and for itself until the object is deleted.",
    fix="Give the new data another name, or delete the object and apply again:",
    source="pkg/apis/core/validation ValidateConfigMapUpdate, ValidateSecretUpdate (v1.36.3)",
)

TYPE = EffectRule(
    code="EG834",
    name="secret-type-immutable",
    outcome=Outcome.REFUSED,
    what="The type of a Secret changes.",
    why="Whoever reads it relies on the keys of its type.",
    fix="Delete the Secret and apply again:",
    source="pkg/apis/core/validation ValidateSecretUpdate (v1.36.3)",
)

UNNOTICED = EffectRule(
    code="EG838",
    name="environment-not-read-again",
    outcome=Outcome.IN_PLACE,
    what="A ConfigMap or Secret changes that pods read into their environment.",
    why="A container's environment is made when it starts; running pods keep the old values.",
    fix="Restart the pods when they are to take it up:",
    source="Kubernetes documentation, ConfigMaps (mounted ones are updated, variables are not)",
)

RULES = (IMMUTABLE, TYPE, UNNOTICED)

_DATA = ("binaryData", "data", "immutable")


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what is refused of a ConfigMap or Secret, and who keeps the old one."""
    sides = both(change, "ConfigMap", "Secret")
    if sides is None or at(sides.old, "metadata", "name") != at(sides.new, "metadata", "name"):
        return
    delete = command(sides.new, "delete")
    if sides.differs("type"):
        message = f"the type of {title(sides.new)} cannot be changed"
        yield TYPE.on(("type",), message, f"{TYPE.fix}\n{delete}")
    changed = [key for key in _DATA if sides.differs(key)]
    if at(sides.old, "immutable") is True and changed:
        path = path_of(change, changed[0])
        advice = f"{IMMUTABLE.fix}\n{delete}"
        yield IMMUTABLE.on(path, f"{title(sides.new)} is immutable", advice)
    elif changed and changed != ["immutable"]:
        yield from _unnoticed(change, sides, surroundings)


def _unnoticed(change: Change, sides: Both, surroundings: Surroundings) -> Iterator[Effect]:
    namespace = change.id.namespace
    readers = [each for each in workloads(surroundings.new, namespace) if _reads(each, change)]
    if readers:
        path = path_of(change, "data")
        names = listed([title(each) for each in readers])
        message = f"running pods of {names} keep the old values of {title(sides.new)}"
        restarts = [command(each, "rollout restart") for each in readers]
        yield UNNOTICED.on(path, message, "\n".join((UNNOTICED.fix, *restarts)))


def _reads(workload: Manifest, change: Change) -> bool:
    spec = pod_spec(workload)
    whole, one = (
        ("configMapRef", "configMapKeyRef")
        if change.id.kind == "ConfigMap"
        else ("secretRef", "secretKeyRef")
    )
    for container in (*mappings(spec, "initContainers"), *mappings(spec, "containers")):
        sources = [mapping(each, whole) for each in mappings(container, "envFrom")]
        sources += [mapping(each, "valueFrom", one) for each in mappings(container, "env")]
        if any(each.get("name") == change.id.name for each in sources):
            return True
    return False
