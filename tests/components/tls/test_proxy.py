"""TLS that ends at our own proxies: the pods around HAProxy and NGINX, and the way to brokers."""

from __future__ import annotations

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder, Built, codes, environment_of

PROXIES = ("haproxy", "nginx")
SAFE_SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
}
"""Kubernetes documentation, Pod Security Standards, from 1.29 on."""
pytestmark = pytest.mark.parametrize("proxy", PROXIES)


def ended(proxy: str, fields: str = "", exposure: str = "type: clusterIp") -> str:
    """Return an environment whose TLS ends at *proxy*."""
    return f"exposure: {{{exposure}, tls: {{terminateAt: {proxy}{fields}}}}}\n"


def container(result: Built) -> Manifest:
    """Return the proxies' container."""
    (found,) = result.proxy["containers"]
    one: Manifest = found
    return one


def configuration(result: Built) -> str:
    """Return the text of all files of the proxies' configuration."""
    return "".join(result.one("ConfigMap", "emqx-proxy")["data"].values())


def test_two_proxies_share_the_clients(built: Builder, proxy: str) -> None:
    """Two by default, more where asked; none goes before another came."""
    spec = built(ended(proxy)).one("Deployment", "emqx-proxy")["spec"]
    more = built(ended(proxy, ", replicas: 5")).one("Deployment", "emqx-proxy")["spec"]

    assert (spec["replicas"], more["replicas"]) == (2, 5)
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_drains_take_one_at_a_time(built: Builder, proxy: str) -> None:
    """The budget counts proxies only; one that never got ready blocks nobody."""
    budget = built(ended(proxy)).one("PodDisruptionBudget", "emqx-proxy")["spec"]

    assert budget["maxUnavailable"] == 1
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    assert budget["selector"]["matchLabels"]["app.kubernetes.io/name"] == "emqx-proxy"


def test_proxies_are_spread(built: Builder, proxy: str) -> None:
    """Over machines, among themselves."""
    (constraint,) = built(ended(proxy)).proxy["topologySpreadConstraints"]

    assert constraint["topologyKey"] == "kubernetes.io/hostname"
    labels = constraint["labelSelector"]["matchLabels"]
    assert labels["app.kubernetes.io/name"] == "emqx-proxy"


def test_the_pod_is_restricted(built: Builder, proxy: str) -> None:
    """Pod Security `restricted`, a read-only root, no token, no environment of Services."""
    result = built(ended(proxy))
    pod, security = result.proxy, container(result)["securityContext"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert security["allowPrivilegeEscalation"] is False
    assert security["readOnlyRootFilesystem"] is True
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    account = result.one("ServiceAccount", "emqx-proxy")
    assert account["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == "emqx-proxy"


def test_source_ports_are_widened(built: Builder, proxy: str) -> None:
    """Each client takes one. Pod Security `restricted` allows only the settings that it lists."""
    sysctls = built(ended(proxy)).proxy["securityContext"]["sysctls"]
    values = {each["name"]: each["value"] for each in sysctls}

    low, high = map(int, values["net.ipv4.ip_local_port_range"].split())
    assert high - low > 1.5 * (60999 - 32768)
    assert set(values) <= SAFE_SYSCTLS


def test_the_entrypoint_learns_what_it_works_out(built: Builder, proxy: str) -> None:
    """Threads follow the CPUs asked for, connections the memory; names follow the pod."""
    found = environment_of(container(built(ended(proxy))))

    assert found["THREADS"]["resourceFieldRef"] == {"resource": "requests.cpu", "divisor": "1"}
    assert found["MEMORY_LIMIT_MIB"]["resourceFieldRef"] == {
        "resource": "limits.memory",
        "divisor": "1Mi",
    }
    assert found["POD_NAMESPACE"] == {"fieldRef": {"fieldPath": "metadata.namespace"}}


def test_the_domain_is_the_clusters(built: Builder, proxy: str) -> None:
    """Brokers are found below the domain of the cluster's DNS."""
    clusters = "clusters: {default: {domain: k8s.example.com}}"
    usual, other = built(ended(proxy)), built(ended(proxy), clusters=clusters)

    assert environment_of(container(usual))["CLUSTER_DOMAIN"] == "cluster.local"
    assert environment_of(container(other))["CLUSTER_DOMAIN"] == "k8s.example.com"


def test_configuration_rolls_the_proxies(built: Builder, proxy: str) -> None:
    """The map's name ends in a hash of it, and the old one outlives the roll-out."""
    result = built(ended(proxy))
    settings = result.one("ConfigMap", "emqx-proxy")
    (volume,) = (each for each in result.proxy["volumes"] if each["name"] == "config")

    assert volume["configMap"]["name"] == settings["metadata"]["name"] != "emqx-proxy"
    annotations = settings["metadata"]["annotations"]
    assert annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled"
    assert "entrypoint.sh" in settings["data"]


def test_namespace_and_cluster_are_no_part_of_it(built: Builder, proxy: str) -> None:
    """One text serves every environment with the same ports."""
    usual = built(ended(proxy))
    other = built(f"{ended(proxy)}namespace: elsewhere\nemqx: {{replicas: 7}}")

    assert configuration(usual) == configuration(other)


def test_every_public_port_is_a_frontend(built: Builder, proxy: str) -> None:
    """Container, policy and Service have the same ports, MQTT over WebSocket and dashboard too."""
    result = built(
        f"{ended(proxy, exposure='type: clusterIp, dashboard: true')}"
        "emqx: {listeners: {mqtts: 8885, wss: true}}"
    )
    wanted = {"mqtts": 8885, "wss": 8084, "dashboard": 18083}
    ports = {each["name"]: each["containerPort"] for each in container(result)["ports"]}

    assert ports == wanted | {"health": 8404}
    assert result.ports() == {name: (port, name) for name, port in wanted.items()}
    assert [each["port"] for each in result.ingress("emqx-proxy")[0]["ports"]] == list(wanted)


def test_the_certificate_has_any_name(built: Builder, proxy: str) -> None:
    """The Secret is mounted as a folder, so that a renewed one appears."""
    result = built(ended(proxy, ", secretName: mine"))
    secrets = [each["secret"] for each in result.proxy["volumes"] if "secret" in each]

    assert secrets == [{"secretName": "mine", "defaultMode": 0o440}]


def test_clients_certificates_are_checked_where_asked(built: Builder, proxy: str) -> None:
    """The CA is there under one name, whatever its key; the rest of its Secret is not."""
    result = built(ended(proxy, ", clientCA: {secretName: ca, key: root.pem}"))
    (volume,) = (each for each in result.proxy["volumes"] if each["name"] == "client-ca")

    assert volume["secret"]["items"] == [{"key": "root.pem", "path": "ca.crt"}]
    assert "/etc/proxy/client-ca/ca.crt" in configuration(result)
    assert "client-ca" not in configuration(built(ended(proxy)))


def test_headers_of_the_balancer_are_taken(built: Builder, proxy: str) -> None:
    """Where a balancer sends PROXY headers, every frontend expects them; else none does."""
    word = {"haproxy": "accept-proxy", "nginx": "proxy_protocol reuseport"}[proxy]
    sent = built(ended(proxy, exposure="type: loadBalancer, proxyProtocol: true"))
    not_sent = built(ended(proxy, exposure="type: loadBalancer"))

    assert word in configuration(sent)
    assert word not in configuration(not_sent)
    policies = [
        each.one("Service", "emqx")["spec"]["externalTrafficPolicy"] for each in (sent, not_sent)
    ]
    assert policies == ["Cluster", "Local"]


def test_brokers_are_told_the_clients_address(built: Builder, proxy: str) -> None:
    """Proxies send headers to the listener that expects them, on which nobody else may connect."""
    result = built(ended(proxy))

    assert result.settings["EMQX_LISTENERS__TCP__PROXY__PROXY_PROTOCOL"] == "true"
    assert "1893" in configuration(result)
    assert [each["from"] for each in result.ingress() if each["ports"][0]["port"] == "mqtt-proxy"]


def test_a_service_stands_between_for_nginx_only(built: Builder, proxy: str) -> None:
    """HAProxy follows DNS; NGINX needs an address that stays, for clients and for `/status`."""
    plain = built(ended(proxy))
    older = built(
        f"{ended(proxy)}emqx: {{version: 4.4.19, listeners: {{wss: true, management: 8090}}}}"
    )

    if proxy == "haproxy":
        assert ("Service", "emqx-brokers") not in plain.ids | older.ids
        return
    assert plain.ports("emqx-brokers") == {
        "mqtt-proxy": (1893, "mqtt-proxy"),
        "dashboard": (18083, "dashboard"),
    }
    assert older.ports("emqx-brokers") == {
        "mqtt-proxy": (1893, "mqtt-proxy"),
        "ws-proxy": (8093, "ws-proxy"),
        "management": (8090, "management"),
    }


def test_status_must_be_answered(proxy: str) -> None:
    """Without `/status` no proxy would ever be ready."""
    assert codes(f"{ended(proxy)}emqx: {{listeners: {{dashboard: false}}}}") == {"EG406"}
    older = "emqx: {version: 4.4.19, listeners: {management: false}}"
    assert codes(f"{ended(proxy)}{older}") == {"EG406"}
