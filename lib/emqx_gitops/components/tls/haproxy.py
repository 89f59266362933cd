"""TLS that ends at HAProxy."""

from __future__ import annotations

from typing import ClassVar, Literal

from emqx_gitops.components.tls.proxy import Proxied
from emqx_gitops.constructs.proxy import ProxyOptions, haproxy_files


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
