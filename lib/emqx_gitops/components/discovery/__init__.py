"""Axis: how the nodes of a cluster find each other."""

from __future__ import annotations

from emqx_gitops.components.discovery import names, singleton
from emqx_gitops.components.discovery.dns import Dns
from emqx_gitops.components.discovery.k8s import K8s
from emqx_gitops.components.discovery.names import Discovery
from emqx_gitops.components.discovery.singleton import Singleton
from emqx_gitops.components.discovery.static import Static

CHOICES: tuple[type[Discovery], ...] = (
    Dns,
    K8s,
    Static,
    Singleton,
)

RULES = (*names.RULES, *singleton.RULES)
