"""What a manifest's head says: group, kind, namespace, labels."""

from __future__ import annotations

from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.lenient import mapping, text

BUILT_IN = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
"""API groups of Kubernetes itself."""

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "FlowSchema",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
    }
)
"""Built-in kinds without a namespace."""


def group_of(manifest: Manifest) -> str:
    """Return the API group of *manifest*; empty for the core group."""
    return text(manifest.get("apiVersion")).rpartition("/")[0]


def namespace_of(manifest: Manifest) -> str:
    """Return the namespace that *manifest* names; empty where it names none."""
    return text(mapping(manifest.get("metadata")).get("namespace"))


def labels_of(manifest: Manifest) -> Manifest:
    """Return the labels of *manifest*."""
    return mapping(mapping(manifest.get("metadata")).get("labels"))
