"""Flux, Argo CD and kubectl: whether they delete what is no longer there, and what holds them."""

from __future__ import annotations

from collections.abc import Iterable

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.reading import guard
from emqx_gitops.review.model import Apply

PRUNING = (Apply.FLUX, Apply.ARGOCD)
"""Ways that delete what is gone from the manifests."""

SERVER_SIDE = frozenset({Apply.FLUX, Apply.KUBECTL_SERVER})
CLIENT_SIDE = frozenset({Apply.ARGOCD, Apply.KUBECTL})

FLUX_GUARD = "kustomize.toolkit.fluxcd.io/prune"
ARGOCD_OPTIONS = "argocd.argoproj.io/sync-options"
_FLUX = "kustomize.toolkit.fluxcd.io/"
_TITLES = {
    Apply.FLUX: "Flux",
    Apply.ARGOCD: "Argo CD",
    Apply.KUBECTL: "kubectl apply",
    Apply.KUBECTL_SERVER: "kubectl apply --server-side",
}


def named(ways: Iterable[Apply]) -> str:
    """Return the ways for a sentence: ``Flux and Argo CD``."""
    found = [_TITLES[each] for each in Apply if each in set(ways)]
    return ", ".join(found[:-1]) + (" and " if len(found) > 1 else "") + "".join(found[-1:])


def prunes(manifest: Manifest, way: Apply) -> bool:
    """Tell whether *way* deletes *manifest* once it is no longer applied."""
    if way is Apply.FLUX:
        return not any(
            guard(manifest, f"{_FLUX}{word}").lower() == "disabled"
            for word in ("prune", "reconcile")
        )
    if way is Apply.ARGOCD:
        return "Prune=false" not in argocd_options(manifest)
    return False


def pruning(manifest: Manifest, ways: Iterable[Apply]) -> list[Apply]:
    """Return those of *ways* that delete *manifest* once it is no longer applied."""
    asked = set(ways)
    return [each for each in PRUNING if each in asked and prunes(manifest, each)]


def argocd_options(manifest: Manifest) -> set[str]:
    """Return Argo CD's sync options of one object."""
    return {each.strip() for each in guard(manifest, ARGOCD_OPTIONS).split(",")}


def forces(manifest: Manifest, way: Apply) -> bool:
    """Tell whether *way* deletes *manifest* and makes it again where an update is refused."""
    if way is Apply.FLUX:
        return guard(manifest, f"{_FLUX}force").lower() == "enabled"
    if way is Apply.ARGOCD:
        options = argocd_options(manifest)
        return "Force=true" in options
    return False


def server_side(manifest: Manifest, ways: frozenset[Apply]) -> frozenset[Apply]:
    """Return those of *ways* that apply *manifest* server-side."""
    told = Apply.ARGOCD in ways and "ServerSideApply=true" in argocd_options(manifest)
    return (ways & SERVER_SIDE) | ({Apply.ARGOCD} if told else frozenset())
