"""Ports of Services and places in the network policy: what later components refer to."""

from __future__ import annotations

from emqx_gitops.manifests import Manifest


def service_port(name: str, port: int, target: str = "", node_port: int | None = None) -> Manifest:
    """Return a TCP port of a Service that leads to the container port named *target*."""
    entry: Manifest = {"name": name, "port": port, "protocol": "TCP", "targetPort": target or name}
    return entry | ({"nodePort": node_port} if node_port else {})


CLIENT_PORTS = (service_port("mqtt", 1883),)
"""Ports of the clients' Service in the base."""

INTERNAL_PORTS = (service_port("mqtt", 1883), service_port("dashboard", 18083))
"""Ports of the internal Service in the base."""

CLIENT_RULE = 0
"""Place of the rule that lets clients in, in the network policy of the base."""

STAFF_RULE = 2
"""Place of the rule that lets the dashboard and the management API be used."""


def policy_ports(*ports: str) -> list[Manifest]:
    """Return the ``ports`` of a network policy rule, by container port name."""
    return [{"port": port, "protocol": "TCP"} for port in ports]


PROXY_PORTS = (service_port("mqtts", 8883),)
"""Ports of the clients' Service where a TLS proxy stands before the brokers."""
