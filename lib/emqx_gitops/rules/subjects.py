"""What rules look at, one shape for each stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emqx_gitops.findings import Where
from emqx_gitops.manifests import Manifest


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What an environment takes for itself in its cluster; compared across environments."""

    environment: str
    cluster: str
    namespace: str
    node_ports: Mapping[str, int] = field(default_factory=dict)
    """Fixed node ports by listener."""

    locations: tuple[str, ...] = ()
    """Places of volumes outside the cluster, as `Storage.locations` writes them."""

    places: Mapping[str, Where] = field(default_factory=dict)
    """Where each claim is written: ``namespace``, ``storage``, ``nodePorts.<listener>``."""


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What one overlay builds to, with what is known about it."""

    name: str
    """Environment, or hand-written overlay."""

    file: str
    """What to edit, for messages."""

    namespace: str
    """The environment's namespace; empty for a hand-written overlay."""

    manifests: tuple[Manifest, ...]
    external: frozenset[tuple[str, str]] = frozenset()
    """Kind and name of objects that are declared to exist outside, such as Secrets."""

    foreign: bool = False
    """Whether parts were written by hand, whose shapes are checked: ``extra/``, or all of it."""

    kubernetes: tuple[int, int] | None = None
    """Minor version of the cluster; None for the oldest and the newest supported."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Kustomize documents as they were written by hand: paths and contents below one overlay."""

    name: str
    files: Mapping[str, bytes]
    manifests: tuple[Manifest, ...]
    """What the overlay builds to."""

    namespace: str = ""
    """The environment's namespace; empty for a hand-written overlay."""

    shared: Mapping[str, bytes] = field(default_factory=dict)
    """Generated documents that overlays build upon; without them, less is found."""

    checked: frozenset[str] = frozenset()
    """Settings of EMQX that were checked already, where somebody wrote them."""
