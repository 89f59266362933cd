"""Rules on objects that go; `removal` finds what breaks them."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

DATA_GONE = EffectRule(
    code="EG842",
    name="data-removed",
    outcome=Outcome.DATA_LOSS,
    what="A claim, volume, namespace or CRD is removed, or a StatefulSet that takes its claims.",
    why="What it holds goes with it, and a deletion cannot be called back.",
    fix="Guard it against pruning before it leaves the manifests, by the annotations "
    "kustomize.toolkit.fluxcd.io/prune: disabled, argocd.argoproj.io/sync-options: Prune=false.",
    source="Kubernetes documentation, persistent volumes (reclaiming), namespaces",
)

PODS_GONE = EffectRule(
    code="EG843",
    name="workload-removed",
    outcome=Outcome.INTERRUPTION,
    what="A workload is removed.",
    why="Its pods are deleted with it, and their clients are cut off.",
    fix="Move clients first.",
    source="Kubernetes documentation, garbage collection (cascading deletion)",
)

ROAD_GONE = EffectRule(
    code="EG844",
    name="service-removed",
    outcome=Outcome.INTERRUPTION,
    what="A Service, or another way for clients, is removed.",
    why="Its name and addresses lead nowhere any more.",
    fix="Move clients first.",
    source="Kubernetes documentation, Services",
)

NEEDED = EffectRule(
    code="EG845",
    name="needed-object-removed",
    outcome=Outcome.INTERRUPTION,
    what="A ConfigMap, Secret or ServiceAccount is removed that pods still refer to.",
    why="Running pods go on, and none that starts later comes up.",
    fix="Keep it, or remove what refers to it first.",
    source="Kubernetes documentation, configure a pod to use a ConfigMap",
)

GONE = EffectRule(
    code="EG846",
    name="removed",
    outcome=Outcome.IN_PLACE,
    what="An object is removed that nothing else here needs.",
    why="Whoever applies the manifests deletes it.",
    fix="Nothing.",
    source="Flux and Argo CD documentation, pruning",
)

METRICS_GONE = EffectRule(
    code="EG853",
    name="metrics-removed",
    outcome=Outcome.INTERRUPTION,
    what="What tells Prometheus whom to ask is removed.",
    why="Dashboards and alerts lose their data.",
    fix="Keep it, or silence what depends on it first.",
    source="Prometheus Operator documentation, ServiceMonitor",
)

RIGHTS_GONE = EffectRule(
    code="EG854",
    name="rights-removed",
    outcome=Outcome.INTERRUPTION,
    what="A role or a binding is removed.",
    why="The API server answers 403 to whoever had its rights.",
    fix="Make sure that nobody needs them.",
    source="Kubernetes documentation, RBAC",
)

OPENED = EffectRule(
    code="EG855",
    name="network-policy-removed",
    outcome=Outcome.WIDENED,
    what="A NetworkPolicy is removed from pods that stay.",
    why="A pod that no policy selects takes connections from everywhere.",
    fix="Keep the policy as long as its pods are there.",
    source="Kubernetes documentation, network policies (default)",
)

UNGUARDED = EffectRule(
    code="EG856",
    name="budget-removed",
    outcome=Outcome.INTERRUPTION,
    what="A PodDisruptionBudget is removed from pods that stay.",
    why="The next drain of nodes may evict all of them at once.",
    fix="Keep the budget as long as its pods are there.",
    source="Kubernetes documentation, disruptions (pod disruption budgets)",
)

NEW_DATA = EffectRule(
    code="EG857",
    name="renamed-with-data",
    outcome=Outcome.DATA_LOSS,
    what="Something that holds data gets another name or namespace.",
    why="To Kubernetes it is a new object, with claims of its own that are empty.",
    fix="Keep the name, or back up the data and restore it into the new one.",
    source="Kubernetes documentation, StatefulSets (stable storage)",
)

RENAMED = EffectRule(
    code="EG858",
    name="renamed",
    outcome=Outcome.INTERRUPTION,
    what="A workload or Service gets another name or namespace.",
    why="To Kubernetes it is a new object: the old one goes, and clients with it.",
    fix="Add the new one first, move clients, then remove the old one.",
    source="Kubernetes documentation, object names and IDs",
)

MOVED = EffectRule(
    code="EG859",
    name="renamed-in-place",
    outcome=Outcome.IN_PLACE,
    what="An object gets another name or namespace, and what refers to it changes too.",
    why="The new object is made beside the old one.",
    fix="Nothing.",
    source="Kubernetes documentation, object names and IDs",
)

SWAPPED = EffectRule(
    code="EG867",
    name="kind-swapped",
    outcome=Outcome.INTERRUPTION,
    what="A workload becomes another kind.",
    why="Both have the same labels: Services lead to both while both run, then the old one goes.",
    fix="Back up first, let clients go, and delete the old one before the new one starts:",
    source="Kubernetes documentation, workload resources",
)

STAYS = EffectRule(
    code="EG881",
    name="kept",
    outcome=Outcome.NONE,
    what="An object leaves the manifests, and nobody deletes it.",
    why="Flux and Argo CD keep what is guarded, and kubectl apply deletes nothing.",
    fix="Delete it by hand when it is not needed any more.",
    source="Flux documentation, Kustomization (garbage collection); Argo CD documentation, sync "
    "options (no prune resources)",
)

RULES = (
    DATA_GONE,
    PODS_GONE,
    ROAD_GONE,
    NEEDED,
    GONE,
    METRICS_GONE,
    RIGHTS_GONE,
    OPENED,
    UNGUARDED,
    NEW_DATA,
    RENAMED,
    MOVED,
    SWAPPED,
    STAYS,
)
