"""Services: addresses, types and ports that clients use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.pods import command, title
from emqx_gitops.review.effects.reading import at, item, path_of
from emqx_gitops.review.effects.service_parts import ADDRESS_PATH, OUTSIDE, listed, type_of
from emqx_gitops.review.effects.services_rules import (
    ADDRESS,
    BALANCER_GONE,
    EXPOSED,
    KEPT,
    NODE_PORT_FREED,
    NODE_PORT_REFUSED,
    PORT_GONE,
    RETARGETED,
    TAKEN,
    TYPE_BOUND,
)
from emqx_gitops.review.model import Change, Effect, Path, Surroundings

_TYPE: Path = ("spec", "type")
_RANGE = range(30000, 32768)
"""Node ports of a cluster that was not told otherwise (--service-node-port-range)."""
_RANK = {"ExternalName": 0, "ClusterIP": 1, "NodePort": 2, "LoadBalancer": 3}


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield what happens to clients of a changed Service, and what the API server refuses."""
    sides = both(change, "Service")
    if sides is None:
        return
    yield from _address(sides)
    yield from _type(sides)
    yield from _bound_to_type(change, sides)
    yield from _node_ports(sides, surroundings)
    yield from _ports(sides)


def _address(sides: Both) -> Iterator[Effect]:
    """A cluster IP, or the want of one, is for life; left out, it stays what it was."""
    old, new = (at(side, *ADDRESS_PATH) for side in sides)
    if old == new or "ExternalName" in {type_of(sides.old), type_of(sides.new)}:
        return
    name = title(sides.new)
    if new is None:
        yield KEPT.on(ADDRESS_PATH, f"{name} keeps clusterIP {old}: leaving it out changes nothing")
    else:
        advice = f"{ADDRESS.fix}\n{command(sides.new, 'delete')}"
        yield ADDRESS.on(ADDRESS_PATH, f"the cluster IP of {name} cannot become {new}", advice)


def _type(sides: Both) -> Iterator[Effect]:
    old, new = type_of(sides.old), type_of(sides.new)
    if old == new:
        return
    name = title(sides.new)
    if old == "LoadBalancer":
        yield BALANCER_GONE.on(_TYPE, f"the load balancer of {name} and its address go")
    if _RANK.get(new, 1) > max(_RANK.get(old, 1), 1):
        yield EXPOSED.on(_TYPE, f"{name} is reachable from outside of the cluster: {old} to {new}")
    elif "ExternalName" in {old, new}:
        yield TAKEN.on(_TYPE, f"{name} becomes {new}: its name leads somewhere else")
    elif old in OUTSIDE and new not in OUTSIDE:
        yield TAKEN.on(_TYPE, f"clients from outside lose {name}: {old} to {new}")


def _bound_to_type(change: Change, sides: Both) -> Iterator[Effect]:
    """Fields that only some types may have; what stays as it was is wiped with the type."""
    old, new = sides
    kind = type_of(new)
    name = title(new)
    for key, kinds in _ONLY_FOR.items():
        value = at(new, "spec", key)
        wiped = key in _WIPED and value == at(old, "spec", key)
        if value is not None and kind not in kinds and not wiped:
            path = path_of(change, "spec", key)
            yield TYPE_BOUND.on(path, f"{name} of type {kind} may not have spec.{key}")
    if kind in OUTSIDE and type_of(old) not in OUTSIDE and at(new, *ADDRESS_PATH) == "None":
        yield TYPE_BOUND.on(ADDRESS_PATH, f"{name} is headless, which type {kind} may not be")
    if kind == type_of(old) == "LoadBalancer":
        before, after = (at(side, "spec", "loadBalancerClass") for side in sides)
        if before != after:
            path = ("spec", "loadBalancerClass")
            yield TYPE_BOUND.on(path, f"spec.loadBalancerClass of {name} cannot be changed")
    ports = [at(side, "spec", "healthCheckNodePort") for side in sides]
    if _health(old) and _health(new) and ports[1] is not None and ports[0] != ports[1]:
        path = ("spec", "healthCheckNodePort")
        yield TYPE_BOUND.on(path, f"spec.healthCheckNodePort of {name} cannot be changed")


def _health(manifest: Manifest) -> bool:
    local = at(manifest, "spec", "externalTrafficPolicy") == "Local"
    return type_of(manifest) == "LoadBalancer" and local


_ONLY_FOR: Mapping[str, frozenset[str]] = {
    "allocateLoadBalancerNodePorts": frozenset({"LoadBalancer"}),
    "externalTrafficPolicy": OUTSIDE,
    "loadBalancerClass": frozenset({"LoadBalancer"}),
    "loadBalancerSourceRanges": frozenset({"LoadBalancer"}),
}
_WIPED = frozenset({"allocateLoadBalancerNodePorts", "externalTrafficPolicy", "loadBalancerClass"})


def _key(port: Manifest) -> tuple[Any, Any]:
    return port.get("port"), port.get("protocol")


def _at_port(port: Manifest, field: str) -> Path:
    step = item(port=port.get("port") or 0, protocol=str(port.get("protocol")))
    return ("spec", "ports", step, field)


def _node_ports(sides: Both, surroundings: Surroundings) -> Iterator[Effect]:
    new_kind, name = type_of(sides.new), title(sides.new)
    before = {each.get("name"): each for each in listed(sides.old)}
    same = _node_port_numbers(sides.old) == _node_port_numbers(sides.new)
    for port in listed(sides.new):
        number, path = port.get("nodePort"), _at_port(port, "nodePort")
        old = before.get(port.get("name"), {}).get("nodePort")
        if number == old:
            if number and new_kind not in OUTSIDE and not same:
                yield NODE_PORT_REFUSED.on(path, f"{name} of type {new_kind} has no node ports")
            continue
        if number is None:
            if new_kind in OUTSIDE and type_of(sides.old) in OUTSIDE:
                yield KEPT.on(path, f"{name} keeps node port {old}: leaving it out changes nothing")
        elif new_kind not in OUTSIDE:
            yield NODE_PORT_REFUSED.on(path, f"{name} of type {new_kind} has no node ports")
        elif number not in _RANGE:
            words = f"node port {number} is outside of {_RANGE.start}-{_RANGE.stop - 1}"
            yield NODE_PORT_REFUSED.on(path, f"{words}, the range unless the cluster has another")
        elif owner := _owner(number, port.get("protocol"), sides.new, surroundings):
            yield NODE_PORT_REFUSED.on(path, f"node port {number} is taken by {owner}")
        elif old is not None:
            yield NODE_PORT_FREED.on(path, f"node port {old} of {name} becomes {number}")


def _node_port_numbers(manifest: Manifest) -> list[Any]:
    return [each.get("nodePort") for each in listed(manifest)]


def _owner(number: int, protocol: Any, own: Manifest, surroundings: Surroundings) -> str:
    """Return who else asks for a node port; every node has it once for each protocol."""
    for each in surroundings.find(surroundings.new, "Service"):
        if title(each) == title(own):
            continue
        for port in listed(each):
            if port.get("nodePort") == number and port.get("protocol", "TCP") == protocol:
                return title(each)
    return ""


def _ports(sides: Both) -> Iterator[Effect]:
    old = {_key(each): each for each in listed(sides.old)}
    new = {_key(each): each for each in listed(sides.new)}
    if type_of(sides.new) == "ExternalName":
        return
    name = title(sides.new)
    for key, port in old.items():
        words = f"{port.get('name') or port.get('port')} ({key[1]} {key[0]})"
        if key not in new:
            path = _at_port(port, "port")[:-1]
            yield PORT_GONE.on(path, f"clients of port {words} lose {name}")
        elif new[key].get("targetPort") != port.get("targetPort"):
            path = _at_port(port, "targetPort")
            target = new[key].get("targetPort")
            message = f"port {words} of {name} leads to {target}, no longer {port['targetPort']}"
            yield RETARGETED.on(path, message)
