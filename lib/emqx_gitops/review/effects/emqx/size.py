"""How many nodes there are: those that leave, those that join, and whether a majority is left."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.effects.emqx.advice import ctl, workload
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Found, found
from emqx_gitops.review.effects.emqx.identity_rules import BROKERS_GONE
from emqx_gitops.review.effects.emqx.storage import storage
from emqx_gitops.review.model import EffectRule, Outcome
from emqx_gitops.rules.lenient import mapping

NODES_LEAVE = EffectRule(
    code="EG913",
    name="nodes-leave",
    outcome=Outcome.INTERRUPTION,
    what="The cluster gets fewer nodes.",
    why=(
        "Clients of a node that stops are cut off and come back to others; the node itself stays a "
        "member that counts for a majority, until it leaves or is cleaned away."
    ),
    fix="Have the nodes leave first, the highest number first.",
    source="emqx_mgmt_cli.erl (cluster leave), mria_autoclean.erl, EMQX v5.7.1",
)

QUORUM_LOST = EffectRule(
    code="EG914",
    name="quorum-lost",
    outcome=Outcome.CLUSTER_SPLIT,
    what="Fewer nodes stay than a majority of the members.",
    why=(
        "Members that only stopped still count: the rest cannot heal a split, and shards of "
        "durable sessions find no leader."
    ),
    fix="Scale in by one at a time, and have each node leave first.",
    source="mria_autoheal.erl, mria 0.8.10; EMQX documentation, Manage Data Replicas",
)

NO_MAJORITY = EffectRule(
    code="EG915",
    name="no-majority-in-a-split",
    outcome=Outcome.UNKNOWN,
    what="The cluster gets an even number of nodes.",
    why="When the network splits it in halves, no half is the larger one, and neither gives way.",
    fix="Choose an odd number: 3 or 5.",
    source="mria_autoheal.erl, mria 0.8.10",
)

NODES_JOIN = EffectRule(
    code="EG916",
    name="nodes-join",
    outcome=Outcome.IN_PLACE,
    what="The cluster gets more nodes.",
    why="A new node finds the others and copies their tables; those that run go on.",
    fix="See to it that machines, volumes and the licence are enough for the new nodes.",
    source="ekka_autocluster.erl, ekka 0.19.3",
)

RULES = (NODES_LEAVE, QUORUM_LOST, NO_MAJORITY, NODES_JOIN)

_AUTOCLEAN = {True: "5 minutes", False: "24 hours"}
"""How long 4.4, and later lines, keep a member that is down."""


def judge_size(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what another number of nodes does."""
    before, after = old.replicas, new.replicas
    if before == after or old.kind != new.kind:
        return
    place = new.at("spec", "replicas")
    if after == 0:
        message = f"all {before} nodes of {new.kind} {new.name} stop: no client is served"
        yield found(BROKERS_GONE, place, message)
        return
    if after < before:
        yield from _scale_in(old, new)
    else:
        yield _scale_out(old, new)
    if after % 2 == 0 and before % 2 == 1:
        message = f"{_from_to(old, new)}: a split in halves of {after // 2} does not heal by itself"
        yield found(NO_MAJORITY, place, message)


def _from_to(old: Cluster, new: Cluster) -> str:
    verb = "becomes" if old.replicas == 1 else "become"
    return f"{old.nodes} {verb} {new.replicas}"


def _scale_in(old: Cluster, new: Cluster) -> Iterator[Found]:
    place = new.at("spec", "replicas")
    gone = _going(old, new)
    which = ", ".join(gone[:5]) + (" and more" if len(gone) > 5 else "")  # noqa: PLR2004
    message = f"{_from_to(old, new)}, without {which or 'some of the pods'}: their clients are cut "
    message += "off and connect to others; a node that does not leave first stays a member for "
    message += f"{_AUTOCLEAN[new.line.is_v4]}{_claims(old, new)}"
    yield found(NODES_LEAVE, place, message, _leave(old, gone))
    if new.replicas < old.replicas // 2 + 1:
        message = f"{new.replicas} of {old.replicas} members stay, and {old.replicas // 2 + 1} are "
        message += "a majority"
        yield found(QUORUM_LOST, place, message)


def _going(old: Cluster, new: Cluster) -> list[str]:
    """Name the pods that go, the highest number first; a Deployment's have no order."""
    if new.kind != "StatefulSet":
        return []
    first = mapping(new.spec.get("ordinals")).get("start", 0)
    first = first if type(first) is int else 0
    ordinals = range(first + old.replicas - 1, first + new.replicas - 1, -1)
    return [f"{new.name}-{ordinal}" for ordinal in ordinals]


def _claims(old: Cluster, new: Cluster) -> str:
    policy = mapping(new.spec.get("persistentVolumeClaimRetentionPolicy"))
    if not (storage(old).lasting and new.kind == "StatefulSet"):
        return ""
    fate = "are deleted" if policy.get("whenScaled") == "Delete" else "stay, with old data in them"
    return f"; their claims {fate}"


def _leave(old: Cluster, gone: list[str]) -> str:
    if not gone:
        return (
            "Have the nodes leave, or remove them afterwards, with the names that status shows:\n"
            + ("\n".join((ctl(old, "cluster status"), ctl(old, "cluster force-leave NODE"))))
        )
    commands = "\n".join(ctl(old, "cluster leave", pod) for pod in gone[:5])
    return f"Have the nodes leave {workload(old)} first, the highest number first:\n{commands}"


def _scale_out(old: Cluster, new: Cluster) -> Found:
    message = f"{_from_to(old, new)}: new nodes join by themselves"
    advice = NODES_JOIN.fix
    if new.get("EMQX_DURABLE_SESSIONS__ENABLE") == "true":
        message += ", but hold no replicas of durable sessions until they are told to"
        advice += "\nThen spread the replicas of durable sessions over them:\n" + ctl(
            new, "ds info"
        )
    return found(NODES_JOIN, new.at("spec", "replicas"), message, advice)
