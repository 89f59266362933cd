"""Axis: how clients reach the brokers."""

from __future__ import annotations

from emqx_gitops.components.exposure import load_balancer
from emqx_gitops.components.exposure.cluster_ip import ClusterIp
from emqx_gitops.components.exposure.load_balancer import LoadBalancer
from emqx_gitops.components.exposure.node_port import NodePort
from emqx_gitops.components.exposure.service import Exposure

CHOICES: tuple[type[Exposure], ...] = (
    ClusterIp,
    NodePort,
    LoadBalancer,
)

RULES = load_balancer.RULES
