"""Fields that the API server refuses to change, and how to get there all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.migrating import replacing
from emqx_gitops.review.effects.pods import command, title
from emqx_gitops.review.effects.reading import at, path_of
from emqx_gitops.review.model import Change, Effect, EffectRule, Outcome, Surroundings

STATEFUL_SET = EffectRule(
    code="EG801",
    name="statefulset-field-immutable",
    outcome=Outcome.REFUSED,
    what="A field of a StatefulSet changes that may be set only when it is made.",
    why="Only replicas, ordinals, template, updateStrategy, revisionHistoryLimit, minReadySeconds "
    "and persistentVolumeClaimRetentionPolicy may be updated.",
    fix="Delete the StatefulSet with --cascade=orphan, so that its pods go on, and apply again.",
    source="pkg/apis/apps/validation ValidateStatefulSetUpdate (v1.36.3)",
)

SELECTOR = EffectRule(
    code="EG807",
    name="selector-immutable",
    outcome=Outcome.REFUSED,
    what="The selector of a Deployment, DaemonSet, ReplicaSet or Job changes.",
    why="A workload would lose its pods, so the API server refuses it.",
    fix="Delete the workload and apply again, or give the new one another name.",
    source="pkg/apis/apps/validation ValidateDeploymentUpdate; Kubernetes documentation, "
    "Deployments (label selector updates)",
)

JOB = EffectRule(
    code="EG808",
    name="job-field-immutable",
    outcome=Outcome.REFUSED,
    what="The template, selector or completion mode of a Job changes.",
    why="A Job runs what it was made with.",
    fix="Delete the Job and apply again, or give the new one another name.",
    source="pkg/apis/batch/validation ValidateJobUpdate",
)

ROLE_REF = EffectRule(
    code="EG830",
    name="role-ref-immutable",
    outcome=Outcome.REFUSED,
    what="The roleRef of a binding changes.",
    why="Who may change a binding could otherwise give itself any role.",
    fix="Delete the binding and apply again.",
    source="Kubernetes documentation, RBAC (RoleBinding and ClusterRoleBinding)",
)

OTHER = EffectRule(
    code="EG840",
    name="field-immutable",
    outcome=Outcome.REFUSED,
    what="A field changes that may be set only when the object is made.",
    why="The API server's validation compares it with the old one.",
    fix="Delete the object and apply again, if nothing depends on it.",
    source="pkg/apis/*/validation (v1.36.3)",
)

RULES = (STATEFUL_SET, SELECTOR, JOB, ROLE_REF, OTHER)

_STATEFUL_MUTABLE = frozenset(
    {
        "minReadySeconds",
        "ordinals",
        "persistentVolumeClaimRetentionPolicy",
        "replicas",
        "revisionHistoryLimit",
        "template",
        "updateStrategy",
    }
)

_FIELDS: Mapping[str, tuple[EffectRule, tuple[tuple[str, ...], ...]]] = {
    "ClusterRoleBinding": (ROLE_REF, (("roleRef",),)),
    "CustomResourceDefinition": (
        OTHER,
        (("spec", "group"), ("spec", "names", "plural"), ("spec", "names", "kind")),
    ),
    "DaemonSet": (SELECTOR, (("spec", "selector"),)),
    "Deployment": (SELECTOR, (("spec", "selector"),)),
    "IngressClass": (OTHER, (("spec", "controller"),)),
    "Job": (
        JOB,
        (
            ("spec", "selector"),
            ("spec", "template"),
            ("spec", "completionMode"),
            ("spec", "completions"),
            ("spec", "podFailurePolicy"),
            ("spec", "successPolicy"),
            ("spec", "backoffLimitPerIndex"),
            ("spec", "managedBy"),
        ),
    ),
    "PriorityClass": (OTHER, (("value",), ("preemptionPolicy",))),
    "ReplicaSet": (SELECTOR, (("spec", "selector"),)),
    "RoleBinding": (ROLE_REF, (("roleRef",),)),
    "StorageClass": (
        OTHER,
        (("parameters",), ("provisioner",), ("reclaimPolicy",), ("volumeBindingMode",)),
    ),
}


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield a refusal for each field that cannot be changed."""
    del surroundings
    sides = both(change)
    if sides is None:
        return
    if change.id.kind == "StatefulSet":
        yield from _stateful_set(change, sides)
    rule, paths = _FIELDS.get(change.id.kind, (OTHER, ()))
    for path in paths:
        if sides.differs(*path) and not _allowed(sides, path):
            where = path_of(change, *path)
            message = f"{'.'.join(path)} of {title(sides.new)} cannot be changed"
            yield rule.on(where, message, _again(sides.new))


def _allowed(sides: Both, path: tuple[str, ...]) -> bool:
    """A suspended Job may change where pods are scheduled, an Indexed one how many there are."""
    if path == ("spec", "template"):
        return at(sides.old, "spec", "suspend") is True
    indexed = at(sides.old, "spec", "completionMode") == "Indexed"
    return path == ("spec", "completions") and indexed


def _again(manifest: Manifest) -> str:
    what = "Delete it and apply again. It is gone in between:"
    return f"{what}\n{command(manifest, 'delete')}"


def _stateful_set(change: Change, sides: Both) -> Iterator[Effect]:
    for key in sides.keys("spec"):
        if key in _STATEFUL_MUTABLE:
            continue
        path = path_of(change, "spec", key)
        message = f"spec.{key} of {title(sides.new)} cannot be changed"
        yield STATEFUL_SET.on(path, message, replacing(sides, key))
