"""Rules on what probes ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.rules.objects import Broker, Objects
from emqx_gitops.rules.pods import Container

PROBE_WITHOUT_HEADER = Rule(
    code="EG711",
    name="probe-on-proxy-port",
    severity=Severity.ERROR,
    what="A probe asks a listener that expects a PROXY protocol header.",
    why="The kubelet sends none, so the probe fails and the container is restarted for ever.",
    fix="Let the probe ask /status on the dashboard's port; on 4.4, on the management port.",
    source="emqx_schema.erl (proxy_protocol), EMQX v5.7.1; emqx/emqx#9830",
)

RULES = (PROBE_WITHOUT_HEADER,)

_SUFFIX = "-proxy"
"""How ports of listeners that expect the header are named here."""

_LISTENER = re.compile(r"(EMQX_LISTENERS?__(?:TCP|SSL|WS|WSS)__\w+?)__PROXY_PROTOCOL")


def check_probes(objects: Objects) -> Iterator[Finding]:
    """Yield probes that no PROXY listener would answer."""
    for broker in objects.brokers:
        ports = proxied_ports(broker.settings)
        for path, port in broker.container.probes:
            if _is_proxied(broker, port, ports):
                message = f"the probe asks port {port}, which expects a PROXY header"
                yield objects.at(PROBE_WITHOUT_HEADER, broker.pod.owner, path, message)


def proxied_ports(settings: Mapping[str, str | None]) -> frozenset[int]:
    """Return the ports whose listeners expect a PROXY header."""
    found = set()
    for key, value in settings.items():
        listener = _LISTENER.fullmatch(key) if value in {"true", "on"} else None
        if listener:
            # 4.4 has the port in the listener's own setting.
            bind = settings.get(f"{listener[1]}__BIND") or settings.get(listener[1]) or ""
            digits = bind.rpartition(":")[2]
            if digits.isdecimal():
                found.add(int(digits))
    return frozenset(found)


def _is_proxied(broker: Broker, port: Any, ports: frozenset[int]) -> bool:
    if type(port) is str:
        return port.endswith(_SUFFIX) or _number(broker.container, port) in ports
    return type(port) is int and port in ports


def _number(container: Container, name: str) -> int:
    return container.ports.get(name, 0)
