"""Whom a Service lets in from outside: source ranges and traffic policy."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.pods import title
from emqx_gitops.review.effects.ranges import within
from emqx_gitops.review.effects.reading import at, listed, texts
from emqx_gitops.review.effects.selecting import selected
from emqx_gitops.review.effects.services_rules import CLUSTER, EXPOSED, LOCAL, NARROWED, OPENED
from emqx_gitops.review.model import Change, Effect, Kind, Surroundings

_EVERYBODY = ["0.0.0.0/0", "::/0"]
_RANGES = ("spec", "loadBalancerSourceRanges")
_POLICY = ("spec", "externalTrafficPolicy")


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield who comes to reach a Service from outside, and who does no more."""
    if change.id.kind != "Service":
        return
    if change.kind is Kind.ADDED and change.new is not None:
        yield from _added(change.new.manifest, surroundings)
    sides = both(change, "Service")
    if sides is not None:
        yield from _ranges(sides)
        yield from _policy(sides)


def _added(manifest: Manifest, surroundings: Surroundings) -> Iterator[Effect]:
    """A new way to pods that were there before; a new environment as a whole exposes nothing."""
    kind = at(manifest, "spec", "type")
    if kind not in ("NodePort", "LoadBalancer"):
        return
    known = [title(each) for each in selected(manifest, surroundings.old).values()]
    if known:
        message = f"{title(manifest)} of type {kind} makes {listed(known)} reachable from outside"
        yield EXPOSED.on(("spec", "type"), message)


def _ranges(sides: Both) -> Iterator[Effect]:
    if any(at(side, "spec", "type") != "LoadBalancer" for side in sides):
        return
    old, new = (texts(side, *_RANGES) or _EVERYBODY for side in sides)
    name = title(sides.new)
    came = [each for each in new if not within(each, old)]
    gone = [each for each in old if not within(each, new)]
    if came:
        yield OPENED.on(_RANGES, f"{name} now also takes clients from {listed(came)}")
    if gone:
        yield NARROWED.on(_RANGES, f"{name} refuses clients from {listed(gone)}")


def _policy(sides: Both) -> Iterator[Effect]:
    old, new = (at(side, *_POLICY) for side in sides)
    if (old, new) == ("Cluster", "Local"):
        yield LOCAL.on(_POLICY, f"{title(sides.new)} is dropped on nodes without a pod of its own")
    elif (old, new) == ("Local", "Cluster"):
        yield CLUSTER.on(_POLICY, f"pods behind {title(sides.new)} see nodes instead of clients")
