"""TLS that ends at NGINX."""

from __future__ import annotations

from typing import ClassVar, Literal

from emqx_gitops.components.tls.proxy import Proxied
from emqx_gitops.constructs.proxy import ProxyOptions, nginx_files


class Nginx(Proxied):
    """End TLS at NGINX."""

    image: ClassVar = "nginxinc/nginx-unprivileged:1.28.0"
    by_service: ClassVar = True
    variants: ClassVar = (
        {"terminateAt": "nginx"},
        {"terminateAt": "nginx", "clientCA": {"secretName": "device-ca"}},
    )

    terminate_at: Literal["nginx"] = "nginx"

    @classmethod
    def files(cls, options: ProxyOptions) -> dict[str, str]:
        """Return NGINX's configuration and the script that starts it."""
        return nginx_files(options)
