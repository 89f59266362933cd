"""Axis: where a node's data lives."""

from __future__ import annotations

from emqx_gitops.components.storage import local, volumes
from emqx_gitops.components.storage.ephemeral import Ephemeral
from emqx_gitops.components.storage.existing_claim import ExistingClaim
from emqx_gitops.components.storage.local import Local
from emqx_gitops.components.storage.nfs import Nfs
from emqx_gitops.components.storage.storage_class import StorageClass
from emqx_gitops.components.storage.volumes import Storage

CHOICES: tuple[type[Storage], ...] = (
    Ephemeral,
    StorageClass,
    Nfs,
    Local,
    ExistingClaim,
)

RULES = (*volumes.RULES, *local.RULES)
