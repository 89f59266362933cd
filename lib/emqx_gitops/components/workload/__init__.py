"""Axis: what runs the brokers."""

from __future__ import annotations

from emqx_gitops.components.workload import pod
from emqx_gitops.components.workload.deployment import Deployment
from emqx_gitops.components.workload.pod import Pod
from emqx_gitops.components.workload.scheduling import Workload
from emqx_gitops.components.workload.statefulset import StatefulSet

CHOICES: tuple[type[Workload], ...] = (
    StatefulSet,
    Deployment,
    Pod,
)

RULES = pod.RULES
