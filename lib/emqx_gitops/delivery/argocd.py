"""
Argo CD objects: an entry, and one Application for each environment, or an ApplicationSet of them.

Changes are applied by the API server, as Flux does it: what one takes, the other takes. The
comparison is then the API server's own as well (Argo CD 3.1); the one that comes with server-side
apply by default was given up. No source names its kind: Argo CD strips an empty ``kustomize`` or
``directory`` from what it stores (NormalizeSource in util/argo), and the entry would put it back
for ever. Nothing needs ``ignoreDifferences``.
"""

from __future__ import annotations

from collections.abc import Sequence

from emqx_gitops.delivery.delivered import Delivered
from emqx_gitops.delivery.folders import (
    ENVIRONMENTS,
    folder_of,
    metadata,
    name_of,
    path_of,
    tree_of,
)
from emqx_gitops.environment.clusters import ArgoCd, Cluster
from emqx_gitops.kustomize.documents import Tree
from emqx_gitops.manifests import Manifest

API = "argoproj.io/v1alpha1"
FINALIZER = "resources-finalizer.argocd.argoproj.io"
"""Has Argo CD delete what an Application applied, but for ``Delete=false``, when it is deleted."""

_HERE = "https://kubernetes.default.svc"
_HEAD = "HEAD"
_RETRY = {"limit": 5, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "3m"}}


def argocd_tree(
    name: str, cluster: Cluster, argocd: ArgoCd, delivered: Sequence[Delivered]
) -> Tree:
    """Return the files that have Argo CD deliver *delivered* to the cluster *name*."""
    folder = folder_of("argocd", name)
    environments = [_application(cluster, argocd, _values(each)) for each in delivered]
    if argocd.objects == "applicationSet":
        environments = [_application_set(name, cluster, argocd, delivered)]
    return tree_of(
        folder, argocd.namespace, [_entry(name, argocd, f"{folder}/{ENVIRONMENTS}")], environments
    )


def _entry(name: str, argocd: ArgoCd, path: str) -> Manifest:
    """
    Return the Application that applies those of the environments, and prunes them.

    No environment's name has a dot, so this name is free. It follows the default branch, where
    clusters.yaml is edited: the tree at a tag was compiled before that tag was named there. Without
    a finalizer it leaves everything behind when it is deleted.
    """
    return {
        "apiVersion": API,
        "kind": "Application",
        "metadata": metadata(f"emqx.{name}", argocd.namespace),
        "spec": {
            "project": argocd.project,
            "source": {"repoURL": argocd.repo_url, "targetRevision": _HEAD, "path": path},
            "destination": {"server": _HERE, "namespace": argocd.namespace},
            "syncPolicy": {
                # Otherwise Argo CD refuses to remove the last environment of a cluster.
                "automated": {"prune": True, "selfHeal": True, "allowEmpty": True},
                "retry": _RETRY,
            },
        },
    }


def _values(each: Delivered) -> dict[str, str]:
    """
    Return what tells one environment's Application from another's.

    A bare Pod is replaced, not changed; the API server would refuse the change already when asked
    to compare.
    """
    return {
        "environment": each.environment,
        "namespace": each.namespace,
        "serverSide": "false" if each.workload == "Pod" else "true",
    }


def _application(cluster: Cluster, argocd: ArgoCd, values: dict[str, str]) -> Manifest:
    """Return the Application that *values* describe; they may be placeholders of a template."""
    environment, server_side = values["environment"], values["serverSide"]
    meta = metadata(name_of(environment), argocd.namespace)
    meta["annotations"] = {"argocd.argoproj.io/compare-options": f"ServerSideDiff={server_side}"}
    if argocd.path == "rendered":
        # A commit that leaves this folder alone costs nothing; overlays may refer to any folder.
        meta["annotations"]["argocd.argoproj.io/manifest-generate-paths"] = "."
    if cluster.on_removal == "delete":
        meta["finalizers"] = [FINALIZER]
    return {
        "apiVersion": API,
        "kind": "Application",
        "metadata": meta,
        "spec": {
            "project": argocd.project,
            "source": {
                "repoURL": argocd.repo_url,
                "targetRevision": cluster.ref.revision if cluster.ref else _HEAD,
                "path": path_of(environment, argocd.path),
            },
            "destination": _destination(argocd) | {"namespace": values["namespace"]},
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                # No CreateNamespace: it is among the manifests, with its labels and guards. No
                # PruneLast: a claim that the old workload holds would keep the new one waiting.
                "syncOptions": [f"ServerSideApply={server_side}"],
                "retry": _RETRY,
            },
        },
    }


def _destination(argocd: ArgoCd) -> Manifest:
    if argocd.destination is not None:
        return {"name": argocd.destination}
    return {"server": argocd.server or _HERE}


def _application_set(
    name: str, cluster: Cluster, argocd: ArgoCd, delivered: Sequence[Delivered]
) -> Manifest:
    """
    Return the ApplicationSet that makes the same Applications.

    It lists them: a generator that looks for folders would find those of other clusters, and knows
    no namespaces.
    """
    elements = [_values(each) for each in delivered]
    keys = ("environment", "namespace", "serverSide")
    template = _application(cluster, argocd, {key: f"{{{{ .{key} }}}}" for key in keys})
    del template["apiVersion"], template["kind"], template["metadata"]["namespace"]
    return {
        "apiVersion": API,
        "kind": "ApplicationSet",
        "metadata": metadata(f"emqx.{name}", argocd.namespace),
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"list": {"elements": elements}}],
            "syncPolicy": {"preserveResourcesOnDeletion": cluster.on_removal == "keep"},
            "template": template,
        },
    }
