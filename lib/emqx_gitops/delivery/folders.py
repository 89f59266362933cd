"""
What Flux's and Argo CD's folders have in common.

A cluster's folder holds the entry, which a person or a bootstrap applies once, and below it
``environments/``, which the entry applies. So every commit that adds or removes an environment
takes effect, and no object is applied by two owners.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from emqx_gitops.kustomize.documents import Kustomization, Tree
from emqx_gitops.manifests import Manifest

DELIVERY = "dist/delivery"
ENVIRONMENTS = "environments"
SOURCE = "overlays/clusters.yaml"

_LABELS = {
    "app.kubernetes.io/managed-by": "emqx-gitops",
    "app.kubernetes.io/part-of": "emqx",
}


def folder_of(controller: Literal["flux", "argocd"], cluster: str) -> str:
    """Return the folder of a cluster's objects for *controller*."""
    return f"{DELIVERY}/{controller}/{cluster}"


def name_of(environment: str) -> str:
    """Return the name of the object that delivers *environment*."""
    return f"emqx-{environment}"


def path_of(environment: str, form: Literal["rendered", "overlay"]) -> str:
    """Return the folder with what *environment* applies."""
    return f"dist/rendered/{environment}" if form == "rendered" else f"overlays/{environment}"


def metadata(name: str, namespace: str) -> Manifest:
    """Return the ``metadata`` of an object of ours."""
    return {"name": name, "namespace": namespace, "labels": _LABELS}


def tree_of(
    folder: str, namespace: str, entry: Iterable[Manifest], environments: Iterable[Manifest]
) -> Tree:
    """
    Return the files of *folder*; that of the environments exists even where it lists nothing.

    A path that vanished is an error to both controllers, and an error prunes nothing: the last
    environment of a cluster could never be removed. Naming *namespace*, which every object below
    names as well, keeps Kustomize from refusing a kustomization without resources.
    """
    below = Kustomization(namespace=namespace, objects=tuple(environments), source=SOURCE)
    return Kustomization(objects=tuple(entry), source=SOURCE).tree(folder) | below.tree(
        f"{folder}/{ENVIRONMENTS}"
    )
