"""Clusters and environments to deliver, and what the controllers' own schemas say of the result."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.delivery import Delivered, delivery_tree
from emqx_gitops.environment.loader import load_clusters
from emqx_gitops.kustomize.documents import Tree
from emqx_gitops.manifests import Manifest, read_stream

URL = "https://git.example.com/team/emqx.git"


def environment(name: str, cluster: str = "lab", workload: str = "StatefulSet") -> Delivered:
    """Return an environment in the namespace that is usual for its name."""
    return Delivered(
        environment=name,
        cluster=cluster,
        namespace=f"emqx-{name}",
        workload=workload,
        timeout_minutes=20,
    )


ENVIRONMENTS = (environment("prod"), environment("dev"), environment("try", workload="Pod"))


def deliver(cluster: str, *delivered: Delivered) -> Tree:
    """Return the tree for the cluster ``lab``, given as YAML in braces."""
    clusters, _ = load_clusters(f"clusters: {{lab: {cluster}}}".encode())
    return delivery_tree(clusters, delivered or ENVIRONMENTS)


def manifest(tree: Tree, path: str) -> Manifest:
    """Return the one object in the file at *path* below ``dist/delivery``."""
    (found,) = read_stream(tree[f"dist/delivery/{path}"])
    return found


def objects(tree: Tree) -> list[Manifest]:
    """Return every object that a controller gets to see."""
    found = [each for text in tree.values() for each in read_stream(text)]
    return [each for each in found if not each["apiVersion"].startswith("kustomize.config.k8s.io/")]


def fields(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield the path of every leaf below *value*; items of a list share ``[]``."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from fields(child, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for child in value:
            yield from fields(child, f"{path}[]")
    else:
        yield path, value


_SOURCE = {"project", "source.repoURL", "source.targetRevision", "source.path"}
_DESTINATION = {"destination.server", "destination.name", "destination.namespace"}
_SYNC = {
    "syncPolicy.automated.prune",
    "syncPolicy.automated.selfHeal",
    "syncPolicy.automated.allowEmpty",
    "syncPolicy.syncOptions[]",
    "syncPolicy.retry.limit",
    "syncPolicy.retry.backoff.duration",
    "syncPolicy.retry.backoff.factor",
    "syncPolicy.retry.backoff.maxDuration",
}
_APPLICATION = _SOURCE | _DESTINATION | _SYNC

SPECS = {
    ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"): {
        "path",
        "sourceRef.kind",
        "sourceRef.name",
        "sourceRef.namespace",
        "interval",
        "retryInterval",
        "timeout",
        "prune",
        "wait",
        "force",
        "deletionPolicy",
        "serviceAccountName",
        "decryption.provider",
        "decryption.secretRef.name",
    },
    ("source.toolkit.fluxcd.io/v1", "GitRepository"): {
        "url",
        "interval",
        "ignore",
        "secretRef.name",
        "ref.branch",
        "ref.tag",
        "ref.semver",
        "ref.commit",
    },
    ("argoproj.io/v1alpha1", "Application"): _APPLICATION,
    ("argoproj.io/v1alpha1", "ApplicationSet"): {
        "goTemplate",
        "goTemplateOptions[]",
        "generators[].list.elements",
        "generators[].list.elements[].environment",
        "generators[].list.elements[].namespace",
        "generators[].list.elements[].serverSide",
        "syncPolicy.preserveResourcesOnDeletion",
        "template.metadata.name",
        "template.metadata.finalizers[]",
        "template.metadata.labels.app.kubernetes.io/managed-by",
        "template.metadata.labels.app.kubernetes.io/part-of",
        "template.metadata.annotations.argocd.argoproj.io/compare-options",
        "template.metadata.annotations.argocd.argoproj.io/manifest-generate-paths",
        *(f"template.spec.{each}" for each in _APPLICATION),
    },
}
"""
Fields below ``spec`` that may be written, by version and kind.

Each was found in the CRDs of kustomize-controller 1.9.4, source-controller 1.7.3 and Argo CD 3.6;
``deletionPolicy`` is the youngest (kustomize-controller 1.5, Flux 2.5).
"""
