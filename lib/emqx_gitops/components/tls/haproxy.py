"""TLS that ends at HAProxy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from emqx_gitops.components.site import Site
from emqx_gitops.components.tls.proxy import Proxied
from emqx_gitops.constructs.proxy import ProxyOptions, haproxy_files
from emqx_gitops.findings import Finding, Rule, Severity, Where


PROXY_NEEDS_STATUS = Rule(
    code="EG406",
    name="proxy-needs-status",
    severity=Severity.ERROR,
    what="HAProxy asks brokers for their status, and the listener that answers is turned off.",
    why="Without an answer every broker counts as dead and no client gets through.",
    fix="Leave the dashboard's listener on (on 4.4: management); it is not exposed by that.",
    source="apps/emqx_management/src/emqx_mgmt_api_status.erl, EMQX v5.7.1",
)

RULES = (PROXY_NEEDS_STATUS,)


class Haproxy(Proxied):
    """End TLS at HAProxy."""

    image: ClassVar = "haproxy:3.0.8"
    variants: ClassVar = (
        {"terminateAt": "haproxy"},
        {"terminateAt": "haproxy", "clientCA": {"secretName": "device-ca"}},
    )

    terminate_at: Literal["haproxy"] = "haproxy"

    @classmethod
    def files(cls, options: ProxyOptions) -> dict[str, str]:
        """Return HAProxy's configuration and the script that starts it."""
        return haproxy_files(options)

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse health checks that nobody would answer."""
        if not {"management" if site.keys.is_v4 else "dashboard"} & site.listeners.keys():
            where = Where(environment=site.environment, path="emqx.listeners")
            yield PROXY_NEEDS_STATUS.at(where, "the listener that serves /status is off")
