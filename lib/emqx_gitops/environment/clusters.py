"""The Kubernetes clusters that environments live in: `overlays/clusters.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from emqx_gitops.components.choice import DnsLabel, Fields, ObjectName
from emqx_gitops.components.exposure.providers import ProviderName
from emqx_gitops.components.images import Repository

OLDEST, NEWEST = (1, 29), (1, 37)
"""Kubernetes minors that objects are checked against."""

Duration = Annotated[str, Field(pattern=r"^([0-9]+(h|m|s))+$")]
RenderedOrOverlay = Literal["rendered", "overlay"]


class FluxSource(Fields):
    """Where Flux gets this repository from: an object that exists, or one that we write."""

    kind: Literal["GitRepository", "OCIRepository", "Bucket"] = "GitRepository"
    name: ObjectName = "flux-system"
    namespace: DnsLabel = "flux-system"
    url: str | None = None
    """Write a GitRepository with this URL; without it, the object must exist."""

    secret_name: ObjectName | None = None
    """Secret with the credentials of that URL."""


class Flux(Fields):
    """How Flux delivers this cluster's environments."""

    source: FluxSource = FluxSource()
    path: RenderedOrOverlay = "rendered"
    """`rendered` applies what reviewers read; `overlay` has Flux build it again."""

    namespace: DnsLabel = "flux-system"
    """Namespace of the Flux objects."""

    interval: Duration = "10m"
    service_account: ObjectName | None = None
    """Account that Flux acts as, where tenants are locked down."""


class ArgoCd(Fields):
    """How Argo CD delivers this cluster's environments."""

    repo_url: Annotated[str, Field(alias="repoURL", min_length=1)]
    path: RenderedOrOverlay = "rendered"
    namespace: DnsLabel = "argocd"
    project: ObjectName = "default"
    server: str | None = None
    """API server of the cluster; `https://kubernetes.default.svc` where neither is given."""

    destination: str | None = None
    """Name of the cluster in Argo CD, in place of its server."""

    objects: Literal["application", "applicationSet"] = "application"
    """One Application for each environment, or one ApplicationSet that makes them."""

    @model_validator(mode="after")
    def _one_destination(self) -> Self:
        if self.server is not None and self.destination is not None:
            msg = "give server or destination, not both"
            raise ValueError(msg)
        return self


class Cluster(Fields):
    """One Kubernetes cluster."""

    kubernetes: Annotated[str, Field(pattern=r"^1\.[0-9]{2}$")] | None = None
    """Minor version, `1.33`; objects are checked against the oldest and newest without it."""

    domain: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")] = "cluster.local"
    """DNS domain of Services."""

    node_port_range: Annotated[str, Field(pattern=r"^[0-9]+-[0-9]+$")] = "30000-32767"
    registry: Repository | None = None
    """Registry and path prefix for every image of its environments."""

    provider: ProviderName | None = None
    """Whose load balancers it has."""

    ref: Annotated[str, Field(min_length=1)] | None = None
    """Branch or tag that it follows, so that a change reaches one cluster before another."""

    flux: Flux | None = None
    argocd: ArgoCd | None = None
    defaults: dict[str, Any] = Field(default_factory=dict)
    """Fields of its environments, below what each of them says itself."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        low, high = self.node_ports
        if not 1 <= low <= high <= 65535:  # noqa: PLR2004  (the ports there are)
            msg = f"nodePortRange {self.node_port_range} is no range of ports"
            raise ValueError(msg)
        if self.kubernetes is not None and not OLDEST <= self.minor <= NEWEST:
            known = f"1.{OLDEST[1]} to 1.{NEWEST[1]}"
            msg = f"Kubernetes {self.kubernetes} is not among the supported {known}"
            raise ValueError(msg)
        return self

    @property
    def node_ports(self) -> tuple[int, int]:
        """First and last node port."""
        low, _, high = self.node_port_range.partition("-")
        return int(low), int(high)

    @property
    def minor(self) -> tuple[int, int]:
        """Kubernetes version as numbers; the newest known where none is given."""
        if self.kubernetes is None:
            return NEWEST
        major, _, minor = self.kubernetes.partition(".")
        return int(major), int(minor)


class Clusters(Fields):
    """`overlays/clusters.yaml`."""

    model_config = ConfigDict(title="emqx-gitops clusters")

    api_version: Literal["emqx-gitops/v1"] = "emqx-gitops/v1"
    kind: Literal["Clusters"] = "Clusters"
    clusters: dict[DnsLabel, Cluster]


DEFAULT = Clusters(clusters={"default": Cluster(flux=Flux())})
"""What holds without a file."""
