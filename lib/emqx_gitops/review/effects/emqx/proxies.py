"""Proxies and balancers before a cluster: whether they send PROXY headers, and ask certificates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Place
from emqx_gitops.review.effects.emqx.listeners import leads_to
from emqx_gitops.review.effects.emqx.variables import volumes_of
from emqx_gitops.rules.lenient import mapping, text
from emqx_gitops.rules.pods import Pod, read_pod

_ANNOTATIONS = {
    "service.beta.kubernetes.io/aws-load-balancer-proxy-protocol": "*",
    "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes": (
        "proxy_protocol_v2.enabled=true"
    ),
    "service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol": "true",
    "service.beta.kubernetes.io/linode-loadbalancer-default-proxy-protocol": "v",
    "service.beta.kubernetes.io/scw-loadbalancer-proxy-protocol-v1": "true",
    "service.beta.kubernetes.io/scw-loadbalancer-proxy-protocol-v2": "true",
    "load-balancer.hetzner.cloud/uses-proxyprotocol": "true",
    "loadbalancer.openstack.org/proxy-protocol": "true",
    "kubernetes.io/elb.proxy-protocol": "true",
}
"""Annotations by which balancers send PROXY headers, and what their value holds when they do."""

_SERVER = re.compile(r"^\s*server(?:-template)?\s.*?:(\d{2,5})\b\"?(.*)$", re.MULTILINE)
_ASKS = re.compile(r"^[^#\n]*\bverify required\b|^\s*ssl_verify_client\s+on;", re.MULTILINE)


class Sender(NamedTuple):
    """Something that connects to a port of the nodes for clients."""

    name: str
    sends: bool
    """Whether it begins with a PROXY header."""
    place: Place
    """Where that is said."""


def senders(cluster: Cluster, port: int) -> Iterator[Sender]:
    """Yield the balancers and proxies that lead to *port*."""
    for service, _ in leads_to(cluster, port):
        if mapping(service.get("spec")).get("type") == "LoadBalancer":
            yield _balancer(service)
    for place, config in configurations(cluster):
        for number, rest in _SERVER.findall(config):
            if int(number) == port:
                on = "send-proxy" in rest or "proxy_protocol on;" in config
                yield Sender(f"the proxy of ConfigMap {place.owner.name}", on, place)
                break


def _balancer(service: Manifest) -> Sender:
    owner = ResourceId.of(service)
    annotations = mapping(mapping(service.get("metadata")).get("annotations"))
    name = f"the balancer of Service {owner.name}"
    for key, sign in _ANNOTATIONS.items():
        if sign in text(annotations.get(key)).lower():
            return Sender(name, sends=True, place=Place(owner, ("metadata", "annotations", key)))
    return Sender(name, sends=False, place=Place(owner, ("metadata", "annotations")))


def proxies(cluster: Cluster) -> Iterator[Pod]:
    """Yield the pods beside the nodes that belong to the same instance: our proxies, or others'."""
    mine = cluster.pod.labels.get("app.kubernetes.io/instance")
    for kind in ("DaemonSet", "Deployment"):
        for _, manifest in cluster.among(kind):
            pod = read_pod(manifest)
            if pod is None or pod.owner is cluster.pod.owner or not mine:
                continue
            if pod.labels.get("app.kubernetes.io/instance") == mine:
                yield pod


@lru_cache(maxsize=8)
def configurations(cluster: Cluster) -> tuple[tuple[Place, str], ...]:
    """Return the texts of the ConfigMaps that proxies mount, and where they stand."""
    return tuple(_configurations(cluster))


def _configurations(cluster: Cluster) -> Iterator[tuple[Place, str]]:
    for pod in proxies(cluster):
        for volume in volumes_of(pod).values():
            name = text(mapping(volume.get("configMap")).get("name"))
            owner = ResourceId("", "ConfigMap", pod.namespace, name)
            for key, value in mapping(mapping(cluster.side.get(owner)).get("data")).items():
                if type(value) is str:
                    yield Place(owner, ("data", key)), value


def asks_certificates(cluster: Cluster) -> Place | None:
    """Return where a proxy is told to refuse clients without a certificate, None where none is."""
    return next((place for place, text in configurations(cluster) if _ASKS.search(text)), None)
