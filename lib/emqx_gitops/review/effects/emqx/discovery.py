"""How nodes find each other, and by which ports they talk."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.emqx.ports import EKKA, distribution_port
from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.emqx.advice import stop_all
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.discovery_rules import (
    RIGHTS_LOST,
    ROLE_CHANGED,
    SERVICE_UNFIT,
    STRATEGY_CHANGED,
    TARGET_CHANGED,
    TRANSPORT_CHANGED,
)
from emqx_gitops.review.effects.emqx.facts import Found, Place, blame, found
from emqx_gitops.review.effects.emqx.names import Discovery, discovery, node_name, seeds
from emqx_gitops.rules.lenient import entries, mapping, texts

_ALONE = frozenset({"manual", "singleton"})
"""Strategies by which a node looks for nobody."""

_TRANSPORT = (
    ("EMQX_RPC__PORT_DISCOVERY", "manual"),
    ("EMQX_RPC__TCP_SERVER_PORT", "5369"),
    ("EMQX_RPC__SERVER_PORT", "5369"),
    ("EMQX_RPC__PROTOCOL", "tcp"),
    ("EMQX_CLUSTER__PROTO_DIST", "inet_tcp"),
)
"""Settings that all nodes must share, with the image's defaults."""


def judge_discovery(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what keeps nodes that restarted from finding the others."""
    before, after = discovery(old), discovery(new)
    if old.namespace != new.namespace:
        return
    if before.strategy != after.strategy:
        if not {before.strategy, after.strategy} <= _ALONE:
            yield from _strategy(old, new, before, after)
    elif _misses(old, new, before, after):
        place = _changed(old, new, after.keys)
        asked = f"{before.target}, then for {after.target}"
        if before.target == after.target:
            asked = f"{after.target}, in another place than before"
        message = f"discovery {after.strategy} asks for {asked}: "
        message += f"while {new.nodes} restart, those of old and new may not see each other"
        yield found(TARGET_CHANGED, place, message, stop_all(old))
    yield from _service(old, new, after)
    yield from _rights(old, new, after)


def _strategy(old: Cluster, new: Cluster, before: Discovery, after: Discovery) -> Iterator[Found]:
    facts = old.settings.get(old.keys.discovery), new.settings.get(new.keys.discovery)
    # A single node of the old way has nobody to lose.
    if not any(facts) or old.replicas == 1:
        return
    message = f"discovery {before.strategy} becomes {after.strategy}: while {new.nodes} restart, "
    message += "those of old and new may be two clusters"
    yield found(STRATEGY_CHANGED, blame(*facts), message, stop_all(old))


def _misses(old: Cluster, new: Cluster, before: Discovery, after: Discovery) -> bool:
    """Tell whether nodes that ask the new question may not find those that asked the old one."""
    if before.asked == after.asked or old.replicas == 1:
        return False
    return after.strategy != "static" or not seeds(old) & seeds(new)


def _changed(old: Cluster, new: Cluster, keys: tuple[str, ...]) -> Place:
    for key in keys:
        before, after = old.settings.get(key), new.settings.get(key)
        values = before and before.value, after and after.value
        if values[0] != values[1] and (before or after):
            return blame(before, after)
    return new.in_container("env")


def _service(old: Cluster, new: Cluster, after: Discovery) -> Iterator[Found]:
    """Yield what becomes of the Service that is asked before and after."""
    if not after.service or new.replicas == 1 or discovery(old).service != after.service:
        return
    before, now = _find(old, after.service), _find(new, after.service)
    if before is None:
        return
    what = f"{new.nodes} find each other by Service {after.service}"
    if now is None:
        place = Place(ResourceId.of(before), ())
        yield found(SERVICE_UNFIT, place, f"{what}, which is removed")
        return
    place = Place(ResourceId.of(now), ("spec", "publishNotReadyAddresses"))
    specs = mapping(before.get("spec")), mapping(now.get("spec"))
    shown = [spec.get("publishNotReadyAddresses") is True for spec in specs]
    if shown == [True, False]:
        yield found(SERVICE_UNFIT, place, f"{what}, which no longer shows pods that are not ready")
    headless = [spec.get("clusterIP") == "None" for spec in specs]
    if headless == [True, False] and after.strategy == "dns":
        place = place._replace(path=("spec", "clusterIP"))
        yield found(SERVICE_UNFIT, place, f"{what}, which is no longer headless")


def _find(cluster: Cluster, name: str) -> Manifest | None:
    return next((each for key, each in cluster.among("Service") if key.name == name), None)


def _rights(old: Cluster, new: Cluster, after: Discovery) -> Iterator[Found]:
    if after.strategy != "k8s" or discovery(old).strategy != "k8s":
        return
    key = "automountServiceAccountToken"
    if old.pod.spec.get(key) is not False and new.pod.spec.get(key) is False:
        message = f"{new.nodes} ask the API server for their peers, and get no token any more"
        yield found(RIGHTS_LOST, new.in_pod(key), message)
    for old_key, role in old.among("Role"):
        now = new.side.get(old_key)
        if _may_ask(role) and not (now is not None and _may_ask(now)) and not _others_may(new):
            message = f"{new.nodes} ask the API server for their peers, and no Role lets them read "
            message += "endpoints any more"
            path = ("rules",) if now is not None else ()
            yield found(RIGHTS_LOST, Place(old_key, path), message)


def _others_may(cluster: Cluster) -> bool:
    kinds = ("Role", "ClusterRole")
    return any(_may_ask(role) for kind in kinds for _, role in cluster.among(kind))


def _may_ask(role: Manifest) -> bool:
    return any(
        {"endpoints", "*"} & set(texts(rule.get("resources")))
        and {"get", "*"} & set(texts(rule.get("verbs")))
        for rule in entries(role.get("rules"))
    )


def judge_transport(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield settings of node-to-node traffic in which old and new nodes differ, and roles."""
    if max(old.replicas, new.replicas) > 1:
        for key, default in _TRANSPORT:
            before, after = old.settings.get(key), new.settings.get(key)
            values = old.get(key) or default, new.get(key) or default
            if values[0] != values[1] and (before or after):
                message = f"{key} becomes {values[1]}, and was {values[0]}: nodes that restarted "
                message += "and the others do not connect to each other"
                yield found(TRANSPORT_CHANGED, blame(before, after), message, stop_all(old))
        yield from _distribution(old, new)
    yield from _role(old, new)


def _distribution(old: Cluster, new: Cluster) -> Iterator[Found]:
    names = node_name(old), node_name(new)
    ports = [distribution_port(each.value or "") for each in names]
    # Ordinals at the end of 4.4's default names are no news, and differ from node to node.
    if ports[0] != ports[1] and "EMQX_NAME" in new.settings:
        message = f"nodes listen for their peers on {ports[1]}, and did on {ports[0]}: digits at "
        message += f"the end of EMQX_NAME are added to {EKKA}, and policies name the old port"
        yield found(TRANSPORT_CHANGED, blame(*names), message, stop_all(old))


def _role(old: Cluster, new: Cluster) -> Iterator[Found]:
    for key in ("EMQX_NODE__ROLE", "EMQX_NODE__DB_ROLE"):
        before, after = old.settings.get(key), new.settings.get(key)
        values = old.get(key) or "core", new.get(key) or "core"
        if values[0] != values[1] and (before or after):
            message = f"{new.nodes} of {new.kind} {new.name} become {values[1]}s, and were "
            message += f"{values[0]}s"
            yield found(ROLE_CHANGED, blame(before, after), message)
