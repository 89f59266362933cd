"""The model of an environment, its loader, and how it is laid out as Kustomize documents."""

from __future__ import annotations

from emqx_gitops.components.credentials import Credentials
from emqx_gitops.components.discovery.dns import Dns
from emqx_gitops.components.discovery.k8s import K8s
from emqx_gitops.components.discovery.singleton import Singleton
from emqx_gitops.components.discovery.static import Static
from emqx_gitops.components.exposure.cluster_ip import ClusterIp
from emqx_gitops.components.exposure.load_balancer import LoadBalancer
from emqx_gitops.components.exposure.node_port import NodePort
from emqx_gitops.components.images import ImageSource, PodImages
from emqx_gitops.components.license import License
from emqx_gitops.components.metrics import Metrics
from emqx_gitops.components.network import NetworkAccess
from emqx_gitops.components.resources import Resources
from emqx_gitops.components.settings import SecretValue
from emqx_gitops.components.storage.ephemeral import Ephemeral
from emqx_gitops.components.storage.existing_claim import ExistingClaim
from emqx_gitops.components.storage.local import Local
from emqx_gitops.components.storage.nfs import Nfs
from emqx_gitops.components.storage.storage_class import StorageClass
from emqx_gitops.components.tls.certificates import ClientCa, Issuer
from emqx_gitops.components.tls.cloud import Cloud
from emqx_gitops.components.tls.haproxy import Haproxy
from emqx_gitops.components.tls.listener import Listener
from emqx_gitops.components.tls.nginx import Nginx
from emqx_gitops.components.tls.nothing import NoTls
from emqx_gitops.components.workload.deployment import Deployment
from emqx_gitops.components.workload.pod import Pod
from emqx_gitops.components.workload.statefulset import StatefulSet
from emqx_gitops.environment.model import (
    Emqx,
    Environment,
    Ignore,
    ListenerOptions,
    Listeners,
    Namespace,
)

__all__ = [
    "ClientCa",
    "Cloud",
    "ClusterIp",
    "Credentials",
    "Deployment",
    "Dns",
    "Emqx",
    "Environment",
    "Ephemeral",
    "ExistingClaim",
    "Haproxy",
    "Ignore",
    "ImageSource",
    "Issuer",
    "K8s",
    "License",
    "Listener",
    "ListenerOptions",
    "Listeners",
    "LoadBalancer",
    "Local",
    "Metrics",
    "Namespace",
    "NetworkAccess",
    "Nfs",
    "Nginx",
    "NoTls",
    "NodePort",
    "Pod",
    "PodImages",
    "Resources",
    "SecretValue",
    "Singleton",
    "StatefulSet",
    "Static",
    "StorageClass",
]
