"""Rules on the cookie, the names of nodes, and the workload that they are."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

COOKIE_CHANGED = EffectRule(
    code="EG900",
    name="cookie-changed",
    outcome=Outcome.CLUSTER_SPLIT,
    what="The cookie of the nodes becomes another one.",
    why="Nodes with different cookies refuse each other: for a while there are two clusters.",
    fix="Stop all nodes, change the cookie, and start all nodes.",
    source="bin/emqx (node cookie), EMQX v5.7.1; Erlang documentation, Distributed Erlang",
)

COOKIE_UNSEEN = EffectRule(
    code="EG901",
    name="cookie-unseen",
    outcome=Outcome.UNKNOWN,
    what="The cookie comes from another Secret, or from one whose content may have changed.",
    why="The value is not in the manifests: only whoever holds both can tell whether they differ.",
    fix=(
        "See to it that the cookie is the same in both places; if it must change, stop all nodes "
        "first."
    ),
    source="bin/emqx (node cookie), EMQX v5.7.1",
)

NODE_NAME_CHANGED = EffectRule(
    code="EG902",
    name="node-name-changed",
    outcome=Outcome.CLUSTER_SPLIT,
    what="Nodes get other names.",
    why="A node is known to its peers by its name: under another name it is another, empty node.",
    fix="Keep the names, or build the new cluster beside the old one and move data and clients.",
    source="deploy/docker/docker-entrypoint.sh, EMQX v5.7.1; mria_membership.erl",
)

DATA_LEFT_BEHIND = EffectRule(
    code="EG903",
    name="node-data-left-behind",
    outcome=Outcome.DATA_LOSS,
    what="Nodes that keep data get other names, another namespace or another kind of workload.",
    why="The database lies in data/mnesia/<node name>, and claims belong to one workload.",
    fix="Export the data first, and import it into the new cluster.",
    source="bin/emqx (MNESIA_DATA_DIR), EMQX v4.4.19 and v5.7.1; emqx/emqx#6737, #11636",
)

PLACE_CHANGED = EffectRule(
    code="EG904",
    name="namespace-or-domain-changed",
    outcome=Outcome.CLUSTER_SPLIT,
    what="The cluster moves to another namespace, or the Kubernetes cluster's domain changes.",
    why="Names of nodes are DNS names that hold both: nodes of old and new do not find each other.",
    fix="Build the new cluster beside the old one, and move data and clients.",
    source="Kubernetes documentation, DNS for Services and Pods; docker-entrypoint.sh, EMQX v5.7.1",
)

KIND_SWAPPED = EffectRule(
    code="EG905",
    name="broker-kind-swapped",
    outcome=Outcome.CLUSTER_SPLIT,
    what="Nodes become pods of another kind of workload.",
    why="Pods of another kind have other names and volumes: every node is a new one, and empty.",
    fix="Build the new cluster beside the old one, and move data and clients.",
    source="Kubernetes documentation, StatefulSets (stable network ID); emqx/emqx#11636",
)

BROKERS_GONE = EffectRule(
    code="EG906",
    name="brokers-gone",
    outcome=Outcome.INTERRUPTION,
    what="The cluster is removed, or scaled to nothing.",
    why="No node is left to connect to.",
    fix="Move the clients to another cluster, and export the data, before this is applied.",
    source="Kubernetes documentation, Deployments and StatefulSets",
)

RULES = (
    COOKIE_CHANGED,
    COOKIE_UNSEEN,
    NODE_NAME_CHANGED,
    DATA_LEFT_BEHIND,
    PLACE_CHANGED,
    KIND_SWAPPED,
    BROKERS_GONE,
)
