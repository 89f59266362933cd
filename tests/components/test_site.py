"""What choices know about their environment."""

from __future__ import annotations

from tests.builds import loaded_of


def test_it_is_what_was_resolved() -> None:
    """Defaults are worked out, and nothing of other choices is known but their bearing."""
    site = loaded_of(
        "namespace: broker\nexposure: {type: nodePort, tls: {terminateAt: haproxy}}"
    ).resolved.site

    assert (site.environment, site.namespace, site.domain) == ("demo", "broker", "cluster.local")
    assert (site.workload, site.replicas, site.exposure) == ("StatefulSet", 3, "nodePort")
    assert (site.tls_end, site.proxy_protocol, site.balancer_sends_proxy) == ("proxy", True, False)
    assert (site.persistent, site.pod_ip_names, site.generation) == (False, False, "5")


def test_listeners_have_one_order() -> None:
    """Ports of containers, Services and policies stand in it."""
    listeners = "{management: true, dashboard: true, wss: true, ws: true, mqtts: true, mqtt: true}"
    site = loaded_of(
        f"emqx: {{version: 4.4.19, listeners: {listeners}}}\n"
        "exposure: {type: clusterIp, tls: {terminateAt: listener}}"
    ).resolved.site

    assert list(site.listeners) == ["mqtt", "mqtts", "ws", "wss", "dashboard", "management"]
    assert [each.name for each in site.public] == ["mqtts", "wss"]
    assert site.generation == "4.4"
