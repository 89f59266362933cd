"""A cluster of one node, of which every restart is an interruption."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.effects.differing import Both
from emqx_gitops.review.effects.emqx.advice import backup
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Found, found
from emqx_gitops.review.effects.emqx.storage import storage
from emqx_gitops.review.effects.stored import stored
from emqx_gitops.review.effects.workloads import template_changed
from emqx_gitops.review.model import EffectRule, Outcome
from emqx_gitops.rules.lenient import mapping

LONE_RESTART = EffectRule(
    code="EG950",
    name="lone-node-restarts",
    outcome=Outcome.INTERRUPTION,
    what="The only node of a cluster restarts.",
    why="No other node takes its clients meanwhile, nor keeps what is on no volume.",
    fix="Apply it when clients can wait, or run three nodes; back up what is on no volume.",
    source="Kubernetes documentation, StatefulSets (rolling updates); emqx-docs, Cluster",
)

RULES = (LONE_RESTART,)


def judge_restart(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what a restart does where there is nobody else."""
    if old.kind != new.kind or new.kind == "Pod" or (old.replicas, new.replicas) != (1, 1):
        return
    strategy = mapping(new.spec.get("updateStrategy") or new.spec.get("strategy"))
    if strategy.get("type") == "OnDelete" or new.spec.get("paused") is True:
        return
    if template_changed(Both(stored(old.pod.owner), stored(new.pod.owner)), new.kind):
        message = f"the only node of {new.kind} {new.name} restarts: all its clients are cut off "
        message += "until it is back"
        kept = storage(old)
        if not kept.lasting:
            message += f", and what it keeps in {kept.what} is lost"
        place = new.at("spec", "template")
        yield found(LONE_RESTART, place, message, f"{LONE_RESTART.fix}\n{backup(old)}")
