"""NetworkPolicies: who comes to be let in or out, and who is shut out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import both
from emqx_gitops.review.effects.pods import title
from emqx_gitops.review.effects.ranges import within
from emqx_gitops.review.effects.reading import listed, mapping, mappings, path_of, texts
from emqx_gitops.review.effects.selecting import selected
from emqx_gitops.review.model import Change, Effect, EffectRule, Kind, Outcome, Surroundings

WIDENED = EffectRule(
    code="EG865",
    name="network-widened",
    outcome=Outcome.WIDENED,
    what="A NetworkPolicy lets connections through that it did not let through before.",
    why="Rules add up: one more rule, peer or port is one more way in or out.",
    fix="Name peers and ports as narrowly as can be.",
    source="Kubernetes documentation, network policies",
)

NARROWED = EffectRule(
    code="EG866",
    name="network-narrowed",
    outcome=Outcome.INTERRUPTION,
    what="A NetworkPolicy shuts out connections that it let through before.",
    why="What no rule allows is dropped, for pods that a policy selects.",
    fix="Make sure that nobody needs the connections that go.",
    source="Kubernetes documentation, network policies",
)

RULES = (WIDENED, NARROWED)

_SIDES = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield in which direction a NetworkPolicy opens or closes."""
    if change.id.kind != "NetworkPolicy":
        return
    if change.kind is Kind.ADDED and change.new is not None:
        yield from _added(change.new.manifest, surroundings)
    sides = both(change, "NetworkPolicy")
    if sides is None:
        return
    name = title(sides.new)
    for direction, (key, peers) in _SIDES.items():
        path = path_of(change, "spec", key)
        old, new = (_rules(side, direction) for side in sides)
        if any(not _covered(each, old, peers) for each in new):
            yield WIDENED.on(path, f"{name} lets more through: {direction.lower()}")
        if any(not _covered(each, new, peers) for each in old):
            yield NARROWED.on(path, f"{name} lets less through: {direction.lower()}")


def _added(manifest: Manifest, surroundings: Surroundings) -> Iterator[Effect]:
    """The first policy that selects a pod closes it; a new pod was never open."""
    known = selected(manifest, surroundings.old)
    already = {
        key
        for each in surroundings.find(surroundings.old, "NetworkPolicy")
        for key in selected(each, surroundings.old)
    }
    closed = [title(each) for key, each in known.items() if key not in already]
    if closed:
        message = f"pods of {listed(closed)} now take only what {title(manifest)} allows"
        yield NARROWED.on((), message)
    elif known:
        names = listed([title(each) for each in known.values()])
        yield WIDENED.on((), f"{title(manifest)} lets more through to pods of {names}")


def _rules(policy: Manifest, direction: str) -> list[Manifest]:
    """Return the rules of one direction of a stored *policy*; all where it leaves that alone."""
    if direction not in texts(policy, "spec", "policyTypes"):
        return [{}]
    return mappings(policy, "spec", _SIDES[direction][0])


def _covered(rule: Manifest, rules: list[Manifest], peers: str) -> bool:
    return any(
        _ports_within(rule, each)
        and (
            not mappings(each, peers)
            or (
                bool(mappings(rule, peers))
                and all(_peer_within(one, mappings(each, peers)) for one in mappings(rule, peers))
            )
        )
        for each in rules
    )


def _ports_within(inner: Manifest, outer: Manifest) -> bool:
    allowed = mappings(outer, "ports")
    if not allowed:
        return True
    asked = mappings(inner, "ports")
    return bool(asked) and all(any(_port_within(one, each) for each in allowed) for one in asked)


def _port_within(one: Manifest, other: Manifest) -> bool:
    if one.get("protocol", "TCP") != other.get("protocol", "TCP"):
        return False
    if other.get("port") is None or one == other:
        return True
    first, last = _span(one)
    low, high = _span(other)
    return low is not None and first is not None and low <= first and last <= high


def _span(port: Manifest) -> tuple[Any, Any]:
    first = port.get("port")
    return (first, port.get("endPort", first)) if isinstance(first, int) else (None, None)


def _peer_within(peer: Manifest, peers: list[Manifest]) -> bool:
    return any(_one_peer(peer, each) for each in peers)


def _one_peer(peer: Manifest, other: Manifest) -> bool:
    if "ipBlock" in peer or "ipBlock" in other:
        return _block(mapping(peer, "ipBlock"), mapping(other, "ipBlock"))
    for key in ("namespaceSelector", "podSelector"):
        if key not in other:
            if key == "namespaceSelector" and key in peer:
                return False
            continue
        if key not in peer:
            if mapping(other, key) or key == "namespaceSelector":
                return False
            continue
        if not _narrower(mapping(peer, key), mapping(other, key)):
            return False
    return True


def _block(inner: Manifest, outer: Manifest) -> bool:
    if not inner or not outer or not within(inner.get("cidr"), [outer.get("cidr")]):
        return False
    kept_out = texts(inner, "except")
    return all(
        within(each, kept_out) or not within(each, [inner.get("cidr")])
        for each in texts(outer, "except")
    )


def _narrower(one: Manifest, other: Manifest) -> bool:
    """Tell whether a selector asks for all that *other* asks for."""
    labels = mapping(one, "matchLabels")
    return all(
        labels.get(key) == value for key, value in mapping(other, "matchLabels").items()
    ) and all(
        each in mappings(one, "matchExpressions") for each in mappings(other, "matchExpressions")
    )
