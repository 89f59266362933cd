"""Rules on objects that a build gives another namespace than their file does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.kustomize.documents import is_generated
from emqx_gitops.manifests import Manifest, Place, ResourceId, YamlError, read_document
from emqx_gitops.rules.assembly import Item
from emqx_gitops.rules.kinds import BUILT_IN, CLUSTER_SCOPED, group_of, namespace_of
from emqx_gitops.rules.lenient import mapping, text
from emqx_gitops.rules.subjects import Sources

OBJECT_MOVES = Rule(
    code="EG603",
    name="object-moves",
    severity=Severity.ERROR,
    what="An object of `extra/` names another namespace than the environment's.",
    why="Kustomize moves every object of an overlay to the overlay's namespace, without a word.",
    fix="Take it out of extra/ into an overlay of its own, or remove its namespace.",
    source="kustomize 5.8.2, NamespaceTransformer",
)

GETS_NAMESPACE = Rule(
    code="EG611",
    name="cluster-scoped-gets-namespace",
    severity=Severity.WARNING,
    what="A custom resource that belongs to no namespace is given one by the build.",
    why=(
        "Kustomize does not know the scope of custom resources. The object is one for the whole "
        "cluster all the same, and two environments would fight over it."
    ),
    fix="Take it out of this overlay into one that sets no namespace.",
    source="kustomize 5.8.2, NamespaceTransformer",
)

RULES = (OBJECT_MOVES, GETS_NAMESPACE)

_CLUSTER_WIDE = frozenset(
    {
        ("cert-manager.io", "ClusterIssuer"),
        ("cilium.io", "CiliumClusterwideNetworkPolicy"),
        ("cilium.io", "CiliumLoadBalancerIPPool"),
        ("external-secrets.io", "ClusterExternalSecret"),
        ("external-secrets.io", "ClusterPushSecret"),
        ("external-secrets.io", "ClusterSecretStore"),
        ("gateway.networking.k8s.io", "GatewayClass"),
        ("generators.external-secrets.io", "ClusterGenerator"),
        ("karpenter.sh", "NodePool"),
        ("kyverno.io", "ClusterCleanupPolicy"),
        ("kyverno.io", "ClusterPolicy"),
        ("policy.networking.k8s.io", "AdminNetworkPolicy"),
        ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
        ("projectcalico.org", "GlobalNetworkPolicy"),
        ("crd.projectcalico.org", "GlobalNetworkPolicy"),
        ("snapshot.storage.k8s.io", "VolumeSnapshotClass"),
        ("snapshot.storage.k8s.io", "VolumeSnapshotContent"),
        ("trust.cert-manager.io", "Bundle"),
    }
)
"""Group and kind of custom resources without a namespace that stand beside brokers."""


def check_moves(sources: Sources, items: Iterable[Item]) -> Iterator[Finding]:
    """Yield the objects, written by hand, that end up in a namespace which they do not name."""
    built = {
        (group_of(each), each["kind"], text(mapping(each.get("metadata")).get("name"))): each
        for each in sources.manifests
    }
    wide = _CLUSTER_WIDE | set(_defined(sources.manifests))
    for item in items:
        manifest = item.manifest
        if not item.file or is_generated(sources.files.get(item.file, b"")):
            continue
        kind, group, namespace = item.known.kind, item.known.group, item.known.namespace
        if kind in CLUSTER_SCOPED and group in BUILT_IN:
            continue
        if namespace and sources.namespace and namespace != sources.namespace:
            message = f"{ResourceId.of(manifest)} would be moved to {sources.namespace}"
            yield _at(sources, item, OBJECT_MOVES, message)
        final = built.get((group, kind, item.known.now))
        if not namespace and (group, kind) in wide and final and namespace_of(final):
            message = f"{kind} {item.known.name} would get the namespace {namespace_of(final)}"
            yield _at(sources, item, GETS_NAMESPACE, message)


def _defined(manifests: tuple[Manifest, ...]) -> Iterator[tuple[str, str]]:
    """Yield the cluster-wide kinds that rendered definitions bring."""
    for each in manifests:
        spec = mapping(each.get("spec"))
        if each["kind"] == "CustomResourceDefinition" and spec.get("scope") == "Cluster":
            yield text(spec.get("group")), text(mapping(spec.get("names")).get("kind"))


def _at(sources: Sources, item: Item, rule: Rule, message: str) -> Finding:
    place = Place(0, 0)
    try:
        document = read_document(sources.files[item.file])
    except YamlError:
        # More than one document, or such as the strict reader refuses.
        pass
    else:
        path = ("metadata", "namespace")
        place = document.keys.get(path) or document.keys.get(("metadata",)) or place
    where = Where(
        file=item.file,
        line=place.line,
        column=place.column,
        environment=sources.name,
        resource=str(ResourceId.of(item.manifest)),
        path="metadata.namespace",
    )
    return rule.at(where, message)
