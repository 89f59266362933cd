"""Network policies that come between the nodes of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emqx_gitops.emqx.ports import EKKA, GENRPC
from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Found, Place, found
from emqx_gitops.review.model import EffectRule, Outcome
from emqx_gitops.rules.lenient import entries, mapping, texts
from emqx_gitops.rules.matching import matches

NODES_SHUT_OFF = EffectRule(
    code="EG951",
    name="nodes-shut-off",
    outcome=Outcome.CLUSTER_SPLIT,
    what="A network policy no longer lets nodes talk to each other.",
    why=f"Nodes are a cluster by way of ports {EKKA} and {GENRPC}, each to each.",
    fix=f"Let the nodes' own pods in on {EKKA} and {GENRPC}, and out to them.",
    source="ekka_dist.erl, ekka 0.19.3; gen_rpc (tcp_server_port)",
)

RULES = (NODES_SHUT_OFF,)

_DIRECTIONS = (("Ingress", "ingress", "from"), ("Egress", "egress", "to"))


def judge_policies(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield a policy that closes a port between nodes which was open."""
    if new.replicas == 1:
        return
    for kind, field, peer in _DIRECTIONS:
        for port in (EKKA, GENRPC):
            before, after = _policies(old, kind), _policies(new, kind)
            if _is_open(old, before, field, peer, port) and not _is_open(
                new, after, field, peer, port
            ):
                owner = _at_fault(before, after)
                message = f"policies of {new.kind} {new.name} let nodes reach each other on port "
                message += f"{port} no more"
                yield found(NODES_SHUT_OFF, Place(owner, ("spec", field)), message)
                break


def _policies(cluster: Cluster, kind: str) -> dict[ResourceId, Manifest]:
    """Return the policies of one direction that select the nodes."""
    selecting = {}
    for key, policy in cluster.among("NetworkPolicy"):
        spec = mapping(policy.get("spec"))
        # Without types every policy is for ingress, and one with egress rules for egress as well.
        usual = ["Ingress", "Egress"] if "egress" in spec else ["Ingress"]
        directed = kind in (texts(spec.get("policyTypes")) or usual)
        if directed and matches(mapping(spec.get("podSelector")), cluster.pod.labels):
            selecting[key] = spec
    return selecting


def _is_open(
    cluster: Cluster, policies: dict[ResourceId, Manifest], field: str, peer: str, port: int
) -> bool:
    rules = [rule for spec in policies.values() for rule in entries(spec.get(field))]
    return not policies or any(
        _has_port(cluster, rule.get("ports"), port) and _has_nodes(cluster, rule.get(peer))
        for rule in rules
    )


def _has_port(cluster: Cluster, ports: Any, wanted: int) -> bool:
    if not ports:
        return True
    for each in entries(ports):
        port, end = each.get("port"), each.get("endPort")
        if type(port) is str:
            port = cluster.container.ports.get(port)
        if port is None and "port" not in each:
            return True
        if type(port) is int and port <= wanted <= (end if type(end) is int else port):
            return True
    return False


def _has_nodes(cluster: Cluster, peers: Any) -> bool:
    """Tell whether *peers* may be the nodes; of namespaces and addresses the best is believed."""
    return not peers or any(
        "ipBlock" in each
        or "podSelector" not in each
        or matches(mapping(each["podSelector"]), cluster.pod.labels)
        for each in entries(peers)
    )


def _at_fault(before: dict[ResourceId, Manifest], after: dict[ResourceId, Manifest]) -> ResourceId:
    """Return the policy that came or changed, else one that went."""
    for key, spec in after.items():
        if before.get(key) != spec:
            return key
    return next((key for key in before if key not in after), next(iter(after)))
