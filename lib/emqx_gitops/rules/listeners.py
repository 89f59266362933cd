"""Rules on listeners: ports that cannot be opened, and Services that would have none."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.components.listeners import PROXIED_PORTS, STAFF, broker_ports, internal_ports
from emqx_gitops.constructs.proxy.frontends import HEALTH_PORT
from emqx_gitops.environment.model import ListenerOptions, Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where

TLS_ENDS_NOWHERE = Rule(
    code="EG408",
    name="tls-listener-without-tls",
    severity=Severity.ERROR,
    what="A TLS listener is on, and nothing says who ends TLS.",
    why="EMQX would show its built-in certificate, whose private key everybody can download.",
    fix="Set exposure.tls.terminateAt to `listener`, `haproxy`, `nginx` or `cloud`.",
    source="apps/emqx/etc/certs and emqx_schema.erl (ssl_options), EMQX v5.7.1",
)

NO_CLIENT_LISTENER = Rule(
    code="EG409",
    name="no-client-listener",
    severity=Severity.ERROR,
    what="No listener for clients is on, or the clients' Service would have no port.",
    why="Nobody could connect, and the API server refuses a Service without ports.",
    fix="Turn on mqtt, mqtts, ws or wss in emqx.listeners, and leave its `public` out.",
    source="Kubernetes API reference, ServiceSpec",
)

PORT_TAKEN = Rule(
    code="EG410",
    name="port-taken",
    severity=Severity.ERROR,
    what="A listener's port is another's, or one that the nodes or proxies use themselves.",
    why="Only one can open it: EMQX stops at the second, and no node would start.",
    fix="Write another port.",
    source="ekka_dist.erl, gen_rpc.app.src; emqx-gitops reference, listeners",
)

NO_INTERNAL_PORT = Rule(
    code="EG411",
    name="internal-service-without-port",
    severity=Severity.ERROR,
    what="The Service for clients inside the cluster would have no port.",
    why="The API server refuses a Service without ports.",
    fix="Leave emqx.listeners.dashboard or emqx.listeners.mqtt on; neither is exposed by that.",
    source="Kubernetes API reference, ServiceSpec",
)

NO_MANAGEMENT_LISTENER = Rule(
    code="EG412",
    name="no-management-listener",
    severity=Severity.ERROR,
    what="A management listener is asked for, and this line has none.",
    why="From EMQX 5.0 on, the dashboard's port serves the management API: this would do nothing.",
    fix="Remove emqx.listeners.management; emqx.listeners.dashboard serves the API.",
    source="EMQX documentation, Upgrade from EMQX 4.4 to EMQX 5",
)

TLS_WITHOUT_LISTENER = Rule(
    code="EG415",
    name="tls-without-listener",
    severity=Severity.ERROR,
    what="Something is to end TLS, and no listener is left that clients could reach by TLS.",
    why="Clients would find plain ports only, while the file reads as if they were protected.",
    fix="Leave emqx.listeners.mqtts on and its `public` out, or remove exposure.tls.",
    source="emqx-gitops reference, listeners",
)

RULES = (
    TLS_ENDS_NOWHERE,
    NO_CLIENT_LISTENER,
    PORT_TAKEN,
    NO_INTERNAL_PORT,
    NO_MANAGEMENT_LISTENER,
    TLS_WITHOUT_LISTENER,
)

RESERVED = {
    4370: "the nodes' distribution protocol",
    5369: "the nodes' gen_rpc",
    PROXIED_PORTS["mqtt-proxy"]: "the MQTT listener for PROXY headers",
    PROXIED_PORTS["ws-proxy"]: "the WebSocket listener for PROXY headers",
    HEALTH_PORT: "the proxies' health checks",
}
"""Ports that no listener may have, with their use; the same everywhere, so that a change of TLS
moves no port."""

_INTERNAL_V4 = {11883: "the internal MQTT listener of EMQX 4.4"}
"""Shipped emqx.conf of v4.4.19, bound to the loopback address."""


def check(resolved: Resolved) -> Iterator[Finding]:
    """Refuse listeners that nobody could open or reach."""
    yield from _tls(resolved)
    yield from _management(resolved)
    yield from _ports(resolved)
    yield from _services(resolved)


def _tls(resolved: Resolved) -> Iterator[Finding]:
    end = resolved.exposure.tls.ends
    secure = [each for each in resolved.listeners.values() if each.tls]
    if end == "nowhere":
        for listener in secure:
            where = Where(environment=resolved.name, path=f"emqx.listeners.{listener.name}")
            message = f"listener {listener.name} is on, and exposure.tls is none"
            yield TLS_ENDS_NOWHERE.at(where, message)
    elif not any(each.public or end == "broker" for each in secure):
        where = Where(environment=resolved.name, path="exposure.tls.terminateAt")
        yield TLS_WITHOUT_LISTENER.at(where, "TLS has an end, and no listener for it is public")


def _management(resolved: Resolved) -> Iterator[Finding]:
    given = resolved.asked.emqx.listeners.management
    if given is not None and given is not False and not resolved.site_is_v4:
        where = Where(environment=resolved.name, path="emqx.listeners.management")
        yield NO_MANAGEMENT_LISTENER.at(where, f"EMQX {resolved.version} has no such listener")


def _ports(resolved: Resolved) -> Iterator[Finding]:
    site = resolved.site
    taken = RESERVED | (_INTERNAL_V4 if site.keys.is_v4 else {})
    # What a balancer reaches without being asked for by name.
    hidden = broker_ports(site).items() - {(e.name, e.port) for e in site.listeners.values()}
    taken |= {port: f"{name}, to which the balancer connects" for name, port in hidden}
    for listener in site.listeners.values():
        use = taken.setdefault(listener.port, f"listener {listener.name}")
        if use != f"listener {listener.name}":
            where = Where(environment=resolved.name, path=_port_path(resolved, listener.name))
            yield PORT_TAKEN.at(where, f"port {listener.port} of {listener.name} is that of {use}")


def _port_path(resolved: Resolved, name: str) -> str:
    options = isinstance(getattr(resolved.asked.emqx.listeners, name), ListenerOptions)
    return f"emqx.listeners.{name}" + (".port" if options else "")


def _services(resolved: Resolved) -> Iterator[Finding]:
    site = resolved.site
    where = Where(environment=resolved.name, path="emqx.listeners")
    if not site.listeners.keys() - set(STAFF):
        yield NO_CLIENT_LISTENER.at(where, "no listener for clients is on")
    elif not site.public:
        yield NO_CLIENT_LISTENER.at(where, "no listener is on the clients' Service")
    if not internal_ports(site):
        yield NO_INTERNAL_PORT.at(where, "no listener is left for clients inside the cluster")
