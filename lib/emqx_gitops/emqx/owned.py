"""Which settings the model has a field for, so that nobody sets them a second time."""

from __future__ import annotations

from functools import lru_cache

from emqx_gitops.emqx.catalog import Path, canonical, matches, path_of
from emqx_gitops.emqx.versions import Line

# Patterns of configuration paths, `*` for one part, with the field of environment.yaml that stands
# for them. First match wins.
_OWNED_V5: tuple[tuple[str, str], ...] = (
    ("name", "discovery"),
    ("host", "discovery"),
    ("node_name", "discovery"),
    ("node.name", "discovery"),
    ("node_cookie", "credentials"),
    ("node.cookie", "credentials"),
    ("cluster.discovery_strategy", "discovery.strategy"),
    ("cluster.k8s.address_type", "discovery.addressType"),
    ("cluster.dns.record_type", "discovery.recordType"),
    ("cluster.static.seeds", "discovery.strategy"),
    ("cluster.dns.*", "discovery"),
    ("cluster.k8s.*", "discovery"),
    ("rpc.port_discovery", "discovery"),
    ("rpc.server_port", "discovery"),
    ("rpc.tcp_server_port", "discovery"),
    ("rpc.ssl_server_port", "discovery"),
    ("dashboard.default_username", "credentials"),
    ("dashboard.default_password", "credentials"),
    ("dashboard.listeners.http.bind", "emqx.listeners.dashboard"),
    ("dashboard.listeners.http.enable", "emqx.listeners.dashboard"),
    ("license.key", "emqx.license"),
    *(
        (f"listeners.{kind}.default.{name}", f"emqx.listeners.{field}")
        for kind, field in (("tcp", "mqtt"), ("ssl", "mqtts"), ("ws", "ws"), ("wss", "wss"))
        for name in ("bind", "enable", "enabled")
    ),
    *(
        (f"listeners.{kind}.default.proxy_protocol", "exposure.tls")
        for kind in ("tcp", "ssl", "ws", "wss")
    ),
    *(
        (f"listeners.{kind}.default.ssl_options.{name}", "exposure.tls")
        for kind in ("ssl", "wss")
        for name in ("certfile", "keyfile", "cacertfile", "verify", "fail_if_no_peer_cert")
    ),
    *(
        (f"listeners.{kind}.proxy.{name}", "exposure.tls.terminateAt")
        for kind in ("tcp", "ws")
        for name in ("bind", "enable", "enabled", "proxy_protocol")
    ),
)

_OWNED_V4: tuple[tuple[str, str], ...] = (
    ("name", "discovery"),
    ("host", "discovery"),
    ("node_name", "discovery"),
    ("node.name", "discovery"),
    ("node_cookie", "credentials"),
    ("node.cookie", "credentials"),
    ("admin_password", "credentials"),
    ("cluster.discovery", "discovery.strategy"),
    ("cluster.k8s.address_type", "discovery.addressType"),
    ("cluster.dns.type", "discovery.recordType"),
    ("cluster.static.seeds", "discovery.strategy"),
    ("cluster.dns.*", "discovery"),
    ("cluster.k8s.*", "discovery"),
    ("rpc.port_discovery", "discovery"),
    ("rpc.tcp_server_port", "discovery"),
    ("dashboard.default_user.*", "credentials"),
    ("dashboard.listener.http", "emqx.listeners.dashboard"),
    ("management.listener.http", "emqx.listeners.management"),
    ("management.default_application.*", "credentials"),
    ("license.file", "emqx.license"),
    *(
        (f"listener.{kind}.external", f"emqx.listeners.{field}")
        for kind, field in (("tcp", "mqtt"), ("ssl", "mqtts"), ("ws", "ws"), ("wss", "wss"))
    ),
    *(
        (f"listener.{kind}.external.proxy_protocol", "exposure.tls")
        for kind in ("tcp", "ssl", "ws", "wss")
    ),
    *(
        (f"listener.{kind}.external.{name}", "exposure.tls")
        for kind in ("ssl", "wss")
        for name in ("certfile", "keyfile", "cacertfile", "verify", "fail_if_no_peer_cert")
    ),
    *(
        (f"listener.{kind}.proxy{suffix}", "exposure.tls.terminateAt")
        for kind in ("tcp", "ws")
        for suffix in ("", ".proxy_protocol")
    ),
)


def _split(owned: tuple[tuple[str, str], ...]) -> tuple[tuple[Path, str], ...]:
    return tuple((tuple(pattern.split(".")), field) for pattern, field in owned)


_V4, _V5 = _split(_OWNED_V4), _split(_OWNED_V5)


@lru_cache(maxsize=4096)
def owner(line: Line, key: str) -> str | None:
    """
    Name the field of environment.yaml that *key* belongs to, None if it is the user's to set.

    From 5 on an object that holds such a setting belongs to its field as well: given whole, it
    would override what the compiler writes.
    """
    path, _ = canonical(line, path_of(line, key))
    if not path:
        return None
    for pattern, field in _V4 if line.is_v4 else _V5:
        # An object is found by the beginning of what it holds; 4.4 has no objects.
        if matches(pattern if line.is_v4 else pattern[: len(path)], path):
            return field
    return None
