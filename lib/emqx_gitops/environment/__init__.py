"""The model of an environment, its loader, and how it is laid out as Kustomize documents."""

from __future__ import annotations

from emqx_gitops.components.credentials import Credentials
from emqx_gitops.components.discovery import Dns, K8s, Singleton, Static
from emqx_gitops.components.exposure import ClusterIp, LoadBalancer, NodePort
from emqx_gitops.components.images import ImageSource, PodImages
from emqx_gitops.components.license import License
from emqx_gitops.components.metrics import Metrics
from emqx_gitops.components.network import NetworkAccess
from emqx_gitops.components.resources import Resources
from emqx_gitops.components.settings import SecretValue
from emqx_gitops.components.storage import Ephemeral, ExistingClaim, Local, Nfs, StorageClass
from emqx_gitops.components.tls import Cloud, Haproxy, Listener, Nginx, NoTls
from emqx_gitops.components.tls.certificates import ClientCa, Issuer
from emqx_gitops.components.workload import Deployment, Pod, StatefulSet
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
