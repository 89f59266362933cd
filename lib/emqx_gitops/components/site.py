"""What every choice may know about the environment it stands in, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from emqx_gitops.emqx import Edition, Keys, Line, Version

TlsEnd = Literal["nowhere", "broker", "proxy", "balancer"]
"""Where TLS ends, seen from a client."""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A port that clients see: ``mqtts`` is MQTT over TLS, whoever ends the TLS."""

    name: str
    port: int
    public: bool
    """Whether it is on the clients' Service; every other one is reached inside the cluster only."""

    @property
    def tls(self) -> bool:
        """Whether clients speak TLS on this port by its nature."""
        return self.name in {"mqtts", "wss"}


@dataclass(frozen=True, kw_only=True)
class Site:
    """The resolved facts of one environment that its choices depend on."""

    environment: str
    namespace: str
    domain: str
    provider: str
    version: Version
    edition: Edition
    line: Line
    keys: Keys
    workload: Literal["StatefulSet", "Deployment", "Pod"]
    replicas: int
    persistent: bool
    """Whether a node's data outlives its pod."""

    pod_ip_names: bool
    """Whether a node's name holds the IP address of its pod."""

    exposure: str
    tls_end: TlsEnd
    proxy_protocol: bool
    """Whether what stands before the brokers' public ports sends PROXY headers to them."""

    balancer_sends_proxy: bool
    """Whether a balancer before the clients' Service sends PROXY headers."""

    listeners: Mapping[str, Listener]
    """Those that are on, by name, in the order mqtt, mqtts, ws, wss, dashboard, management."""

    protect: bool
    """Whether what holds data is kept from pruning."""

    registry: str | None = None
    """Registry and path prefix of every image."""

    pull_secrets: tuple[str, ...] = ()
    """Secrets that every pod pulls its images with."""

    @property
    def public(self) -> tuple[Listener, ...]:
        """Listeners on the clients' Service."""
        return tuple(each for each in self.listeners.values() if each.public)

    @property
    def generation(self) -> str:
        """Folder name of components whose setting keys changed with EMQX 5."""
        return generation(self.keys)


def generation(keys: Keys) -> str:
    """Return the folder name for a generation of setting keys: ``4.4`` or ``5``."""
    return "4.4" if keys.is_v4 else "5"
