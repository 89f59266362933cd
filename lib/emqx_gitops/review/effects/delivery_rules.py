"""Rules on what Flux, Argo CD and kubectl do; `delivery` finds what breaks them."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

UNGUARDED = EffectRule(
    code="EG880",
    name="prune-guard-removed",
    outcome=Outcome.DATA_LOSS,
    what="The guard is taken off something that holds data.",
    why="From now on it is deleted as soon as it leaves the manifests.",
    fix="Keep kustomize.toolkit.fluxcd.io/prune: disabled and argocd.argoproj.io/sync-options: "
    "Prune=false,Delete=false.",
    source="Flux documentation, Kustomization (garbage collection); Argo CD documentation, sync "
    "options",
)

FORCED = EffectRule(
    code="EG882",
    name="recreated-by-force",
    outcome=Outcome.INTERRUPTION,
    what="An object that cannot be updated is marked to be deleted and made again.",
    why="kustomize.toolkit.fluxcd.io/force and Argo CD's Force=true answer a refusal so.",
    fix="Remove the mark, and migrate by hand.",
    source="Flux documentation, Kustomization (force); Argo CD documentation, sync options",
)

FORCED_DATA = EffectRule(
    code="EG883",
    name="data-recreated-by-force",
    outcome=Outcome.DATA_LOSS,
    what="A claim or volume that cannot be updated is marked to be deleted and made again.",
    why="kustomize.toolkit.fluxcd.io/force and Argo CD's Force=true answer a refusal so.",
    fix="Remove the mark before anything else.",
    source="Flux documentation, Kustomization (force); Argo CD documentation, sync options",
)

DOUBLE = EffectRule(
    code="EG884",
    name="duplicate-merge-key",
    outcome=Outcome.REFUSED,
    what="A list that Kubernetes merges by key has two items with one key.",
    why="Server-side apply cannot tell them apart; client-side apply merges them into one.",
    fix="Leave one of them, or give them different keys.",
    source="Kubernetes documentation, server-side apply (merge strategy)",
)

RECREATE = EffectRule(
    code="EG885",
    name="default-left-beside-recreate",
    outcome=Outcome.REFUSED,
    what="A Deployment that never said rollingUpdate becomes Recreate.",
    why="Server-side apply removes only fields that it set itself; kubectl's client-side apply "
    "removes the others of a strategy too.",
    fix="Change it once by hand, then apply:",
    source="Kubernetes documentation, server-side apply (defaulting)",
)

NO_ROOM = EffectRule(
    code="EG886",
    name="too-large-for-last-applied",
    outcome=Outcome.REFUSED,
    what="An object is larger than the annotation that client-side apply keeps it in.",
    why="All annotations of an object together may take 256 KiB.",
    fix="Apply it server-side: kubectl apply --server-side, or in Argo CD the sync option "
    "ServerSideApply=true.",
    source="apimachinery/pkg/api/validation TotalAnnotationSizeLimitB",
)

TOO_LARGE = EffectRule(
    code="EG887",
    name="data-too-large",
    outcome=Outcome.REFUSED,
    what="A ConfigMap or Secret has more than 1 MiB of data.",
    why="The API server stores no more.",
    fix="Divide it, or mount the data from a volume.",
    source="pkg/apis/core/validation ValidateConfigMap, ValidateSecret",
)

LEFT_OUT = EffectRule(
    code="EG888",
    name="left-out-by-client-side-apply",
    outcome=Outcome.NONE,
    what="An item is added that client-side apply cannot tell from another, so nothing happens.",
    why="kubectl merges ports by their number alone, and says nothing of the second.",
    fix="Apply server-side: kubectl apply --server-side, or in Argo CD the sync option "
    "ServerSideApply=true.",
    source="Kubernetes issue 39188; measured with kubectl 1.32 and Kubernetes 1.36",
)

LEFT_OUT_BY_SOME = EffectRule(
    code="EG889",
    name="left-out-by-some",
    outcome=Outcome.UNKNOWN,
    what="An item is added that client-side apply leaves out, and server-side apply does not.",
    why="kubectl merges ports by their number alone; server-side apply by number and protocol.",
    fix="Apply server-side: kubectl apply --server-side, or in Argo CD the sync option "
    "ServerSideApply=true.",
    source="Kubernetes issue 39188; measured with kubectl 1.32 and Kubernetes 1.36",
)

RULES = (
    LEFT_OUT,
    LEFT_OUT_BY_SOME,
    UNGUARDED,
    FORCED,
    FORCED_DATA,
    DOUBLE,
    RECREATE,
    NO_ROOM,
    TOO_LARGE,
)

SERVER_ONLY = (DOUBLE, RECREATE)
"""Refusals of server-side apply only."""

CLIENT_ONLY = (NO_ROOM,)
"""Refusals of client-side apply only."""

LARGEST_ANNOTATIONS = 256 * 1024
LARGEST_DATA = 1024 * 1024
