"""NGINX's own."""

from __future__ import annotations

from tests.builds import Builder


def test_it_runs_the_stock_image(built: Builder) -> None:
    """The one that needs no privileges, started by our script with our configuration."""
    result = built("exposure: {type: clusterIp, tls: {terminateAt: nginx}}")
    (container,) = result.proxy["containers"]

    assert container["image"].startswith("nginxinc/nginx-unprivileged:")
    assert container["command"] == ["/bin/sh", "/etc/proxy/config/entrypoint.sh"]
    assert set(result.one("ConfigMap", "emqx-proxy")["data"]) == {"entrypoint.sh", "nginx.conf"}
