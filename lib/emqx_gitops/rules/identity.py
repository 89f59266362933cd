"""Rules on what an object is: its identity, and the version of the API that it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emqx_gitops.environment.clusters import NEWEST
from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.kinds import CLUSTER_SCOPED, group_of
from emqx_gitops.rules.lenient import mapping, text
from emqx_gitops.rules.objects import Objects

REMOVED_VERSION = Rule(
    code="EG706",
    name="removed-api-version",
    severity=Severity.ERROR,
    what="An object is written in a version of the API that Kubernetes no longer has.",
    why="The API server refuses it: `no matches for kind`.",
    fix="Write the version that replaced it.",
    source="Kubernetes documentation, Deprecated API Migration Guide",
)

SAME_IDENTITY = Rule(
    code="EG708",
    name="same-identity",
    severity=Severity.ERROR,
    what="Two objects have one kind, namespace and name.",
    why="In the cluster they are one object, and whichever is applied last wins.",
    fix="Rename or remove one of them.",
    source="Kubernetes documentation, Object Names and IDs",
)

RULES = (REMOVED_VERSION, SAME_IDENTITY)

REMOVED: Mapping[tuple[str, str], tuple[int, str]] = {
    ("extensions/v1beta1", ""): (22, "apps/v1, networking.k8s.io/v1 or policy/v1"),
    ("apps/v1beta1", ""): (16, "apps/v1"),
    ("apps/v1beta2", ""): (16, "apps/v1"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration"): (
        22,
        "admissionregistration.k8s.io/v1",
    ),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration"): (
        22,
        "admissionregistration.k8s.io/v1",
    ),
    ("apiextensions.k8s.io/v1beta1", ""): (22, "apiextensions.k8s.io/v1"),
    ("apiregistration.k8s.io/v1beta1", ""): (22, "apiregistration.k8s.io/v1"),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest"): (22, "certificates.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", "Lease"): (22, "coordination.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "Ingress"): (22, "networking.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "IngressClass"): (22, "networking.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1alpha1", ""): (22, "rbac.authorization.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", ""): (22, "rbac.authorization.k8s.io/v1"),
    ("scheduling.k8s.io/v1alpha1", "PriorityClass"): (22, "scheduling.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", "PriorityClass"): (22, "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSIDriver"): (22, "storage.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSINode"): (22, "storage.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "StorageClass"): (22, "storage.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "VolumeAttachment"): (22, "storage.k8s.io/v1"),
    ("autoscaling/v2beta1", ""): (25, "autoscaling/v2"),
    ("batch/v1beta1", "CronJob"): (25, "batch/v1"),
    ("batch/v2alpha1", "CronJob"): (21, "batch/v1"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice"): (25, "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", "Event"): (25, "events.k8s.io/v1"),
    ("node.k8s.io/v1beta1", "RuntimeClass"): (25, "node.k8s.io/v1"),
    ("policy/v1beta1", "PodDisruptionBudget"): (25, "policy/v1"),
    ("policy/v1beta1", "PodSecurityPolicy"): (25, "Pod Security admission"),
    ("autoscaling/v2beta2", ""): (26, "autoscaling/v2"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", ""): (26, "flowcontrol.apiserver.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity"): (27, "storage.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", ""): (29, "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", ""): (32, "flowcontrol.apiserver.k8s.io/v1"),
}
"""Minor version of Kubernetes that lacks it first, and what replaced it; kind "" is all kinds."""


def check_identities(objects: Objects) -> Iterator[Finding]:
    """Yield objects in removed versions, and such as are one object to the cluster."""
    newest = (objects.rendered.kubernetes or NEWEST)[1]
    seen: set[tuple[str, str, str, str]] = set()
    for manifest in objects.rendered.manifests:
        version, kind = text(manifest.get("apiVersion")), manifest["kind"]
        if "beta" in version or "alpha" in version:
            gone = REMOVED.get((version, kind)) or REMOVED.get((version, ""))
            if gone and gone[0] <= newest:
                message = f"{version} {kind} was removed in Kubernetes 1.{gone[0]}"
                yield objects.at(
                    REMOVED_VERSION, manifest, "apiVersion", message, f"Write {gone[1]}."
                )
        identity = _identity(manifest, kind)
        if identity in seen:
            message = f"{kind} {identity[3]} is there twice"
            yield objects.at(SAME_IDENTITY, manifest, "metadata.name", message)
        seen.add(identity)


def _identity(manifest: Manifest, kind: str) -> tuple[str, str, str, str]:
    meta = mapping(manifest.get("metadata"))
    namespace = "" if kind in CLUSTER_SCOPED else text(meta.get("namespace"))
    return group_of(manifest), kind, namespace, text(meta.get("name"))
