"""Rules on how nodes find each other, and on the ports and roles by which they talk."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

STRATEGY_CHANGED = EffectRule(
    code="EG907",
    name="discovery-strategy-changed",
    outcome=Outcome.CLUSTER_SPLIT,
    what="Nodes look for each other in another way.",
    why=(
        "A node that starts joins those that its own strategy finds; while nodes restart one by "
        "one, old and new may be two clusters."
    ),
    fix="Stop all nodes first, so that none of the old way is there when the new ones start.",
    source="ekka_autocluster.erl, ekka 0.19.3",
)

TARGET_CHANGED = EffectRule(
    code="EG908",
    name="discovery-target-changed",
    outcome=Outcome.CLUSTER_SPLIT,
    what="Nodes ask another Service, name, suffix or kind of address for their peers.",
    why="What is found must equal the names of nodes: those that restarted see only each other.",
    fix="Stop all nodes first, so that all start with the same question.",
    source="ekka_cluster_k8s.erl and ekka_cluster_dns.erl, ekka 0.19.3; emqx/emqx#14896",
)

SERVICE_UNFIT = EffectRule(
    code="EG909",
    name="discovery-service-lost",
    outcome=Outcome.CLUSTER_SPLIT,
    what="The Service that nodes ask for their peers goes, is not headless, or hides unready pods.",
    why="A node that starts finds nobody there, and goes on as a cluster of its own.",
    fix="Keep the Service with `clusterIP: None` and `publishNotReadyAddresses: true`.",
    source="ekka_cluster_k8s.erl (notReadyAddresses are not read), ekka 0.19.3",
)

RIGHTS_LOST = EffectRule(
    code="EG910",
    name="discovery-rights-lost",
    outcome=Outcome.CLUSTER_SPLIT,
    what="Nodes that ask the API server for their peers may not do so any more.",
    why="Without a token and `get` on `endpoints` a node that restarts finds nobody.",
    fix="Keep the token, and the Role with `get` on `endpoints`, while the strategy is `k8s`.",
    source="ekka_cluster_k8s.erl, ekka 0.19.3; emqx/emqx#2608",
)

TRANSPORT_CHANGED = EffectRule(
    code="EG911",
    name="node-transport-changed",
    outcome=Outcome.CLUSTER_SPLIT,
    what="The port or protocol by which nodes talk to each other changes.",
    why="Each node uses its own setting for its peers too: nodes of old and new do not connect.",
    fix="Stop all nodes first, and name the new port in Services and network policies.",
    source="gen_rpc_helper.erl; ekka_dist.erl, ekka 0.19.3; emqx_conf_schema.erl (rpc)",
)

ROLE_CHANGED = EffectRule(
    code="EG912",
    name="node-role-changed",
    outcome=Outcome.CLUSTER_SPLIT,
    what="Core nodes become replicants, or replicants become cores.",
    why="Only cores hold the database: without a core left, replicants wait and serve nobody.",
    fix="Add nodes of the other role first, in a workload of their own, and remove these later.",
    source="emqx_conf_schema.erl (node.role), EMQX v5.7.1; mria_lb.erl, mria 0.8.10",
)

RULES = (
    STRATEGY_CHANGED,
    TARGET_CHANGED,
    SERVICE_UNFIT,
    RIGHTS_LOST,
    TRANSPORT_CHANGED,
    ROLE_CHANGED,
)
