"""Secrets in the repository whose content changes, and what the nodes make of it."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.effects.emqx.advice import ctl, stop_all
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.identity import cookie
from emqx_gitops.review.effects.emqx.identity_rules import COOKIE_CHANGED, COOKIE_UNSEEN
from emqx_gitops.review.effects.emqx.judges import pairs_of
from emqx_gitops.review.effects.emqx.version_rules import LICENCE_CHANGED
from emqx_gitops.review.effects.emqx.versions import licence
from emqx_gitops.review.model import Change, Effect, Kind, Path, Surroundings

_MAKERS = frozenset({"ExternalSecret", "SealedSecret", "VaultStaticSecret"})
"""Kinds from which a controller makes a Secret of the same name."""


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what a Secret that changes does to the clusters that read it."""
    if change.id.kind not in _MAKERS | {"Secret"} or change.kind is not Kind.CHANGED:
        return
    for old, _ in pairs_of(surroundings)[0]:
        if old.pod.namespace == change.id.namespace:
            yield from _cookie(change, old)
            yield from _licence(change, old)


def _cookie(change: Change, cluster: Cluster) -> Iterator[Effect]:
    fact = cookie(cluster)
    if fact is None or fact.secret is None or fact.secret[0] != change.id.name:
        return
    if cluster.replicas == 1:
        return
    name, key = fact.secret
    path = _path(change, key)
    if path is None:
        return
    who = f"key {key} of Secret {name}, the cookie of {cluster.nodes},"
    if _is_plain(change):
        message = f"{who} changes: a node that restarts is refused by those that do not"
        yield COOKIE_CHANGED.on(path, message, stop_all(cluster))
    else:
        message = f"{who} is written anew, and encrypted: only who can open it sees whether it is "
        message += "the same"
        yield COOKIE_UNSEEN.on(path, message)


def _licence(change: Change, cluster: Cluster) -> Iterator[Effect]:
    fact = licence(cluster)
    if fact is None or fact.secret is None or fact.secret[0] != change.id.name:
        return
    path = _path(change, fact.secret[1])
    if path is not None:
        message = f"the licence of {cluster.nodes} in Secret {change.id.name} changes"
        advice = f"{LICENCE_CHANGED.fix}\n{ctl(cluster, 'license info')}"
        yield LICENCE_CHANGED.on(path, message, advice)


def _path(change: Change, key: str) -> Path | None:
    """Return the changed field that holds *key*; of an encrypted Secret, the first that changed."""
    for field in change.fields:
        if key in field.path and {"data", "stringData", "encryptedData"} & set(field.path):
            return field.path
    return change.fields[0].path if change.id.kind in _MAKERS and change.fields else None


def _is_plain(change: Change) -> bool:
    manifest = change.object.manifest
    return manifest.get("kind") == "Secret" and "sops" not in manifest
