"""Services and the network policy of the brokers."""

from __future__ import annotations

from constructs import Construct

from emqx_gitops.constructs import names
from emqx_gitops.constructs.ports import (
    CLIENT_PORTS,
    INTERNAL_PORTS,
    policy_ports,
    service_port,
)
from emqx_gitops.kustomize.constructs import Resource
from emqx_gitops.manifests import Manifest


class Services(Construct):
    """How brokers are reached: by each other, by clients, and from inside the cluster."""

    def __init__(self, scope: Construct, id: str) -> None:
        """Add the three Services to *scope*."""
        super().__init__(scope, id)
        headless = {
            "clusterIP": "None",
            # Nodes must find each other before any is ready (ekka_cluster_k8s.erl, ekka 0.19.3,
            # reads ready addresses only).
            "publishNotReadyAddresses": True,
            "ports": [service_port("ekka", 4370), service_port("genrpc", 5369)],
        }
        self._service("Headless", names.HEADLESS, headless)
        self._service("Clients", names.BROKER, {"ports": list(CLIENT_PORTS)})
        self._service("Internal", names.INTERNAL, {"ports": list(INTERNAL_PORTS)})

    def _service(self, id: str, name: str, spec: Manifest) -> None:
        meta = names.metadata(name)
        if name == names.INTERNAL:
            meta["labels"] = names.labels(names.CORE) | {names.SERVICE_ROLE: "internal"}
        manifest = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": meta,
            "spec": {"type": "ClusterIP"} | spec | {"selector": names.selector(names.CORE)},
        }
        Resource(self, id, manifest)


class IngressPolicy(Construct):
    """Who may connect to brokers: clients from anywhere, brokers among each other."""

    def __init__(self, scope: Construct, id: str) -> None:
        """Add the NetworkPolicy to *scope*; what leaves the pods stays open."""
        super().__init__(scope, id)
        peers = [{"podSelector": {"matchLabels": names.selector(names.CORE)}}]
        spec = {
            "podSelector": {"matchLabels": names.selector(names.CORE)},
            "policyTypes": ["Ingress"],
            "ingress": [
                {"ports": policy_ports("mqtt")},
                {"from": peers, "ports": policy_ports("ekka", "genrpc")},
                {"from": [{"podSelector": {}}], "ports": policy_ports("dashboard")},
            ],
        }
        manifest = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": names.metadata(names.BROKER),
            "spec": spec,
        }
        Resource(self, "Policy", manifest)


class Account(Construct):
    """The identity of the pods; it may do nothing unless discovery asks the Kubernetes API."""

    def __init__(self, scope: Construct, id: str, *, name: str, component: str) -> None:
        """Add the ServiceAccount *name* to *scope*."""
        super().__init__(scope, id)
        manifest = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": names.metadata(name, component),
            "automountServiceAccountToken": False,
        }
        Resource(self, "Account", manifest)
