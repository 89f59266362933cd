"""What a TLS proxy offers to clients, and where its pod finds things: HAProxy and NGINX alike."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

ROOT = "/etc/proxy"
"""Folder of the pod under which the configuration and the Secrets are mounted."""

CONFIG_PATH = f"{ROOT}/config"
TLS_PATH = f"{ROOT}/tls"
CLIENT_CA_PATH = f"{ROOT}/client-ca"

RUN_PATH = "/run/proxy"
"""Folder that must be writable, as must /tmp."""

HEALTH_PORT = 8404
LIVENESS_PATH = "/healthz"
"""Answers 200 while the proxy's process works; brokers do not matter."""

READINESS_PATH = "/readyz"
"""Answers 200 while at least one broker can be reached."""

_LOWEST_PORT = 1024
_HIGHEST_PORT = 65535
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,13}[a-z0-9])?")


@dataclass(frozen=True)
class Frontend:
    """A port for clients, and the brokers' port behind it."""

    name: str
    """Short name: also the port's name in the pod."""

    port: int
    tls: bool
    upstream_port: int
    send_proxy: bool
    """Tell the broker the client's address; its listener must expect the PROXY protocol."""


@dataclass(frozen=True)
class ProxyOptions:
    """All that a proxy's configuration depends on; neither namespace nor cluster is part of it.

    Raises ValueError for what could not run: a port that needs privileges or is asked for twice.
    """

    frontends: tuple[Frontend, ...]
    client_ca: bool = False
    """Let in only clients whose certificate this CA signed, on every frontend with TLS."""

    accept_proxy: bool = False
    """The balancer in front sends the PROXY protocol, on every frontend."""

    status_port: int = 18083
    status_path: str = "/status"
    max_nodes: int = 32
    """As many brokers as HAProxy keeps places for."""

    def __post_init__(self) -> None:
        """Reject what no pod could run."""
        if not self.frontends:
            raise ValueError("a proxy needs at least one frontend")
        if self.client_ca and not any(frontend.tls for frontend in self.frontends):
            raise ValueError("a client CA needs a frontend with TLS")
        _check_names([frontend.name for frontend in self.frontends])
        _check_ports([frontend.port for frontend in self.frontends])


def _check_names(names: list[str]) -> None:
    for name, times in Counter(names).items():
        if not _NAME.fullmatch(name) or name == "health":
            raise ValueError(f"{name!r} cannot name a frontend")
        if times > 1:
            raise ValueError(f"two frontends are named {name!r}")


def _check_ports(ports: list[int]) -> None:
    for port, times in Counter([*ports, HEALTH_PORT]).items():
        if not _LOWEST_PORT <= port <= _HIGHEST_PORT:
            raise ValueError(f"port {port} is not in {_LOWEST_PORT}-{_HIGHEST_PORT}")
        if times > 1:
            raise ValueError(f"port {port} is asked for twice")
