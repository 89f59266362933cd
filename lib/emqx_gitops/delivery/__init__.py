"""Objects that point Flux and Argo CD at the tree."""

from __future__ import annotations

from collections.abc import Sequence

from emqx_gitops.delivery.delivered import Delivered
from emqx_gitops.environment.clusters import Clusters
from emqx_gitops.kustomize.documents import Tree


def delivery_tree(clusters: Clusters, delivered: Sequence[Delivered]) -> Tree:
    """Return the files below ``dist/delivery``."""
    del clusters, delivered
    return {}
