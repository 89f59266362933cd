"""Files of a pod that runs NGINX: its configuration and the script that starts it."""

from __future__ import annotations

from emqx_gitops.constructs.proxy.frontends import ProxyOptions
from emqx_gitops.constructs.proxy.templates import render


def nginx_files(options: ProxyOptions) -> dict[str, str]:
    """Return the files of the configuration folder by name, valid for NGINX 1.22 and later."""
    return {
        "entrypoint.sh": render("nginx-entrypoint.sh.j2", options),
        "nginx.conf": render("nginx.conf.j2", options),
    }
