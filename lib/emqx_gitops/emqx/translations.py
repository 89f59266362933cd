"""What a setting of one generation is called in the other: 4.4, and 5 and later."""

from __future__ import annotations

from emqx_gitops.emqx.catalog import Path, find, key_of
from emqx_gitops.emqx.versions import Line

# 4.4 and later, as configuration paths. What has the same path in both is not listed.
_PAIRS: tuple[tuple[str, str], ...] = (
    ("cluster.discovery", "cluster.discovery_strategy"),
    ("cluster.dns.type", "cluster.dns.record_type"),
    ("dashboard.default_user.login", "dashboard.default_username"),
    ("dashboard.default_user.password", "dashboard.default_password"),
    ("dashboard.listener.http", "dashboard.listeners.http.bind"),
    ("dashboard.listener.https", "dashboard.listeners.https.bind"),
    ("management.listener.http", "dashboard.listeners.http.bind"),
    ("management.bootstrap_apps_file", "api_key.bootstrap_file"),
    ("acl_nomatch", "authorization.no_match"),
    ("acl_deny_action", "authorization.deny_action"),
    ("enable_acl_cache", "authorization.cache.enable"),
    ("acl_cache_max_size", "authorization.cache.max_size"),
    ("acl_cache_ttl", "authorization.cache.ttl"),
    ("allow_anonymous", "authentication"),
    ("broker.shared_subscription_strategy", "mqtt.shared_subscription_strategy"),
    ("broker.sys_interval", "sys_topics.sys_msg_interval"),
    ("broker.sys_heartbeat", "sys_topics.sys_heartbeat_interval"),
    ("log.level", "log.console.level"),
    ("log.formatter", "log.console.formatter"),
    ("node.crash_dump", "node.crash_dump_file"),
    ("prometheus.push.gateway.server", "prometheus.push_gateway.url"),
    ("retainer.expiry_interval", "retainer.msg_expiry_interval"),
    ("retainer.max_retained_messages", "retainer.backend.max_retained_messages"),
    ("retainer.storage_type", "retainer.backend.storage_type"),
    ("telemetry.enabled", "telemetry.enable"),
)
_LATER = dict(_PAIRS)
_EARLIER = {new: old for old, new in reversed(_PAIRS)}

# Where 5.x keeps what stands directly under a listener of 4.4.
_GROUPS: tuple[Path, ...] = ((), ("ssl_options",), ("tcp_options",), ("websocket",))


def translate(line: Line, path: Path) -> str:
    """Name the key that does on *line* what *path* does in the other generation, empty if none."""
    candidates = _to_v4(path) if line.is_v4 else _to_v5(path)
    return next((key_of(found) for found in candidates if find(line, found)), "")


def _to_v5(path: Path) -> list[Path]:
    renamed = _LATER.get(".".join(path))
    if renamed:
        return [tuple(renamed.split("."))]
    match path:
        case ("listener", kind, name, *rest):
            name = "default" if name == "external" else name
            groups = [("listeners", kind, name, *group) for group in _GROUPS]
            return [(*group, *(rest or ("bind",))) for group in groups]
        case ("zone", _, *rest):
            return [("mqtt", *rest), ("authorization", *rest)]
        case ("os_mon", *rest):
            return [("sysmon", "os", *rest)]
        case _:
            return []


def _to_v4(path: Path) -> list[Path]:
    renamed = _EARLIER.get(".".join(path))
    if renamed:
        return [tuple(renamed.split("."))]
    match path:
        case ("listeners", kind, name, "bind" | "enable"):
            return [("listener", kind, "external" if name == "default" else name)]
        case ("listeners", kind, name, first, *rest):
            parts = rest if (first,) in _GROUPS else (first, *rest)
            return [("listener", kind, "external" if name == "default" else name, *parts)]
        case ("mqtt", *rest):
            return [("zone", "external", *rest)]
        case ("sysmon", "os", *rest):
            return [("os_mon", *rest)]
        case _:
            return []
