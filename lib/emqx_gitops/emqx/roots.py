"""
How much of each line the settings list covers, by root: the first part of a key.

A key under a complete root that the list does not have is one that EMQX ignores, so it is refused.
Under any other root it may well be right, so it is warned about at most.
"""

from __future__ import annotations

from emqx_gitops.emqx.catalog import catalog
from emqx_gitops.emqx.versions import Edition, Line

# Every field of these structs stands in the list: compared, struct by struct and tag by tag, with
# emqx_conf_schema, emqx_schema, emqx_dashboard_schema, emqx_license_schema, emqx_prometheus_schema,
# emqx_retainer_schema, emqx_mgmt_api_key_schema, emqx_authz_schema and what other applications
# inject into them (injected_fields), at v5.7.1, e5.8.11, e5.9.3, e5.10.4 and 6.2.2. No other patch
# release of a line has a field there that the line's list lacks. Not among them: sysmon (top and vm
# are missing), durable_storage (only its first level), authentication (an array, open below).
_V5_COMPLETE = frozenset(
    {
        "api_key",
        "authorization",
        "cluster",
        "dashboard",
        "durable_sessions",
        "flapping_detect",
        "force_shutdown",
        "license",
        "listeners",
        "log",
        "mqtt",
        "node",
        "prometheus",
        "retainer",
        "rpc",
        "sys_topics",
    }
)

# All mappings of v4.4.19 priv/emqx.schema and of the five plugins that the list covers; no earlier
# patch release has others.
_V4_COMPLETE = frozenset(
    {
        "alarm",
        "broker",
        "cluster",
        "dashboard",
        "listener",
        "log",
        "management",
        "module",
        "modules",
        "mqtt",
        "node",
        "os_mon",
        "plugins",
        "prometheus",
        "retainer",
        "rpc",
        "sysmon",
        "telemetry",
        "vm_mon",
        "zone",
    }
)

# Enterprise 4.4 was built from sources that are not public. Its cluster settings are those of ekka,
# which both editions share; under any other root it may know more.
_V4_ENTERPRISE_COMPLETE = frozenset({"cluster"})

# Roots that exist and are not in the list at all: the modules in MERGED_CONFIGS and
# EE_SCHEMA_MODULES of emqx_conf_schema.erl and emqx_enterprise_schema.erl, all lines together.
_V5_UNLISTED = frozenset(
    {
        "a2a_registry",
        "actions",
        "ai",
        "alarm",
        "auto_subscribe",
        "banned",
        "bridges",
        "broker",
        "config_backup_interval",
        "conn_congestion",
        "connectors",
        "crl_cache",
        "delayed",
        "durable_queues",
        "exhook",
        "file_transfer",
        "force_gc",
        "gateway",
        "limiter",
        "message_transformation",
        "mq",
        "multi_tenancy",
        "opentelemetry",
        "overload_protection",
        "psk_authentication",
        "rewrite",
        "rule_engine",
        "schema_registry",
        "schema_validation",
        "slow_subs",
        "sources",
        "stats",
        "streams",
        "topic_metrics",
        "trace",
        "zones",
    }
)
# The other plugins of v4.4.19 (apps/*/priv/*.schema), and the licence of the enterprise edition.
_V4_UNLISTED = frozenset(
    {
        "auth",
        "bridge",
        "coap",
        "exhook",
        "exproto",
        "license",
        "lwm2m",
        "psk",
        "recon",
        "rule_engine",
        "stomp",
        "web",
    }
)


def complete_roots(line: Line, edition: Edition) -> frozenset[str]:
    """Name the roots whose settings are all known."""
    if not line.is_v4:
        return _V5_COMPLETE
    return _V4_ENTERPRISE_COMPLETE if edition is Edition.ENTERPRISE else _V4_COMPLETE


def is_root(line: Line, root: str) -> bool:
    """Tell whether EMQX reads settings under *root* at all, listed or not."""
    return is_listed(line, root) or root in (_V4_UNLISTED if line.is_v4 else _V5_UNLISTED)


def is_listed(line: Line, root: str) -> bool:
    """Tell whether the list has settings under *root*."""
    return root in catalog(line).roots
