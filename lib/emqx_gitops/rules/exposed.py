"""Rules on what can be reached from outside of the cluster, and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emqx_gitops.components.exposure.load_balancer import LoadBalancer
from emqx_gitops.components.listeners import STAFF
from emqx_gitops.components.settings import SecretValue
from emqx_gitops.components.site import Listener
from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where

NOBODY_ASKED = Rule(
    code="EG309",
    name="no-authentication",
    severity=Severity.WARNING,
    what="Clients connect from outside of the cluster, and nothing declares who may.",
    why="EMQX ships open: without authentication everybody may publish and subscribe to all.",
    fix=(
        "Declare authentication in emqx.settings (EMQX_AUTHENTICATION; on 4.4 "
        "EMQX_ALLOW_ANONYMOUS: false), or admit only certificates by exposure.tls.clientCA."
    ),
    source="EMQX documentation, Authentication; v4.4.19 etc/emqx.conf (allow_anonymous)",
)

IN_THE_CLEAR = Rule(
    code="EG310",
    name="plain-mqtt-outside",
    severity=Severity.WARNING,
    what="Clients connect from outside of the cluster without TLS.",
    why="Passwords and messages can be read and changed on the way.",
    fix="Set exposure.tls.terminateAt; plain listeners then stay inside, unless asked otherwise.",
    source="MQTT 5.0, 5.4 (implementation notes on security)",
)

DASHBOARD_IN_THE_CLEAR = Rule(
    code="EG403",
    name="dashboard-in-the-clear",
    severity=Severity.WARNING,
    what="The dashboard or its API can be reached from outside of the cluster without TLS.",
    why="Whoever listens on the way learns the administrator's password.",
    fix=(
        "Leave the dashboard off the clients' Service and use `kubectl port-forward`, or end TLS "
        "at `haproxy` or `nginx`, which serve it with TLS."
    ),
    source="emqx_dashboard_schema.erl, EMQX v5.7.1 (listeners.http)",
)

DASHBOARD_BEHIND_PROXY_HEADER = Rule(
    code="EG404",
    name="dashboard-behind-proxy-header",
    severity=Severity.ERROR,
    what="The dashboard or its API is behind a balancer that sends PROXY headers.",
    why=(
        "It takes the header for a broken request; were it told to read it, the kubelet's probes "
        "on the same port would fail."
    ),
    fix=(
        "Leave the dashboard off the clients' Service, set exposure.proxyProtocol to false, or end "
        "TLS at `haproxy` or `nginx`."
    ),
    source="emqx_dashboard_schema.erl, EMQX v5.7.1 (proxy_header)",
)

ADDRESS_LOST = Rule(
    code="EG413",
    name="client-address-lost",
    severity=Severity.WARNING,
    what="The balancer's traffic is spread over all nodes, and nothing carries clients' addresses.",
    why=(
        "EMQX sees the address of a Kubernetes node in place of the client's: bans, limits by "
        "address and audit logs mean nothing."
    ),
    fix="Leave exposure.externalTrafficPolicy out, or have the balancer send PROXY headers.",
    source="Kubernetes documentation, Preserving the client source IP; emqx/emqx#9830",
)

RULES = (
    NOBODY_ASKED,
    IN_THE_CLEAR,
    DASHBOARD_IN_THE_CLEAR,
    DASHBOARD_BEHIND_PROXY_HEADER,
    ADDRESS_LOST,
)


def check(resolved: Resolved) -> Iterator[Finding]:
    """Check what is reachable from outside; a Service of type ClusterIP is not."""
    if resolved.site.exposure == "clusterIp":
        return
    public = [each for each in resolved.listeners.values() if each.public]
    clients = [each for each in public if each.name not in STAFF]
    yield from _anonymous(resolved, clients)
    yield from _plain(resolved, clients)
    yield from _staff(resolved, [each for each in public if each.name in STAFF])
    yield from _address(resolved)


def _anonymous(resolved: Resolved, clients: list[Listener]) -> Iterator[Finding]:
    mutual = resolved.exposure.tls.mutual
    open_ = [each.name for each in clients if not (each.tls and mutual)]
    if open_ and not _authenticates(resolved):
        where = Where(environment=resolved.name, path="exposure.type")
        message = f"{' and '.join(open_)} can be reached from outside, by anybody"
        declared = "EMQX_ALLOW_ANONYMOUS" if resolved.site_is_v4 else "EMQX_AUTHENTICATION"
        fix = f"set {declared} in emqx.settings, or admit only certificates: exposure.tls.clientCA"
        yield NOBODY_ASKED.at(where, message, fix)


_DECLARED = re.compile(r"EMQX_(LISTENERS__\w+?__\w+?__)?AUTHENTICATION(__.+)?")
_DECLARED_V4 = re.compile(r"EMQX_(ZONE__\w+?__)?ALLOW_ANONYMOUS|EMQX_AUTH__.+")


def _authenticates(resolved: Resolved) -> bool:
    """Tell whether a setting asks clients who they are; what it says exactly is not judged."""
    for key, value in resolved.asked.emqx.settings.items():
        text = "" if isinstance(value, SecretValue) else value.strip()
        if resolved.site_is_v4:
            named = _DECLARED_V4.fullmatch(key.upper())
            if named and (not key.upper().endswith("ALLOW_ANONYMOUS") or text != "true"):
                return True
        elif _DECLARED.fullmatch(key.upper()) and text != "[]":
            return True
    return False


def _plain(resolved: Resolved, clients: list[Listener]) -> Iterator[Finding]:
    for listener in clients:
        if not listener.tls:
            where = Where(environment=resolved.name, path=_public_path(resolved, listener.name))
            message = f"{listener.name} on port {listener.port} is plain, and reached from outside"
            secure = resolved.exposure.tls.ends != "nowhere"
            fix = f"leave `public` and the node port of {listener.name} out" if secure else None
            yield IN_THE_CLEAR.at(where, message, fix)


def _staff(resolved: Resolved, staff: list[Listener]) -> Iterator[Finding]:
    if resolved.exposure.tls.ends == "proxy":
        return
    for listener in staff:
        where = Where(environment=resolved.name, path=_public_path(resolved, listener.name))
        if resolved.exposure.proxy_protocol_before:
            message = f"{listener.name} would get PROXY headers, which it does not read"
            yield DASHBOARD_BEHIND_PROXY_HEADER.at(where, message)
        else:
            message = f"{listener.name} is reached from outside over plain HTTP"
            yield DASHBOARD_IN_THE_CLEAR.at(where, message)


def _public_path(resolved: Resolved, name: str) -> str:
    """Return the path of what puts listener *name* on the clients' Service."""
    if name in resolved.exposure.node_port_of:
        return f"exposure.nodePorts.{name}"
    if name == "dashboard" and resolved.exposure.dashboard:
        return "exposure.dashboard"
    asked = "listeners" in resolved.asked.emqx.model_fields_set
    return f"emqx.listeners.{name}" if asked else "exposure.type"


def _address(resolved: Resolved) -> Iterator[Finding]:
    exposure = resolved.exposure
    if not isinstance(exposure, LoadBalancer) or exposure.proxy_protocol_before:
        return
    # On AWS the balancer's targets are the pods, and the address is kept whatever the policy.
    if exposure.external_traffic_policy == "Cluster" and exposure.provider != "aws":
        where = Where(environment=resolved.name, path="exposure.externalTrafficPolicy")
        yield ADDRESS_LOST.at(where, "clients' addresses are lost on the way to the brokers")
