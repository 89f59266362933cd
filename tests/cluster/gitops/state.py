"""What is in the cluster at one moment, and what two moments differ in."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emqx_gitops.kustomize.build import owner_of
from emqx_gitops.manifests import Manifest, ResourceId
from tests.cluster.client import Client

FLUX_LABELS = frozenset(f"kustomize.toolkit.fluxcd.io/{each}" for each in ("name", "namespace"))
"""Flux's own note of which Kustomization applied an object."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""What `kubectl apply` remembers."""

_CLUSTER_WIDE = (("v1", "Namespace"), ("v1", "PersistentVolume"))
_KINDS = (
    ("v1", "ConfigMap"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("policy/v1", "PodDisruptionBudget"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
)
WORKLOADS = ("Deployment", "StatefulSet")


@dataclass(frozen=True)
class State:
    """Objects by what identifies them."""

    objects: Mapping[ResourceId, Manifest]

    @classmethod
    def read(cls, client: Client, namespaces: Iterable[str]) -> State:
        """Return what there is of *namespaces*: themselves, all in them, volumes claimed by it."""
        mine = set(namespaces)
        kinds = _KINDS + _CLUSTER_WIDE
        found = (each for api, kind in kinds for each in client.list(api, kind))
        return cls({ResourceId.of(each): each for each in found if owner_of(each) in mine})

    def of(self, *kinds: str, namespace: str | None = None) -> list[Manifest]:
        """Return the objects of some *kinds*, of one namespace if it is named."""
        return [
            each
            for each in self.objects.values()
            if each["kind"] in kinds and namespace in {None, owner_of(each)}
        ]

    def uids(self, *kinds: str, namespace: str) -> set[str]:
        """Return what tells each of these objects from one of the same name made later."""
        return {each["metadata"]["uid"] for each in self.of(*kinds, namespace=namespace)}

    def names(self, *kinds: str, namespace: str) -> set[str]:
        """Return the names of the objects of some *kinds* in a namespace."""
        return {each["metadata"]["name"] for each in self.of(*kinds, namespace=namespace)}

    @property
    def namespaces(self) -> set[str]:
        """Where anything is at all."""
        return {owner_of(each) for each in self.objects.values()}


def wanted(manifest: Manifest) -> Manifest:
    """Return *manifest* without what the API server, other controllers or Flux itself note in it.

    The uid stays: an object that was made anew is another one.
    """
    bare = copy.deepcopy(manifest)
    bare.pop("status", None)
    meta: dict[str, Any] = bare["metadata"]
    for name in ("managedFields", "resourceVersion", "generation", "creationTimestamp"):
        meta.pop(name, None)
    for kind in ("labels", "annotations"):
        notes = meta.pop(kind, {})
        meta[kind] = {
            name: value
            for name, value in notes.items()
            if name not in FLUX_LABELS and name != LAST_APPLIED
        }
    return bare
