"""
The nodes that a built environment would run, and what a cluster would answer them.

What nodes make of it, `tests/cluster/discovery` models; there a real cluster answers.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emqx_gitops.manifests import Manifest
from tests.builds import Built
from tests.cluster.discovery import ekka, entrypoint, kubelet

HEADLESS = "emqx-headless"


@dataclass(frozen=True)
class Node:
    """A pod that runs a broker."""

    built: Built
    pod: Manifest

    @property
    def ip(self) -> str:
        """The pod's address."""
        return str(self.pod["status"]["podIP"])

    @property
    def seen(self) -> Mapping[str, str]:
        """What the container's process would see."""
        return kubelet.variables(self.pod, self.built.broker, self._find)

    @property
    def own(self) -> str:
        """The name that it gives itself."""
        spec, meta = self.pod["spec"], self.pod["metadata"]
        place = entrypoint.Place(
            hostname=spec.get("hostname") or meta["name"],
            ip=self.ip,
            hosts=kubelet.hosts_entry(self.pod, self.seen["CLUSTER_DOMAIN"]),
            v4=self._v4,
        )
        return entrypoint.own_name(self.seen, place)

    def discovered(self, nodes: Sequence[Node]) -> frozenset[str]:
        """Return the names under which it looks for all *nodes*, itself included."""
        return ekka.discovered(self.seen, self.own, _Answers(nodes), v4=self._v4)

    @property
    def _v4(self) -> bool:
        return ":4." in self.built.broker["image"]

    def _find(self, kind: str, name: str) -> Manifest | None:
        if kind == "Secret":
            keys = ("node-cookie", "dashboard-username", "dashboard-password", "management-secret")
            value = base64.b64encode(b"secret").decode()
            return {"kind": "Secret", "data": dict.fromkeys(keys, value)}
        found = [each for each in self.built.of(kind) if each["metadata"]["name"] == name]
        return found[0] if found else None


@dataclass(frozen=True)
class _Answers:
    """What API server and DNS answer where *nodes* are all pods of the headless Service."""

    nodes: Sequence[Node]

    def endpoints(self, apiserver: str, namespace: str, service: str) -> Mapping[str, Any]:
        """Return addresses, with a hostname where the pod has one under the Service."""
        assert (apiserver, service) == (ekka.IN_CLUSTER, HEADLESS)
        pods = [node.pod for node in self.nodes if node.pod["metadata"]["namespace"] == namespace]
        return {"subsets": [{"addresses": [_address(pod) for pod in pods]}]}

    def addresses(self, name: str) -> Sequence[str]:
        """Return the address of each pod."""
        assert name.startswith(f"{HEADLESS}.")
        return [node.ip for node in self.nodes]

    def targets(self, name: str) -> Sequence[str]:
        """Return the name of each pod; of one without a hostname, its address with dashes."""
        hosts = [_address(node.pod) for node in self.nodes]
        return [f"{each.get('hostname') or each['ip'].replace('.', '-')}.{name}" for each in hosts]


def nodes_of(built: Built) -> list[Node]:
    """Return the pods that the workload would run."""
    workload = built.workload
    if workload["kind"] == "Pod":
        return [_node(built, "emqx", 7, workload["spec"])]
    numbers = range(workload["spec"].get("replicas", 1))
    spec = workload["spec"]["template"]["spec"]
    if workload["kind"] == "Deployment":
        return [_node(built, f"emqx-6f7-{number}x", number, spec) for number in numbers]
    service = {"subdomain": workload["spec"]["serviceName"]}
    return [
        _node(built, f"emqx-{number}", number, spec | service | {"hostname": f"emqx-{number}"})
        for number in numbers
    ]


def _node(built: Built, name: str, number: int, spec: Manifest) -> Node:
    meta = {"name": name, "namespace": built.workload["metadata"]["namespace"]}
    return Node(built, {"metadata": meta, "spec": spec, "status": {"podIP": f"10.0.0.{number}"}})


def _address(pod: Manifest) -> dict[str, str]:
    spec, address = pod["spec"], {"ip": pod["status"]["podIP"]}
    named = spec.get("hostname") and spec.get("subdomain") == HEADLESS
    return address | ({"hostname": spec["hostname"]} if named else {})
