"""
Listeners: which ports are open on the brokers, on the internal Service and in the network policy.

Clients that come through a proxy or balancer that sends PROXY headers get broker listeners of their
own (`mqtt-proxy`, `ws-proxy`): a listener that expects the header refuses every client that comes
without one, and so would cut off clients inside the cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from emqx_gitops.components.addition import Addition, Part, Shared, combine
from emqx_gitops.components.site import Listener, Site, generation
from emqx_gitops.constructs import names, pod
from emqx_gitops.constructs.names import PROXY
from emqx_gitops.constructs.ports import (
    CLIENT_RULE,
    INTERNAL_PORTS,
    STAFF_RULE,
    policy_ports,
    service_port,
)
from emqx_gitops.emqx import Keys, ListenerKind
from emqx_gitops.emqx.wiring import (
    GENERATIONS,
    dashboard_settings,
    listener_settings,
    management_settings,
)
from emqx_gitops.kustomize.documents import Operation, add, remove, replace
from emqx_gitops.manifests import Manifest

DEFAULT_PORTS = {
    "mqtt": 1883,
    "mqtts": 8883,
    "ws": 8083,
    "wss": 8084,
    "dashboard": 18083,
    "management": 8081,
}
"""Ports that clients see unless an environment says otherwise."""

PROXIED_PORTS = {"mqtt-proxy": 1893, "ws-proxy": 8093}
"""Broker listeners that expect a PROXY header, by container port name."""

STAFF = ("dashboard", "management")
"""Listeners for people and machines that run EMQX, as opposed to its clients."""

_KINDS: dict[str, ListenerKind] = {"mqtt": "tcp", "mqtts": "ssl", "ws": "ws", "wss": "wss"}
"""EMQX's type of listener, by our name."""

_PROXIED_KINDS: dict[str, ListenerKind] = {"mqtt-proxy": "tcp", "ws-proxy": "ws"}

_CONTAINER_PORTS = "/spec/containers/0/ports"


def shared() -> Iterable[Shared]:
    """Return the components for environments whose listeners are the default ones."""
    for keys in GENERATIONS:
        folder = generation(keys)
        yield Shared(
            path=f"listeners/default/{folder}",
            addition=_open(keys, _usual(keys), proxied_tls=False),
        )
        port = {"mqtt-proxy": PROXIED_PORTS["mqtt-proxy"]}
        yield Shared(path=f"listeners/proxied/{folder}", addition=_open_proxied(keys, port, PROXY))
        yield Shared(path=f"listeners/balanced/{folder}", addition=_open_proxied(keys, port, ""))


def part(site: Site) -> Part:
    """Return the ports of *site*: shared components where all are default, else values."""
    components: list[str] = []
    own: list[Addition] = []
    ports = broker_ports(site)
    proxied_tls = site.proxy_protocol and site.tls_end == "broker"
    if ports == _usual(site.keys):
        components.append(f"listeners/default/{site.generation}")
    else:
        own.append(_open(site.keys, ports, proxied_tls=proxied_tls))
    proxied = proxied_ports(site)
    if list(proxied) == ["mqtt-proxy"]:
        folder = "proxied" if site.tls_end == "proxy" else "balanced"
        components.append(f"listeners/{folder}/{site.generation}")
    elif proxied:
        own.append(_open_proxied(site.keys, proxied, PROXY if site.tls_end == "proxy" else ""))
    own.append(_internal_service(site))
    return Part(components=tuple(components), own=combine(own))


def broker_ports(site: Site) -> dict[str, int]:
    """
    Return the ports that brokers listen on without a PROXY header before them, by name.

    A balancer that ends TLS and sends no header needs the plain listener, also where it is off.
    """
    ended_here = site.tls_end == "broker"
    behind = {backend(site, each) for each in site.public}
    ports = {}
    for name, usual in DEFAULT_PORTS.items():
        listener = site.listeners.get(name)
        if listener is not None and (ended_here or not listener.tls):
            ports[name] = listener.port
        elif name in behind:
            ports[name] = usual
    return ports


def proxied_ports(site: Site) -> dict[str, int]:
    """Return the broker listeners of *site* that exist for PROXY headers, by name."""
    wanted = {backend(site, each) for each in site.public}
    return {name: port for name, port in PROXIED_PORTS.items() if name in wanted}


def backend(site: Site, listener: Listener) -> str:
    """
    Return the name of the broker port that serves a public *listener*.

    Where TLS ends before the brokers, ``mqtts`` is served by a listener without TLS.
    """
    if listener.name in STAFF or (listener.tls and site.tls_end == "broker"):
        return listener.name
    plain = "ws" if listener.name in {"ws", "wss"} else "mqtt"
    return f"{plain}-proxy" if site.proxy_protocol else plain


def _usual(keys: Keys) -> dict[str, int]:
    wanted = ("mqtt", "dashboard", *(("management",) if keys.is_v4 else ()))
    return {name: DEFAULT_PORTS[name] for name in wanted}


def _open(keys: Keys, ports: Mapping[str, int], *, proxied_tls: bool) -> Addition:
    """Return settings, container ports and network policy of brokers that listen on *ports*."""
    settings: dict[str, str] = {}
    for name, kind in _KINDS.items():
        behind = proxied_tls and name in {"mqtts", "wss"}
        settings |= listener_settings(keys, kind, ports.get(name), proxied=behind)
    settings |= dashboard_settings(keys, ports.get("dashboard"))
    settings |= management_settings(keys, ports.get("management"))
    return Addition(
        settings=settings,
        pod=tuple(_container_ports(ports)),
        patches={("NetworkPolicy", names.BROKER): tuple(_policy(ports))},
    )


def _open_proxied(keys: Keys, ports: Mapping[str, int], peer: str) -> Addition:
    """Return listeners that expect PROXY headers, open to the pods of *peer* or to anyone."""
    settings: dict[str, str] = {}
    for name, port in ports.items():
        kind = _PROXIED_KINDS[name]
        settings |= listener_settings(keys, kind, port, proxied=True, own=False)
    allowed = [{"podSelector": {"matchLabels": names.selector(peer)}}] if peer else []
    rule = ({"from": allowed} if allowed else {}) | {"ports": policy_ports(*ports)}
    return Addition(
        settings=settings,
        pod=tuple(
            add(f"{_CONTAINER_PORTS}/-", {"name": name, "containerPort": port, "protocol": "TCP"})
            for name, port in ports.items()
        ),
        patches={("NetworkPolicy", names.BROKER): (add("/spec/ingress/-", rule),)},
    )


def _container_ports(ports: Mapping[str, int]) -> Iterator[Operation]:
    """Yield what turns the base's container ports into *ports*; those of the cluster stay."""
    places = {str(entry["name"]): place for place, entry in enumerate(pod.PORTS)}
    own = {name: place for name, place in places.items() if name in DEFAULT_PORTS}
    for name, place in own.items():
        if ports.get(name, DEFAULT_PORTS[name]) != DEFAULT_PORTS[name]:
            yield replace(f"{_CONTAINER_PORTS}/{place}/containerPort", ports[name])
    # From the end, so that the places before stay what they are.
    for name, place in reversed(own.items()):
        if name not in ports:
            yield remove(f"{_CONTAINER_PORTS}/{place}")
    for name, port in ports.items():
        if name not in own:
            entry = {"name": name, "containerPort": port, "protocol": "TCP"}
            yield add(f"{_CONTAINER_PORTS}/-", entry)


def _policy(ports: Mapping[str, int]) -> Iterator[Operation]:
    """Yield what lets clients and staff in; a rule without ports would let in everything."""
    staff = [name for name in ports if name in STAFF]
    clients = [name for name in ports if name not in STAFF]
    for place, wanted, usual in (
        (STAFF_RULE, staff, ["dashboard"]),
        (CLIENT_RULE, clients, ["mqtt"]),
    ):
        path = f"/spec/ingress/{place}"
        if not wanted:
            yield remove(path)
        elif wanted != usual:
            yield replace(f"{path}/ports", policy_ports(*wanted))


def internal_ports(site: Site) -> list[Manifest]:
    """Return the ports of the Service for clients and staff inside the cluster."""
    # They come without a PROXY header, which the TLS listeners expect behind such a balancer.
    refused = {"mqtts", "wss"} if site.proxy_protocol else set[str]()
    wanted = site.listeners.keys() - refused
    return [service_port(name, port) for name, port in broker_ports(site).items() if name in wanted]


def _internal_service(site: Site) -> Addition:
    wanted = internal_ports(site)
    if wanted == list(INTERNAL_PORTS):
        return Addition()
    return Addition(patches={("Service", names.INTERNAL): (replace("/spec/ports", wanted),)})
