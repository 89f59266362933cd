"""The nodes of an environment in a real cluster: what each calls itself, and whom it finds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from emqx_gitops.manifests import Manifest
from tests.cluster.client import ApiError, Client
from tests.cluster.discovery import ekka, kubelet
from tests.cluster.discovery.coredns import Resolver
from tests.cluster.discovery.entrypoint import NoBootError, Place, own_name
from tests.cluster.settled.asked import Asked
from tests.cluster.settled.snapshot import Snapshot
from tests.cluster.settled.state import BROKERS


@dataclass(frozen=True)
class World:
    """What nodes ask: the API server and DNS."""

    client: Client
    """Of a user who may have tokens made; nodes use their own."""

    resolver: Resolver


@dataclass(frozen=True)
class _Asking:
    """The questions of one pod, in its own name."""

    world: World
    pod: Manifest
    token: bool

    def endpoints(self, apiserver: str, namespace: str, service: str) -> Mapping[str, Any]:
        """Ask the API server with the token of the pod's ServiceAccount."""
        self._find(apiserver)
        # Without a token in the pod ekka asks without one.
        client = self.world.client.with_token(self._token() if self.token else "")
        try:
            return client.get("v1", "Endpoints", service, namespace)
        except ApiError as error:
            raise ekka.DiscoveryError(f"{error.status}: {error.message}") from error
        finally:
            client.close()

    def addresses(self, name: str) -> Sequence[str]:
        """Ask DNS for A records."""
        return self.world.resolver.addresses(name)

    def targets(self, name: str) -> Sequence[str]:
        """Ask DNS for SRV records."""
        return self.world.resolver.targets(name)

    def _find(self, apiserver: str) -> None:
        """Check that the address leads to the API server, by the name on its certificate."""
        if apiserver != ekka.IN_CLUSTER:
            raise ekka.DiscoveryError(f"no API server at {apiserver!r}")
        host = urlsplit(apiserver).hostname
        found = self.world.resolver.addresses(f"{host}.cluster.local")
        real = self.world.client.get("v1", "Service", "kubernetes", "default")
        if found != [real["spec"]["clusterIP"]]:
            raise ekka.DiscoveryError(f"{host} leads to {found}")

    def _token(self) -> str:
        """Have a token made, as the kubelet does for a pod's volume."""
        meta, account = self.pod["metadata"], self.pod["spec"]["serviceAccountName"]
        bound = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"boundObjectRef": bound, "expirationSeconds": 3600},
        }
        path = self.world.client.path("v1", "ServiceAccount", account, meta["namespace"])
        answer = self.world.client.request("POST", f"{path}/token", body)
        return str(answer.body["status"]["token"])


def discovery_problems(
    world: World, asked: Asked, held: Snapshot, *, domain: str = "cluster.local"
) -> list[str]:
    """Return why the brokers of an environment do not all find each other, and nobody else."""
    pods = {pod["metadata"]["name"]: pod for pod in _brokers(held)}
    own: dict[str, str] = {}
    found: dict[str, frozenset[str] | str] = {}
    problems = []
    if len(pods) != asked.replicas:
        problems.append(f"{len(pods)} brokers, not {asked.replicas}")
    for name, pod in pods.items():
        try:
            node = _node(pod, held, domain)
            own[name] = node.own
            asking = _Asking(world, pod, node.token)
            found[name] = ekka.discovered(node.seen, node.own, asking, v4=node.v4)
        except (ekka.DiscoveryError, NoBootError, kubelet.CannotStartError) as error:
            own.setdefault(name, f"{name} has no name")
            found[name] = str(error)
        else:
            problems += _unreachable(world, node.own, pod)
    return problems + ekka.round_problems(found, own)


def own_names(held: Snapshot, domain: str = "cluster.local") -> dict[str, str]:
    """Return the names that the brokers give themselves, by pod."""
    return {
        node.pod["metadata"]["name"]: node.own
        for node in (_node(pod, held, domain) for pod in _brokers(held))
    }


def _brokers(held: Snapshot) -> list[Manifest]:
    return [pod for pod in held.selected(BROKERS) if kubelet.broker_of(pod)]


@dataclass(frozen=True)
class _Node:
    """A broker, what it sees and what it calls itself."""

    pod: Manifest
    seen: Mapping[str, str]
    own: str
    token: bool
    v4: bool


def _node(pod: Manifest, held: Snapshot, domain: str) -> _Node:
    container = kubelet.broker_of(pod)
    assert container
    if "podIP" not in pod["status"]:
        raise kubelet.CannotStartError("has no address yet")
    seen = kubelet.variables(pod, container, held.find)
    v4 = re.search(r":4\.\d", container["image"]) is not None
    place = Place(
        hostname=pod["spec"].get("hostname") or pod["metadata"]["name"],
        ip=pod["status"]["podIP"],
        hosts=kubelet.hosts_entry(pod, domain),
        v4=v4,
    )
    return _Node(pod, seen, own_name(seen, place), kubelet.has_token(container, pod), v4)


def _unreachable(world: World, own: str, pod: Manifest) -> list[str]:
    """Return a problem where others could not connect to the host in a node's name."""
    host, ip = own.partition("@")[2], pod["status"]["podIP"]
    if host in {ip, "127.0.0.1"}:
        return []
    found = world.resolver.addresses(host)
    return [] if found == [ip] else [f"{host} leads to {found}, not {ip}"]
