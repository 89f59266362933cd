"""The listeners of a cluster, and the Services and proxies that lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from emqx_gitops.emqx import ListenerKeys, ListenerKind
from emqx_gitops.emqx.ports import DASHBOARD, MANAGEMENT, MQTT, MQTTS, WS, WSS
from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Place, blame
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.matching import has_labels

OWN = ""
"""Stands for the name of EMQX's own listeners: ``default``, on 4.4 ``external``."""

_KINDS: dict[ListenerKind, tuple[int, str]] = {
    "tcp": (MQTT, "MQTT"),
    "ssl": (MQTTS, "MQTT over TLS"),
    "ws": (WS, "WebSocket"),
    "wss": (WSS, "WebSocket over TLS"),
}
"""Default port, and what it is called."""

_LISTENER = re.compile(r"EMQX_LISTENERS?__(TCP|SSL|WS|WSS)__(.+?)(?:__.*)?")

_EVERYWHERE = frozenset({"0.0.0.0", "[::]", "::"})  # noqa: S104  # compared, nothing is bound

_HTTPS = {
    True: "EMQX_DASHBOARD__LISTENER__HTTPS",
    False: "EMQX_DASHBOARD__LISTENERS__HTTPS__BIND",
}
"""The dashboard with TLS, on 4.4 and on later lines."""

Key = tuple[ListenerKind, str]
"""Kind and name of a listener."""


class Listener(NamedTuple):
    """A listener that is on."""

    label: str
    host: str
    """The address that it is bound to; empty for all."""
    port: int
    proxied: bool
    """Whether it expects a PROXY header."""
    client_certificate: bool
    """Whether it refuses clients without one."""
    files: tuple[str, ...]
    """Certificate, key and client CA; empty where EMQX's own are used."""


@lru_cache(maxsize=8)
def listeners(cluster: Cluster) -> Mapping[Key, Listener]:
    """Return the listeners that are on, by kind and name."""
    found: dict[Key, Listener] = {}
    for kind, name in _known(cluster):
        listener = _read(cluster, kind, name)
        if listener is not None:
            found[kind, name] = listener
    return found


def keys_for(cluster: Cluster, key: Key) -> ListenerKeys:
    """Return the variables of one listener."""
    kind, name = key
    return cluster.keys.listener(kind, name or None)


def changed(old: Cluster, new: Cluster, key: Key, *fields: str) -> Place:
    """Return the variable of listener *key*, among *fields*, that a reviewer sees changed."""
    before, after = keys_for(old, key), keys_for(new, key)
    for field in fields:
        names = _variable(before, field), _variable(after, field)
        facts = old.settings.get(names[0]), new.settings.get(names[1])
        if any(facts) and (facts[0] and facts[0].value) != (facts[1] and facts[1].value):
            return blame(*facts)
    return new.in_container("env")


def _variable(keys: ListenerKeys, field: str) -> str:
    value = getattr(keys, field)
    return (value[0] if type(value) is tuple else value) or ""


def _known(cluster: Cluster) -> Iterator[Key]:
    seen: dict[Key, None] = dict.fromkeys((kind, OWN) for kind in _KINDS)
    for setting in cluster.settings:
        match = _LISTENER.fullmatch(setting)
        if match:
            name = match[2].lower()
            own = name == cluster.keys.own_listener
            for kind in _KINDS:
                if kind == match[1].lower():
                    seen[kind, OWN if own else name] = None
    return iter(seen)


def _read(cluster: Cluster, kind: ListenerKind, name: str) -> Listener | None:
    keys = keys_for(cluster, (kind, name))
    port, label = _KINDS[kind]
    bind = cluster.get(keys.bind)
    if keys.enable and cluster.get(keys.enable, f"{keys.enable}D") == "false":
        return None
    if bind is None and name != OWN:
        return None
    host, number = _split(bind if bind is not None else str(port))
    if not number:
        return None
    peers = cluster.get(keys.verify) == "verify_peer"
    files = (keys.certfile, keys.keyfile, keys.cacertfile)
    return Listener(
        label=label if name == OWN else f"{label} ({name})",
        host=host,
        port=number,
        proxied=cluster.get(keys.proxy_protocol[0]) in {"true", "on"},
        client_certificate=peers and cluster.get(keys.fail_if_no_peer_cert) in {"true", "on"},
        files=tuple(cluster.get(each) or "" for each in files) if kind in {"ssl", "wss"} else (),
    )


def _split(bind: str) -> tuple[str, int]:
    host, _, digits = bind.strip().rpartition(":")
    return "" if host in _EVERYWHERE else host, int(digits) if digits.isdecimal() else 0


def dashboard(cluster: Cluster) -> dict[str, tuple[str, int]]:
    """Return address and port of the dashboard, and of 4.4's management API, that are on."""
    keys = cluster.keys
    asked = {keys.dashboard_bind: DASHBOARD}
    if keys.management_bind:
        asked[keys.management_bind] = MANAGEMENT
    asked[_HTTPS[keys.is_v4]] = 0
    found = {}
    for key, default in asked.items():
        fact = cluster.settings.get(key)
        known = fact is not None and fact.value is not None
        host, port = _split(cluster.get(key) or "" if known else str(default))
        if port and cluster.get(f"{key.removesuffix('__BIND')}__ENABLE") != "false":
            found[key] = host, port
    return found


@lru_cache(maxsize=8)
def services_of(cluster: Cluster) -> tuple[Manifest, ...]:
    """Return the Services that select the nodes."""
    found = []
    for _, service in cluster.among("Service"):
        wanted = mapping(mapping(service.get("spec")).get("selector"))
        if wanted and has_labels(wanted, cluster.pod.labels):
            found.append(service)
    return tuple(found)


def leads_to(cluster: Cluster, port: int) -> Iterator[tuple[Manifest, Manifest]]:
    """Yield Services with the entry of theirs that leads to *port* of the nodes."""
    for service in services_of(cluster):
        for entry in entries(mapping(service.get("spec")).get("ports")):
            target = entry.get("targetPort", entry.get("port"))
            number = cluster.container.ports.get(target) if type(target) is str else target
            if number == port:
                yield service, entry


def doors(cluster: Cluster, port: int) -> set[tuple[str, int]]:
    """Return by which ports of Services clients come to *port* of the nodes."""
    return {
        (text(mapping(service.get("metadata")).get("name")), entry.get("port", 0))
        for service, entry in leads_to(cluster, port)
        if mapping(service.get("spec")).get("clusterIP") != "None"
    }
