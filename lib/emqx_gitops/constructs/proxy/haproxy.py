"""Files of a pod that runs HAProxy: its configuration and the script that starts it."""

from __future__ import annotations

from emqx_gitops.constructs.proxy.frontends import ProxyOptions
from emqx_gitops.constructs.proxy.templates import render


def haproxy_files(options: ProxyOptions) -> dict[str, str]:
    """Return the files of the configuration folder by name, valid for HAProxy 2.6 and later."""
    return {
        "entrypoint.sh": render("haproxy-entrypoint.sh.j2", options),
        "haproxy.cfg": render("haproxy.cfg.j2", options),
    }
