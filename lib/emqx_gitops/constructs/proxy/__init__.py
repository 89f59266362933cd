"""
Configuration of the proxies that end TLS before EMQX, as text.

Takes options; hands on the files of a ConfigMap. What the pod around them must look like stands
in ``frontends``; who builds that pod is a neighbour.
"""

from __future__ import annotations

from emqx_gitops.constructs.proxy.frontends import Frontend, ProxyOptions
from emqx_gitops.constructs.proxy.haproxy import haproxy_files
from emqx_gitops.constructs.proxy.nginx import nginx_files

__all__ = ["Frontend", "ProxyOptions", "haproxy_files", "nginx_files"]
