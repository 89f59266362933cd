"""
Flux objects: a source, an entry, and one Kustomization for each environment.

There is no ``postBuild``: it would empty EMQX's own ``${clientid}`` and the like. There is no
``targetNamespace`` and no ``commonMetadata``: what is applied is what was reviewed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emqx_gitops.delivery.delivered import Delivered
from emqx_gitops.delivery.folders import (
    ENVIRONMENTS,
    folder_of,
    metadata,
    name_of,
    path_of,
    tree_of,
)
from emqx_gitops.environment.clusters import Cluster, Flux, Ref
from emqx_gitops.kustomize.documents import Tree
from emqx_gitops.manifests import Manifest

ENTRY = "emqx"
"""Name of the Kustomization that applies the others; theirs begin with ``emqx-``."""

_RETRY = "2m"
_DEFAULT_REF = Ref(branch="main")
"""Flux's own default is ``master``."""

_IGNORE = "/*\n!/dist\n!/overlays\n"
"""
Everything but what is compiled, in the format of .gitignore.

Overlays are in, so that a cluster can change its `path` without a new source. Built by Flux they
may refer to any folder of the repository, and then nothing is ignored.
"""


def flux_tree(name: str, cluster: Cluster, flux: Flux, delivered: Sequence[Delivered]) -> Tree:
    """Return the files that have Flux deliver *delivered* to the cluster *name*."""
    folder = folder_of("flux", name)
    entry = [*_source(cluster, flux), _entry(flux, f"{folder}/{ENVIRONMENTS}")]
    environments = [_environment(cluster, flux, each) for each in delivered]
    return tree_of(folder, flux.namespace, entry, environments)


def _source(cluster: Cluster, flux: Flux) -> Iterator[Manifest]:
    """Yield the GitRepository, unless one exists that is not ours."""
    source = flux.source
    if source.url is None:
        return
    spec: Manifest = {
        "url": source.url,
        "interval": source.interval,
        "ref": (cluster.ref or _DEFAULT_REF).named,
    }
    if source.secret_name:
        spec["secretRef"] = {"name": source.secret_name}
    if flux.path == "rendered":
        spec["ignore"] = _IGNORE
    yield {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": metadata(source.object_name, source.namespace),
        "spec": spec,
    }


def _entry(flux: Flux, path: str) -> Manifest:
    """
    Return the Kustomization that applies those of the environments, and prunes them.

    It does not wait: an environment that never becomes healthy must not hold up the removal of
    another. To take it away is to detach Flux, so it leaves everything behind.
    """
    return _kustomization(
        ENTRY, flux, path, {"wait": False, "timeout": "5m", "deletionPolicy": "Orphan"}
    )


def _environment(cluster: Cluster, flux: Flux, each: Delivered) -> Manifest:
    """
    Return the Kustomization of one environment.

    It waits for everything that it applied: workloads, claims, certificates, whatever `extra`
    brings; ``healthChecks`` would be ignored beside that. Health needs no expressions of its own:
    a Certificate has a Ready condition, and no pod starts without its Secret.
    """
    spec: Manifest = {
        "wait": True,
        "timeout": f"{each.timeout_minutes}m",
        "deletionPolicy": "MirrorPrune" if cluster.on_removal == "delete" else "Orphan",
    }
    if flux.decryption:
        secret = {"name": flux.decryption.secret_name}
        spec["decryption"] = {"provider": "sops", "secretRef": secret}
    return _kustomization(
        name_of(each.environment), flux, path_of(each.environment, flux.path), spec
    )


def _kustomization(name: str, flux: Flux, path: str, more: Manifest) -> Manifest:
    source = {"kind": flux.source.kind, "name": flux.source.object_name}
    if flux.source.namespace != flux.namespace:
        source["namespace"] = flux.source.namespace
    spec: Manifest = {
        "path": f"./{path}",
        "sourceRef": source,
        "interval": flux.interval,
        "retryInterval": _RETRY,
        "prune": True,
        # Forced, Flux would delete and recreate what cannot be changed, claims included.
        "force": False,
    }
    if flux.service_account:
        spec["serviceAccountName"] = flux.service_account
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": metadata(name, flux.namespace),
        "spec": spec | more,
    }
