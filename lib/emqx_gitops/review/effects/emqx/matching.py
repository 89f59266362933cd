"""Which cluster of one side became which of the other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from emqx_gitops.review.effects.emqx.cluster import Cluster


def pair(old: Iterable[Cluster], new: Iterable[Cluster]) -> list[tuple[Cluster, Cluster]]:
    """Return which cluster became which: by name and namespace, by name, or as the only ones."""
    before, after = list(old), list(new)
    pairs: list[tuple[Cluster, Cluster]] = []
    for trait in _TRAITS:
        olds, news = _alone(before, trait), _alone(after, trait)
        found = [(olds[key], news[key]) for key in olds if key in news]
        pairs += found
        taken = {id(each) for both in found for each in both}
        before = [each for each in before if id(each) not in taken]
        after = [each for each in after if id(each) not in taken]
    return pairs


_Trait = Callable[[Cluster], Hashable]

_TRAITS: tuple[_Trait, ...] = (
    lambda cluster: (cluster.namespace, cluster.name),
    lambda cluster: cluster.name,
    lambda cluster: cluster.pod.labels.get("app.kubernetes.io/name"),
)
"""What clusters are known by, the surest first."""


def _alone(clusters: list[Cluster], trait: _Trait) -> dict[Hashable, Cluster]:
    """Return those of *clusters* that share a trait with no other."""
    found: dict[Hashable, list[Cluster]] = {}
    for each in clusters:
        found.setdefault(trait(each), []).append(each)
    return {key: each[0] for key, each in found.items() if len(each) == 1}
