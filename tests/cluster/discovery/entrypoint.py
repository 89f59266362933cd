"""
The name that a node gives itself: what the image's entrypoint makes of its variables.

Told from deploy/docker/docker-entrypoint.sh of EMQX v4.4.19 and v5.7.1, and the checks on names and
hosts that follow in bin/emqx and emqx_conf_schema.erl.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Variables = Mapping[str, str]


class NoBootError(Exception):
    """The node ends before it looks for others."""


@dataclass(frozen=True)
class Place:
    """Where a node runs."""

    hostname: str
    """What the command `hostname` says in the container."""

    ip: str
    hosts: str
    """The line of ``/etc/hosts`` for its own address."""

    v4: bool
    """Whether the image is one of 4.4."""


def strategy(seen: Variables, *, v4: bool) -> str:
    """Return the discovery strategy; ``manual`` where the key of this generation is not set."""
    return seen.get(
        "EMQX_CLUSTER__DISCOVERY" if v4 else "EMQX_CLUSTER__DISCOVERY_STRATEGY", "manual"
    )


def own_name(seen: Variables, place: Place) -> str:
    """Return the node's name; raise NoBootError where the container would end instead."""
    given = seen.get("EMQX_NODE_NAME") or (not place.v4 and seen.get("EMQX_NODE__NAME"))
    name = given or f"{_name_part(seen, place)}@{seen.get('EMQX_HOST') or _host(seen, place)}"
    _check(name, seen, place)
    return name


def _name_part(seen: Variables, place: Place) -> str:
    return seen.get("EMQX_NAME") or (place.hostname if place.v4 else "emqx")


def _host(seen: Variables, place: Place) -> str:
    chosen = strategy(seen, v4=place.v4)
    record = "EMQX_CLUSTER__DNS__TYPE" if place.v4 else "EMQX_CLUSTER__DNS__RECORD_TYPE"
    if chosen == "dns" and seen.get(record) == "srv":
        wanted = f"{place.hostname}.{seen.get('EMQX_CLUSTER__DNS__NAME', '')}"
        return wanted if wanted in place.hosts else place.ip
    kind = seen.get("EMQX_CLUSTER__K8S__ADDRESS_TYPE")
    namespace = seen.get("EMQX_CLUSTER__K8S__NAMESPACE")
    if chosen != "k8s" or not namespace or kind not in {"dns", "hostname"}:
        return place.ip
    if kind == "dns":
        suffix = seen.get("EMQX_CLUSTER__K8S__SUFFIX") or "pod.cluster.local"
        return f"{place.ip.replace('.', '-')}.{namespace}.{suffix}"
    suffix = seen.get("EMQX_CLUSTER__K8S__SUFFIX") or "svc.cluster.local"
    found = re.search(rf"{place.hostname}.*.{namespace}.{suffix}", place.hosts)
    if found is None:
        raise NoBootError(f"no {place.hostname}...{namespace}.{suffix} in /etc/hosts")
    return found[0]


def _check(name: str, seen: Variables, place: Place) -> None:
    part, _, host = name.partition("@")
    if not re.fullmatch(r"[0-9A-Za-z_-]+", part):
        raise NoBootError(f"{part!r} cannot be a node's name")
    record = seen.get("EMQX_CLUSTER__DNS__RECORD_TYPE", "a")
    by_address = strategy(seen, v4=place.v4) == "dns" and record == "a" and not place.v4
    if by_address and not re.fullmatch(r"\d+(\.\d+){3}", host):
        raise NoBootError(f"A records need an address for a host, not {host}")
