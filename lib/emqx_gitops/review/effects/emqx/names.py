"""What nodes call themselves, and how they look for each other, as the image's script has it.

Source: deploy/docker/docker-entrypoint.sh of EMQX v4.4.19, v5.7.1 and 6.2.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Fact, Source
from emqx_gitops.review.effects.emqx.variables import POD_IP, first_pod
from emqx_gitops.rules.lenient import text

NODE_NAME = ("EMQX_NODE_NAME", "EMQX_NODE__NAME")
"""Variables that give the whole name; then nothing is worked out."""

_POD_IN_DNS = "<pod-ip-with-dashes>"


class Discovery(NamedTuple):
    """How nodes look for each other."""

    strategy: str
    target: str
    """What is asked, and for what, in words."""
    asked: tuple[str | None, ...]
    """The values that decide what is found; addresses among them may hold passwords."""
    service: str
    """Name of the Service that is asked; empty where none is, or it is not known."""
    keys: tuple[str, ...]
    """The variables that say so, those that are not set as well."""


def node_name(cluster: Cluster) -> Fact:
    """Return the first node's name, and all that goes into it."""
    for key in NODE_NAME:
        if key in cluster.settings:
            return cluster.settings[key]
    parts = [cluster.settings[key] for key in _involved(cluster) if key in cluster.settings]
    own = Source(cluster.at("metadata", "name"), cluster.name)
    sources = (*(source for part in parts for source in part.sources), own)
    hidden = any(fact.value is None for fact in parts)
    return Fact(None if hidden else f"{_name(cluster)}@{_host(cluster)}", sources)


def _involved(cluster: Cluster) -> Iterator[str]:
    yield "EMQX_NAME"
    yield "EMQX_HOST"
    # With a host they decide nothing, but a host that comes or goes does so because of them.
    yield cluster.keys.discovery
    yield cluster.keys.k8s_address_type
    yield cluster.keys.dns_record_type
    if "EMQX_HOST" not in cluster.settings:
        yield from discovery(cluster).keys


def _name(cluster: Cluster) -> str:
    default = first_pod(cluster.pod) if cluster.line.is_v4 else "emqx"
    return cluster.get("EMQX_NAME") or default


def _host(cluster: Cluster) -> str:
    host = cluster.get("EMQX_HOST")
    if host:
        return host
    keys, get = cluster.keys, cluster.get
    pod = first_pod(cluster.pod)
    strategy = get(keys.discovery)
    if strategy == "dns" and get(keys.dns_record_type) == "srv":
        return f"{pod}.{get(keys.dns_name)}"
    namespace = get(keys.k8s_namespace)
    kind = get(keys.k8s_address_type)
    if strategy != "k8s" or kind not in {"dns", "hostname"} or not namespace:
        return POD_IP
    suffix = get(keys.k8s_suffix)
    if kind == "dns":
        return f"{_POD_IN_DNS}.{namespace}.{suffix or 'pod.cluster.local'}"
    governing = text(cluster.spec.get("serviceName")) or text(cluster.pod.spec.get("subdomain"))
    return f"{pod}.{governing}.{namespace}.{suffix or 'svc.cluster.local'}"


def discovery(cluster: Cluster) -> Discovery:
    """Return how the nodes of *cluster* look for each other; defaults are EMQX's own."""
    keys, get = cluster.keys, cluster.get
    strategy = get(keys.discovery) or "manual"
    if strategy == "k8s":
        asked = (
            keys.k8s_service_name,
            keys.k8s_address_type,
            keys.k8s_namespace,
            keys.k8s_suffix,
            *((keys.k8s_app_name,) if keys.k8s_app_name else ()),
        )
        service, kind = get(keys.k8s_service_name) or "emqx", get(keys.k8s_address_type) or "ip"
        namespace, suffix = get(keys.k8s_namespace) or "default", get(keys.k8s_suffix)
        # Names by address are made of addresses alone.
        below = f", below {suffix or 'no suffix'}" if kind != "ip" else ""
        target = f"{kind} of Service {namespace}/{service}{below}"
        return Discovery(strategy, target, (target,), service, asked)
    if strategy == "dns":
        asked = (keys.dns_name, keys.dns_record_type, *((keys.dns_app,) if keys.dns_app else ()))
        name, record = get(keys.dns_name) or "localhost", get(keys.dns_record_type) or "a"
        labels = name.split(".")
        ours = labels[1:3] == [cluster.namespace, "svc"]
        service = labels[0] if ours else ""
        target = f"{record} records of {name}"
        return Discovery(strategy, target, (target,), service, asked)
    if strategy == "static":
        names = sorted(seeds(cluster))
        return Discovery(strategy, "its seeds", tuple(names), "", (keys.static_seeds,))
    if strategy == "etcd":
        asked = ("EMQX_CLUSTER__ETCD__SERVER", "EMQX_CLUSTER__ETCD__PREFIX")
        return Discovery(strategy, "what etcd knows", tuple(map(get, asked)), "", asked)
    return Discovery(strategy, "", (), "", ())


def seeds(cluster: Cluster) -> frozenset[str]:
    """Return the names of static discovery."""
    written = cluster.get(cluster.keys.static_seeds) or ""
    return frozenset(written.strip("[]").replace(",", " ").replace('"', " ").split())
