"""
How EMQX's nodes name themselves and each other, told from a pod's variables.

The image's entrypoint (deploy/docker/docker-entrypoint.sh, v4.4.19 and v5.7.1) and ekka's discovery
(ekka_cluster_{k8s,dns,static}.erl, 0.8.1.11 and 0.19.3), as far as the compiler relies on them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from emqx_gitops.manifests import Manifest
from tests.builds import Built

Variables = Mapping[str, str]


@dataclass(frozen=True)
class Node:
    """A pod that runs a broker."""

    pod: str
    ip: str
    named: bool
    """Whether the pod has a hostname and a subdomain, and so a DNS name of its own."""


def nodes_of(built: Built) -> list[Node]:
    """Return the pods that the workload would run."""
    workload = built.workload
    if workload["kind"] == "Pod":
        assert workload["spec"]["subdomain"] == "emqx-headless"
        return [Node(workload["spec"]["hostname"], "10.0.0.7", named=True)]
    count = workload["spec"].get("replicas", 1)
    if workload["kind"] == "StatefulSet":
        assert workload["spec"]["serviceName"] == "emqx-headless"
        return [Node(f"emqx-{n}", f"10.0.0.{n}", named=True) for n in range(count)]
    return [Node(f"emqx-6f7-{n}x", f"10.0.0.{n}", named=False) for n in range(count)]


def variables(built: Built, node: Node) -> Variables:
    """Return what the container's process would see, as Kubernetes expands it."""
    seen: dict[str, str] = dict(built.settings)
    expanded: dict[str, str] = {}
    for entry in built.broker["env"]:
        expanded[entry["name"]] = _value(entry, built, node, expanded)
    return seen | expanded


def _value(entry: Manifest, built: Built, node: Node, before: Variables) -> str:
    if "value" in entry:
        # Only variables of `env` that stand before are known; others stay as they are written.
        return re.sub(r"\$\((\w+)\)", lambda match: before.get(match[1], match[0]), entry["value"])
    path = entry["valueFrom"].get("fieldRef", {}).get("fieldPath")
    if path == "metadata.namespace":
        return str(built.workload["metadata"]["namespace"])
    return node.pod if path == "metadata.name" else "secret"


def own_name(seen: Variables, node: Node) -> str:
    """Return the name that a node gives itself."""
    if "EMQX_NODE_NAME" in seen:
        return seen["EMQX_NODE_NAME"]
    name = seen.get("EMQX_NAME", "emqx")
    if "EMQX_HOST" in seen:
        return f"{name}@{seen['EMQX_HOST']}"
    dashed = _strategy(seen) == "k8s" and seen["EMQX_CLUSTER__K8S__ADDRESS_TYPE"] == "dns"
    if dashed and "EMQX_CLUSTER__K8S__NAMESPACE" in seen:
        suffix = seen.get("EMQX_CLUSTER__K8S__SUFFIX", "pod.cluster.local")
        return f"{name}@{_dashes(node)}.{seen['EMQX_CLUSTER__K8S__NAMESPACE']}.{suffix}"
    return f"{name}@{node.ip}"


def discovered(seen: Variables, nodes: list[Node], own: str) -> set[str]:
    """Return the names under which a node looks for all nodes, itself included."""
    strategy = _strategy(seen)
    if strategy == "static":
        return set(seen["EMQX_CLUSTER__STATIC__SEEDS"].split(","))
    if strategy == "k8s":
        return {_by_k8s(seen, node, own) for node in nodes}
    if strategy == "dns":
        return {_by_dns(seen, node, own) for node in nodes}
    return {own}


def _strategy(seen: Variables) -> str:
    keys = ("EMQX_CLUSTER__DISCOVERY", "EMQX_CLUSTER__DISCOVERY_STRATEGY")
    (found,) = (seen[key] for key in keys if key in seen)
    return found


def _by_k8s(seen: Variables, node: Node, own: str) -> str:
    v4 = "EMQX_CLUSTER__DISCOVERY" in seen
    # 4.4 asks for nodes of a name, `ekka` where none is given; later lines take their own.
    name = seen.get("EMQX_CLUSTER__K8S__APP_NAME", "ekka") if v4 else own.partition("@")[0]
    namespace = seen.get("EMQX_CLUSTER__K8S__NAMESPACE", "default")
    suffix = seen.get("EMQX_CLUSTER__K8S__SUFFIX", "pod.local")
    service = seen["EMQX_CLUSTER__K8S__SERVICE_NAME"]
    kind = seen["EMQX_CLUSTER__K8S__ADDRESS_TYPE"]
    if kind == "ip":
        return f"{name}@{node.ip}"
    if kind == "dns":
        return f"{name}@{_dashes(node)}.{namespace}.{suffix}"
    assert node.named, "badkey, hostname"
    return f"{name}@{node.pod}.{service}.{namespace}.{suffix}"


def _by_dns(seen: Variables, node: Node, own: str) -> str:
    v4 = "EMQX_CLUSTER__DISCOVERY" in seen
    name = seen["EMQX_CLUSTER__DNS__APP"] if v4 else own.partition("@")[0]
    kind = seen["EMQX_CLUSTER__DNS__TYPE" if v4 else "EMQX_CLUSTER__DNS__RECORD_TYPE"]
    if kind == "a":
        return f"{name}@{node.ip}"
    assert node.named, "an SRV record names pods"
    return f"{name}@{node.pod}.{seen['EMQX_CLUSTER__DNS__NAME']}"


def _dashes(node: Node) -> str:
    return node.ip.replace(".", "-")
