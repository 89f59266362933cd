"""All judges of EMQX, asked once for each environment, and what they found by object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from emqx_gitops.manifests import ResourceId
from emqx_gitops.review.effects.emqx import (
    access,
    data,
    discovery,
    identity,
    lone,
    policies,
    ports,
    runtime,
    size,
    tls,
    versions,
)
from emqx_gitops.review.effects.emqx.advice import backup
from emqx_gitops.review.effects.emqx.cluster import Cluster, clusters_of
from emqx_gitops.review.effects.emqx.facts import Found, found
from emqx_gitops.review.effects.emqx.identity_rules import BROKERS_GONE
from emqx_gitops.review.effects.emqx.matching import pair
from emqx_gitops.review.model import Change, Effect, Surroundings

Judge = Callable[[Cluster, Cluster], Iterable[Found]]

JUDGES: tuple[Judge, ...] = (
    identity.judge_cookie,
    identity.judge_names,
    discovery.judge_discovery,
    discovery.judge_transport,
    policies.judge_policies,
    size.judge_size,
    data.judge_storage,
    data.judge_volumes,
    data.judge_sessions,
    ports.judge_listeners,
    ports.judge_dashboard,
    tls.judge_proxy_protocol,
    tls.judge_certificates,
    access.judge_access,
    access.judge_passwords,
    versions.judge_version,
    versions.judge_licence,
    runtime.judge_probes,
    runtime.judge_resources,
    runtime.judge_pace,
    runtime.judge_files,
    lone.judge_restart,
)
"""Each compares a cluster before and after, from its own point of view."""

ACROSS: tuple[Judge, ...] = (
    identity.judge_names,
    size.judge_size,
    data.judge_storage,
    data.judge_volumes,
    versions.judge_version,
    versions.judge_licence,
    runtime.judge_resources,
    runtime.judge_pace,
)
"""What can be said between 4.4 and later lines, whose settings have other names."""

Pairs = tuple[tuple[Cluster, Cluster], ...]


@lru_cache(maxsize=4)
def pairs_of(around: Surroundings) -> tuple[Pairs, tuple[Cluster, ...]]:
    """Return the clusters of both sides in pairs, and those that are gone."""
    before, after = (tuple(clusters_of(side, around.touched)) for side in (around.old, around.new))
    pairs = tuple(pair(before, after))
    kept = {id(old) for old, _ in pairs}
    return pairs, tuple(each for each in before if id(each) not in kept)


@lru_cache(maxsize=4)
def judged(around: Surroundings) -> Mapping[ResourceId, tuple[Effect, ...]]:
    """Return what was found between the two sides, by the object that it is told of."""
    pairs, gone = pairs_of(around)
    effects: dict[ResourceId, list[Effect]] = {}
    for each in (*(one for old, new in pairs for one in compare(old, new)), *map(_gone, gone)):
        effects.setdefault(each.owner, []).append(each.effect)
    return {owner: tuple(found_here) for owner, found_here in effects.items()}


def compare(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what becomes of a cluster; of one field, each outcome once."""
    told: dict[tuple[ResourceId, object, object], Found] = {}
    same_words = old.line.is_v4 == new.line.is_v4
    for judge in JUDGES if same_words else ACROSS:
        for each in judge(old, new):
            told.setdefault((each.owner, each.effect.path, each.effect.outcome), each)
    yield from told.values()
    if same_words:
        yield from runtime.judge_settings(old, new, tuple(told.values()))


def _gone(cluster: Cluster) -> Found:
    message = f"EMQX {cluster.kind} {cluster.name} is removed: {cluster.nodes} stop, and no client "
    message += "is served"
    advice = f"{BROKERS_GONE.fix}\n{backup(cluster)}"
    return found(BROKERS_GONE, cluster.at(), message, advice)


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what *change* does to EMQX: the effects that are told of its object."""
    effects = judged(surroundings)
    sides = dict.fromkeys(each.id for each in (change.new, change.old) if each is not None)
    for owner in sides:
        for each in effects.get(owner, ()):
            yield _shown(each, change)


def _shown(effect: Effect, change: Change) -> Effect:
    """Return *effect* at the field that *change* shows: a list that came as a whole is one."""
    fields = [each.path for each in change.fields]
    for length in range(len(effect.path), 1, -1):
        path = effect.path[:length]
        if any(each[:length] == path for each in fields):
            return replace(effect, path=path)
    return effect
