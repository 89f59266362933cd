"""Parts of a Service that are looked at more than once, and what the API server gives it."""

from __future__ import annotations

from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import Both
from emqx_gitops.review.effects.reading import at, mapping, mappings

ADDRESS_PATH = ("spec", "clusterIP")
OUTSIDE = frozenset({"NodePort", "LoadBalancer"})
"""Types that are reachable from outside of the cluster."""


def type_of(manifest: Manifest) -> str:
    """Return the type of a Service."""
    return str(at(manifest, "spec", "type"))


def listed(manifest: Manifest) -> list[Manifest]:
    """Return the ports of a Service; what is no port is left to the API server to refuse."""
    keys = ("name", "nodePort", "port", "protocol")
    return [
        each
        for each in mappings(manifest, "spec", "ports")
        if all(isinstance(each.get(key), str | int | None) for key in keys)
    ]


def adopted(sides: Both) -> Manifest:
    """Return the new side with what the API server fills in from the old one of a Service."""
    old, new = sides
    if new.get("kind") != "Service":
        return new
    spec = {**mapping(new, "spec")}
    if at(old, *ADDRESS_PATH) and "ExternalName" not in {type_of(old), type_of(new)}:
        spec.setdefault("clusterIP", at(old, *ADDRESS_PATH))
    if {type_of(old), type_of(new)} <= OUTSIDE:
        numbers = {each.get("name"): each.get("nodePort") for each in listed(old)}
        spec["ports"] = [_with_number(each, numbers) for each in listed(new)]
    return {**new, "spec": spec}


def _with_number(port: Manifest, numbers: dict[Any, Any]) -> Manifest:
    number = port.get("nodePort") or numbers.get(port.get("name"))
    return {**port, "nodePort": number} if number else port
