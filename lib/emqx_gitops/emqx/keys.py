"""
The names of the variables that the compiler writes itself, per generation: 4.4, and 5 and later.

One place for every key name. Sources: v4.4.19 priv/emqx.schema and the plugins' schemas;
emqx_conf_schema.erl, emqx_schema.erl and emqx_dashboard_schema.erl of v5.7.1 to 6.2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emqx_gitops.emqx.versions import Line

ListenerKind = Literal["tcp", "ssl", "ws", "wss"]

PROXY_LISTENER = "proxy"
"""The name of the listeners that our own proxies speak PROXY protocol to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListenerKeys:
    """The variables of one listener."""

    bind: str
    enable: str | None
    """None on 4.4, which has no such setting: see `off`."""
    proxy_protocol: tuple[str, str]
    """The variable, and its value that turns PROXY protocol on."""
    certfile: str
    keyfile: str
    cacertfile: str
    verify: str
    fail_if_no_peer_cert: str
    off: tuple[str, str]
    """The variable, and its value that turns the listener off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """The variables of one generation; None where it has no such setting."""

    discovery: str
    static_seeds: str = "EMQX_CLUSTER__STATIC__SEEDS"
    dns_name: str = "EMQX_CLUSTER__DNS__NAME"
    dns_record_type: str
    dns_app: str | None
    """4.4: the name part of discovered nodes, equal to EMQX_NAME; later lines use the own name."""
    k8s_apiserver: str = "EMQX_CLUSTER__K8S__APISERVER"
    k8s_service_name: str = "EMQX_CLUSTER__K8S__SERVICE_NAME"
    k8s_address_type: str = "EMQX_CLUSTER__K8S__ADDRESS_TYPE"
    k8s_namespace: str = "EMQX_CLUSTER__K8S__NAMESPACE"
    k8s_suffix: str = "EMQX_CLUSTER__K8S__SUFFIX"
    k8s_app_name: str | None
    """4.4: as `dns_app`."""

    name: str = "EMQX_NAME"
    host: str = "EMQX_HOST"
    node_name: str = "EMQX_NODE_NAME"
    cookie: str = "EMQX_NODE__COOKIE"
    rpc_port_discovery: str = "EMQX_RPC__PORT_DISCOVERY"

    dashboard_bind: str
    dashboard_user: str
    dashboard_password: str
    management_bind: str | None
    management_id: str | None
    management_secret: str | None
    peer_cert_as_username: str
    """Where the user name comes from; on 4.4 a setting of the TLS listener, later of all."""

    own_listener: str
    """The name of the listeners that EMQX ships with."""
    is_v4: bool

    def listener(self, kind: ListenerKind, name: str | None = None) -> ListenerKeys:
        """Name the variables of one listener, of the shipped one if no name is given."""
        root = "LISTENER" if self.is_v4 else "LISTENERS"
        prefix = f"EMQX_{root}__{kind}__{name or self.own_listener}".upper()
        tls = prefix if self.is_v4 else f"{prefix}__SSL_OPTIONS"
        bind = prefix if self.is_v4 else f"{prefix}__BIND"
        enable = None if self.is_v4 else f"{prefix}__ENABLE"
        return ListenerKeys(
            bind=bind,
            enable=enable,
            # cuttlefish knows no true, HOCON no on.
            proxy_protocol=(f"{prefix}__PROXY_PROTOCOL", "on" if self.is_v4 else "true"),
            certfile=f"{tls}__CERTFILE",
            keyfile=f"{tls}__KEYFILE",
            cacertfile=f"{tls}__CACERTFILE",
            verify=f"{tls}__VERIFY",
            fail_if_no_peer_cert=f"{tls}__FAIL_IF_NO_PEER_CERT",
            # An empty variable deletes a 4.4 setting, and no port is no listener.
            off=(enable, "false") if enable else (bind, ""),
        )


_V4 = Keys(
    discovery=Line.V4_4.discovery_key,
    dns_record_type="EMQX_CLUSTER__DNS__TYPE",
    dns_app="EMQX_CLUSTER__DNS__APP",
    k8s_app_name="EMQX_CLUSTER__K8S__APP_NAME",
    dashboard_bind="EMQX_DASHBOARD__LISTENER__HTTP",
    dashboard_user="EMQX_DASHBOARD__DEFAULT_USER__LOGIN",
    dashboard_password="EMQX_DASHBOARD__DEFAULT_USER__PASSWORD",  # noqa: S106  # a variable's name
    management_bind="EMQX_MANAGEMENT__LISTENER__HTTP",
    management_id="EMQX_MANAGEMENT__DEFAULT_APPLICATION__ID",
    management_secret="EMQX_MANAGEMENT__DEFAULT_APPLICATION__SECRET",  # noqa: S106  # likewise
    peer_cert_as_username="EMQX_LISTENER__SSL__EXTERNAL__PEER_CERT_AS_USERNAME",
    own_listener="external",
    is_v4=True,
)
_V5 = Keys(
    discovery=Line.V5_8.discovery_key,
    dns_record_type="EMQX_CLUSTER__DNS__RECORD_TYPE",
    dns_app=None,
    k8s_app_name=None,
    dashboard_bind="EMQX_DASHBOARD__LISTENERS__HTTP__BIND",
    dashboard_user="EMQX_DASHBOARD__DEFAULT_USERNAME",
    dashboard_password="EMQX_DASHBOARD__DEFAULT_PASSWORD",  # noqa: S106  # a variable's name
    management_bind=None,
    management_id=None,
    management_secret=None,
    peer_cert_as_username="EMQX_MQTT__PEER_CERT_AS_USERNAME",
    own_listener="default",
    is_v4=False,
)


def keys_of(line: Line) -> Keys:
    """Return the variable names of *line*'s generation."""
    return _V4 if line.is_v4 else _V5


def discovery_value(line: Line, strategy: str) -> str:
    """Return how *line* spells a strategy: one node is ``manual`` before 5.8.0 added singleton."""
    lacks_singleton = line in {Line.V4_4, Line.V5_7}
    return "manual" if strategy == "singleton" and lacks_singleton else strategy
