"""Services: addresses, types and ports that clients use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.pods import command, title
from emqx_gitops.review.effects.reading import at, item, mapping, mappings, path_of
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

_ADDRESS = ("spec", "clusterIP")
_TYPE: Path = ("spec", "type")
_RANGE = range(30000, 32768)
"""Node ports of a cluster that was not told otherwise (--service-node-port-range)."""
_OUTSIDE = frozenset({"NodePort", "LoadBalancer"})
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


def adopted(sides: Both) -> Manifest:
    """Return the new side with what the API server fills in from the old one of a Service."""
    old, new = sides
    if new.get("kind") != "Service":
        return new
    spec = {**mapping(new, "spec")}
    if at(old, *_ADDRESS) and "ExternalName" not in {_kind(old), _kind(new)}:
        spec.setdefault("clusterIP", at(old, *_ADDRESS))
    if {_kind(old), _kind(new)} <= _OUTSIDE:
        numbers = {
            each.get("name"): each.get("nodePort") for each in mappings(old, "spec", "ports")
        }
        spec["ports"] = [_with_number(each, numbers) for each in mappings(spec, "ports")]
    return {**new, "spec": spec}


def _with_number(port: Manifest, numbers: dict[Any, Any]) -> Manifest:
    number = port.get("nodePort") or numbers.get(port.get("name"))
    return {**port, "nodePort": number} if number else port


def _kind(manifest: Manifest) -> str:
    return str(at(manifest, "spec", "type"))


def _address(sides: Both) -> Iterator[Effect]:
    """A cluster IP, or the want of one, is for life; left out, it stays what it was."""
    old, new = (at(side, *_ADDRESS) for side in sides)
    if old == new or "ExternalName" in {_kind(sides.old), _kind(sides.new)}:
        return
    name = title(sides.new)
    if new is None:
        yield KEPT.on(_ADDRESS, f"{name} keeps clusterIP {old}: leaving it out changes nothing")
    else:
        advice = f"{ADDRESS.fix}\n{command(sides.new, 'delete')}"
        yield ADDRESS.on(_ADDRESS, f"the cluster IP of {name} cannot become {new}", advice)


def _type(sides: Both) -> Iterator[Effect]:
    old, new = _kind(sides.old), _kind(sides.new)
    if old == new:
        return
    name = title(sides.new)
    if old == "LoadBalancer":
        yield BALANCER_GONE.on(_TYPE, f"the load balancer of {name} and its address go")
    if _RANK.get(new, 1) > max(_RANK.get(old, 1), 1):
        yield EXPOSED.on(_TYPE, f"{name} is reachable from outside of the cluster: {old} to {new}")
    elif "ExternalName" in {old, new}:
        yield TAKEN.on(_TYPE, f"{name} becomes {new}: its name leads somewhere else")
    elif old in _OUTSIDE and new not in _OUTSIDE:
        yield TAKEN.on(_TYPE, f"clients from outside lose {name}: {old} to {new}")


def _bound_to_type(change: Change, sides: Both) -> Iterator[Effect]:
    """Fields that only some types may have; what stays as it was is wiped with the type."""
    old, new = sides
    kind = _kind(new)
    name = title(new)
    for key, kinds in _ONLY_FOR.items():
        value = at(new, "spec", key)
        wiped = key in _WIPED and value == at(old, "spec", key)
        if value is not None and kind not in kinds and not wiped:
            path = path_of(change, "spec", key)
            yield TYPE_BOUND.on(path, f"{name} of type {kind} may not have spec.{key}")
    if kind in _OUTSIDE and _kind(old) not in _OUTSIDE and at(new, *_ADDRESS) == "None":
        yield TYPE_BOUND.on(_ADDRESS, f"{name} is headless, which type {kind} may not be")
    if kind == _kind(old) == "LoadBalancer":
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
    return _kind(manifest) == "LoadBalancer" and local


_ONLY_FOR: Mapping[str, frozenset[str]] = {
    "allocateLoadBalancerNodePorts": frozenset({"LoadBalancer"}),
    "externalTrafficPolicy": _OUTSIDE,
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
    new_kind, name = _kind(sides.new), title(sides.new)
    before = {each.get("name"): each for each in mappings(sides.old, "spec", "ports")}
    same = _node_port_numbers(sides.old) == _node_port_numbers(sides.new)
    for port in mappings(sides.new, "spec", "ports"):
        number, path = port.get("nodePort"), _at_port(port, "nodePort")
        old = before.get(port.get("name"), {}).get("nodePort")
        if number == old:
            if number and new_kind not in _OUTSIDE and not same:
                yield NODE_PORT_REFUSED.on(path, f"{name} of type {new_kind} has no node ports")
            continue
        if number is None:
            if new_kind in _OUTSIDE and _kind(sides.old) in _OUTSIDE:
                yield KEPT.on(path, f"{name} keeps node port {old}: leaving it out changes nothing")
        elif new_kind not in _OUTSIDE:
            yield NODE_PORT_REFUSED.on(path, f"{name} of type {new_kind} has no node ports")
        elif number not in _RANGE:
            words = f"node port {number} is outside of {_RANGE.start}-{_RANGE.stop - 1}"
            yield NODE_PORT_REFUSED.on(path, f"{words}, the range unless the cluster has another")
        elif owner := _owner(number, port.get("protocol"), sides.new, surroundings):
            yield NODE_PORT_REFUSED.on(path, f"node port {number} is taken by {owner}")
        elif old is not None:
            yield NODE_PORT_FREED.on(path, f"node port {old} of {name} becomes {number}")


def _node_port_numbers(manifest: Manifest) -> list[Any]:
    return [each.get("nodePort") for each in mappings(manifest, "spec", "ports")]


def _owner(number: int, protocol: Any, own: Manifest, surroundings: Surroundings) -> str:
    """Return who else asks for a node port; every node has it once for each protocol."""
    for each in surroundings.find(surroundings.new, "Service"):
        if title(each) == title(own):
            continue
        for port in mappings(each, "spec", "ports"):
            if port.get("nodePort") == number and port.get("protocol", "TCP") == protocol:
                return title(each)
    return ""


def _ports(sides: Both) -> Iterator[Effect]:
    old = {_key(each): each for each in mappings(sides.old, "spec", "ports")}
    new = {_key(each): each for each in mappings(sides.new, "spec", "ports")}
    if _kind(sides.new) == "ExternalName":
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
