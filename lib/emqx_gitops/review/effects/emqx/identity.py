"""Cookie and names of nodes: what makes a node one that the others know."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.effects.emqx.advice import backup, beside, stop_all
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Fact, Found, Place, blame, found
from emqx_gitops.review.effects.emqx.identity_rules import (
    COOKIE_CHANGED,
    COOKIE_UNSEEN,
    DATA_LEFT_BEHIND,
    KIND_SWAPPED,
    NODE_NAME_CHANGED,
    PLACE_CHANGED,
)
from emqx_gitops.review.effects.emqx.names import node_name
from emqx_gitops.review.effects.emqx.storage import storage
from emqx_gitops.review.effects.emqx.variables import POD_IP
from emqx_gitops.rules.lenient import mapping

REVISION = "emqx-gitops/credentials-revision"
"""Annotation of the pods by which environments say that a Secret's content changed."""

_COOKIES = ("EMQX_NODE_COOKIE", "EMQX_NODE__COOKIE")


def judge_cookie(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what a change of the cookie does; of a single node it does nothing."""
    if max(old.replicas, new.replicas) == 1:
        return
    before, after = cookie(old), cookie(new)
    key = _cookie_key(new) or _cookie_key(old)
    if before is None and after is None:
        return
    place = blame(before, after)
    both = f"while {new.nodes} restart, those with the new cookie and the others refuse each other"
    if before is None or after is None:
        known = before or after
        hidden = known is not None and known.value is None
        how = "set" if before is None else "no longer set, and EMQX's public one is used"
        rule = COOKIE_CHANGED if not hidden else COOKIE_UNSEEN
        yield found(rule, place, f"{key} is {how}: {both}", stop_all(old))
    elif before.value is not None and after.value is not None:
        if before.value != after.value:
            yield found(COOKIE_CHANGED, place, f"{key} changes: {both}", stop_all(old))
    elif before.given != after.given or (before.value is None) != (after.value is None):
        message = f"{key} comes from another place: {_origin(before)}, then {_origin(after)}; "
        message += "if the two values differ, the cluster splits while nodes restart"
        yield found(COOKIE_UNSEEN, place, message)
    else:
        yield from _revision(old, new, key)


def cookie(cluster: Cluster) -> Fact | None:
    """Return the cookie's variable, None where none is set."""
    return next((cluster.settings[key] for key in _COOKIES if key in cluster.settings), None)


def _cookie_key(cluster: Cluster) -> str:
    return next((key for key in _COOKIES if key in cluster.settings), "")


def _origin(fact: Fact) -> str:
    name, key = fact.secret or ("", "")
    return f"key {key} of Secret {name}" if name else "plain text"


def _revision(old: Cluster, new: Cluster, key: str) -> Iterator[Found]:
    """Yield a warning where nodes restart because a Secret's content changed."""
    before, after = _annotation(old), _annotation(new)
    fact = cookie(new)
    if before != after and fact is not None and fact.secret:
        steps = () if new.kind == "Pod" else ("spec", "template")
        place = new.at(*steps, "metadata", "annotations", REVISION)
        message = f"nodes restart to read their Secrets anew, {fact.secret[0]} among them; "
        message += f"if its {fact.secret[1]} ({key}) changed, the cluster splits meanwhile"
        yield found(COOKIE_UNSEEN, place, message)


def _annotation(cluster: Cluster) -> str:
    template = cluster.pod.owner if cluster.kind == "Pod" else mapping(cluster.spec.get("template"))
    annotations = mapping(mapping(template.get("metadata")).get("annotations"))
    return str(annotations.get(REVISION) or "")


def judge_names(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what it does that nodes get other names, or another kind of workload."""
    before, after = node_name(old), node_name(new)
    if old.kind != new.kind:
        message = f"{old.kind} {old.name} becomes a {new.kind}: its nodes are called "
        message += f"{after.value or 'otherwise'}, and were {before.value or 'otherwise'}"
        if before.value == after.value:
            message = f"{old.kind} {old.name} becomes a {new.kind}: two nodes called {after.value} "
            message += "run at once until the old one is removed"
        yield found(KIND_SWAPPED, new.at("kind"), message, beside(old))
        yield from _left_behind(old, new, new.at("kind"), before)
    elif old.namespace != new.namespace:
        message = f"the cluster moves from namespace {old.namespace} to {new.namespace}: new nodes"
        message += f" start empty as {after.value}, beside the old ones or after them"
        place = new.at("metadata", "namespace")
        yield found(PLACE_CHANGED, place, message, beside(old))
        yield from _left_behind(old, new, place, before)
    elif before.value != after.value or (before.value is None and before.given != after.given):
        yield from _renamed(old, new, before, after)


def _renamed(old: Cluster, new: Cluster, before: Fact, after: Fact) -> Iterator[Found]:
    place = blame(before, after)
    names = f"{before.value or 'an unknown name'} becomes {after.value or 'an unknown one'}"
    domains = _domain(before.value), _domain(after.value)
    moved = before.value and after.value and all(domains) and domains[0] != domains[1]
    if moved and (before.value or "").replace(domains[0], domains[1]) == after.value:
        message = f"the cluster domain {domains[0]} becomes {domains[1]}, and it is part of each "
        message += f"node's name: {names}"
        yield found(PLACE_CHANGED, place, message, beside(old))
    else:
        message = f"nodes get other names: {names}; the old names stay members of the cluster "
        message += f"until they are removed, while {new.nodes} restart"
        yield found(NODE_NAME_CHANGED, place, message, _rename_advice(old, new))
    yield from _left_behind(old, new, place, before)


def _rename_advice(old: Cluster, new: Cluster) -> str:
    return beside(old) if storage(old).lasting or new.replicas == 1 else stop_all(old)


def _left_behind(old: Cluster, new: Cluster, place: Place, before: Fact) -> Iterator[Found]:
    kept = storage(old)
    if kept.lasting and POD_IP not in (before.value or ""):
        folder = f"mnesia/{before.value or '<old node name>'}"
        message = f"the data of {old.nodes} in {kept.what} ({folder}) is not read any more: "
        message += f"users, API keys and retained messages are missing from {new.kind} {new.name}"
        yield found(DATA_LEFT_BEHIND, place, message, f"{DATA_LEFT_BEHIND.fix}\n{backup(old)}")


def _domain(name: str | None) -> str:
    return (name or "").partition(".svc.")[2]
