"""Axis: where TLS ends."""

from __future__ import annotations

from emqx_gitops.components.tls import cloud, proxy
from emqx_gitops.components.tls.certificates import Tls
from emqx_gitops.components.tls.cloud import Cloud
from emqx_gitops.components.tls.haproxy import Haproxy
from emqx_gitops.components.tls.listener import Listener
from emqx_gitops.components.tls.nginx import Nginx
from emqx_gitops.components.tls.nothing import NoTls

CHOICES: tuple[type[Tls], ...] = (
    NoTls,
    Listener,
    Haproxy,
    Nginx,
    Cloud,
)

RULES = (*cloud.RULES, *proxy.RULES)
