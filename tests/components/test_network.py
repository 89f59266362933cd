"""Who may connect to the pods."""

from __future__ import annotations

import itertools

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder, rules_open_to_all

ENDS = {
    "none": "{type: clusterIp}",
    "node port": "{type: nodePort, nodePorts: {mqtt: 31883, dashboard: 31083}}",
    "balancer": "{type: loadBalancer, proxyProtocol: true}",
    "listener": "{type: clusterIp, tls: {terminateAt: listener}}",
    "haproxy": "{type: clusterIp, dashboard: true, tls: {terminateAt: haproxy}}",
    "nginx": "{type: clusterIp, tls: {terminateAt: nginx}}",
}
LISTENERS = ("{}", "{dashboard: false}", "{mqtt: false, ws: true}", "{ws: true, wss: true}")
NETWORKS = ("{}", "{dashboardFrom: [ops], metricsFrom: [monitoring]}")


def cases() -> list[str]:
    """Return environments with every pair of the above that compiles."""
    found = []
    for (end, exposure), listeners, network in itertools.product(ENDS.items(), LISTENERS, NETWORKS):
        proxy, plain = end in {"haproxy", "nginx"}, end in {"none", "node port", "balancer"}
        no_status = "dashboard: false" in listeners and (proxy or end == "node port")
        no_port = end == "node port" and "mqtt: false" in listeners
        if no_status or no_port or (plain and "wss" in listeners):
            continue
        found.append(f"exposure: {exposure}\nemqx: {{listeners: {listeners}}}\nnetwork: {network}")
    return found


def test_no_rule_opens_every_port(built: Builder) -> None:
    """A rule without ports would let in everything: none is ever without."""
    results = built.together(cases())

    assert len(results) > 30
    for result in results:
        for policy in result.of("NetworkPolicy"):
            assert policy["spec"]["policyTypes"] == ["Ingress"]
            for rule in policy["spec"]["ingress"]:
                assert rule["ports"]
                assert "from" not in rule or rule["from"]


def test_every_rule_names_a_port_that_is_there(built: Builder) -> None:
    """A name that no container has would be a rule that lets in nobody."""
    for result in built.together(cases()):
        for policy in result.of("NetworkPolicy"):
            proxy = policy["metadata"]["name"] == "emqx-proxy"
            (container,) = (result.proxy if proxy else result.pod)["containers"]
            known = {each["name"] for each in container["ports"]}
            for rule in policy["spec"]["ingress"]:
                assert {each["port"] for each in rule["ports"]} <= known


def rule_for(rules: list[Manifest], port: str) -> list[Manifest]:
    """Return the rules that let anybody in on *port*."""
    return [rule for rule in rules if port in {each["port"] for each in rule["ports"]}]


def test_brokers_talk_to_brokers_only(built: Builder) -> None:
    """The ports of the cluster are open to pods with the brokers' labels."""
    (rule,) = rule_for(built().ingress(), "ekka")

    (peer,) = rule["from"]
    assert peer["podSelector"]["matchLabels"] == {
        "app.kubernetes.io/component": "core",
        "app.kubernetes.io/instance": "emqx",
        "app.kubernetes.io/name": "emqx",
    }
    assert {each["port"] for each in rule["ports"]} == {"ekka", "genrpc"}


def test_the_dashboard_is_for_the_namespace(built: Builder) -> None:
    """Pods beside the brokers use the dashboard; others are named."""
    own = rule_for(built().ingress(), "dashboard")
    more = rule_for(built("network: {dashboardFrom: [ops, sre]}").ingress(), "dashboard")

    assert [rule["from"] for rule in own] == [[{"podSelector": {}}]]
    label = "kubernetes.io/metadata.name"
    assert more[1]["from"] == [
        {"namespaceSelector": {"matchLabels": {label: name}}} for name in ("ops", "sre")
    ]


@pytest.mark.parametrize("proxy", ["haproxy", "nginx"])
def test_metrics_of_proxies_are_let_out_too(built: Builder, proxy: str) -> None:
    """The namespaces that read brokers' metrics reach the proxies' health port."""
    asked = f"exposure: {{type: clusterIp, tls: {{terminateAt: {proxy}}}}}\n"
    plain = rule_for(built(asked).ingress("emqx-proxy"), "health")
    named = rule_for(
        built(f"{asked}network: {{metricsFrom: [monitoring]}}").ingress("emqx-proxy"), "health"
    )

    assert [rule["from"] for rule in plain] == [[{"podSelector": {}}]]
    (peer,) = named[1]["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}


def test_a_public_dashboard_is_open_to_all(built: Builder) -> None:
    """Who asks for it on the clients' Service gets through; by a proxy, through that alone."""
    direct = built(f"exposure: {ENDS['node port']}").ingress()
    proxied = built(f"exposure: {ENDS['haproxy']}").ingress()

    assert rule_for(list(rules_open_to_all(direct)), "dashboard")
    assert not rule_for(list(rules_open_to_all(proxied)), "dashboard")
