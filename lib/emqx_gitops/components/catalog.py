"""Every shared component there is, from every axis and feature."""

from __future__ import annotations

from functools import cache
from itertools import chain

from emqx_gitops.components import line, listeners
from emqx_gitops.components.addition import Addition, Shared
from emqx_gitops.components.choice import Choice
from emqx_gitops.components.credentials import Credentials
from emqx_gitops.components.discovery import CHOICES as DISCOVERY
from emqx_gitops.components.exposure import CHOICES as EXPOSURE
from emqx_gitops.components.metrics import Metrics
from emqx_gitops.components.storage import CHOICES as STORAGE
from emqx_gitops.components.tls import CHOICES as TLS
from emqx_gitops.components.workload import CHOICES as WORKLOAD

AXES: dict[str, tuple[type[Choice], ...]] = {
    "workload": WORKLOAD,
    "discovery": DISCOVERY,
    "exposure": EXPOSURE,
    "tls": TLS,
    "storage": STORAGE,
}
"""Axes that the matrix is made of, with their choices; version lines come from `emqx`."""


@cache
def shared_components() -> dict[str, Addition]:
    """Return what each component below ``dist/components`` adds, by its path there."""
    choices: tuple[type[Choice], ...] = (*chain.from_iterable(AXES.values()), Credentials, Metrics)
    found: dict[str, Addition] = {}
    for shared in chain(
        line.shared(), listeners.shared(), *(choice.shared() for choice in choices)
    ):
        add_shared(found, shared)
    return dict(sorted(found.items()))


def add_shared(found: dict[str, Addition], shared: Shared) -> None:
    """
    Put *shared* into *found*.

    Raises ValueError when two choices bring different components under one path.
    """
    if found.setdefault(shared.path, shared.addition) != shared.addition:
        msg = f"two choices bring different components {shared.path}"
        raise ValueError(msg)
