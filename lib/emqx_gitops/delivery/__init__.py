"""
Objects that point Flux and Argo CD at the tree.

Takes the clusters and their environments; hands back files below ``dist/delivery``.
"""

from __future__ import annotations

from collections.abc import Sequence

from emqx_gitops.delivery.argocd import argocd_tree
from emqx_gitops.delivery.delivered import Delivered
from emqx_gitops.delivery.flux import flux_tree
from emqx_gitops.environment.clusters import Clusters
from emqx_gitops.kustomize.documents import Tree

__all__ = ["Delivered", "delivery_tree"]


def delivery_tree(clusters: Clusters, delivered: Sequence[Delivered]) -> Tree:
    """
    Return the files below ``dist/delivery``.

    A cluster has a folder for each controller that it names, whether or not it has environments.
    """
    tree: Tree = {}
    for name, cluster in sorted(clusters.clusters.items()):
        here = sorted(
            (each for each in delivered if each.cluster == name), key=lambda each: each.environment
        )
        if cluster.flux is not None:
            tree |= flux_tree(name, cluster, cluster.flux, here)
        if cluster.argocd is not None:
            tree |= argocd_tree(name, cluster, cluster.argocd, here)
    return tree
