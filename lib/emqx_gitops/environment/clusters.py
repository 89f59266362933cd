"""The Kubernetes clusters that environments live in: `overlays/clusters.yaml`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from emqx_gitops.components.choice import DnsLabel, Fields, ObjectName
from emqx_gitops.components.exposure.providers import ProviderName
from emqx_gitops.components.images import Repository

OLDEST, NEWEST = (1, 29), (1, 37)
"""Kubernetes minors that objects are checked against."""

Duration = Annotated[str, Field(pattern=r"^([0-9]+(h|m|s))+$")]
GitName = Annotated[str, Field(pattern=r"^[^-\s~^:?*\[\\][^\s~^:?*\[\\]*$", max_length=200)]
GitCommit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
RenderedOrOverlay = Literal["rendered", "overlay"]


def _no_password(url: str) -> str:
    if re.search(r"://[^/@\s]*:[^/@\s]*@", url):
        msg = "the address holds a password; keep it in a Secret, and write the address without it"
        raise ValueError(msg)
    return url


FluxUrl = Annotated[str, Field(pattern=r"^(https?|ssh)://[^\s/]\S*$"), AfterValidator(_no_password)]
"""Flux takes no `git@host:path` (pattern of spec.url in the GitRepository CRD)."""

AnyUrl = Annotated[str, Field(min_length=1), AfterValidator(_no_password)]


class Ref(Fields):
    """What a cluster follows: a branch, also written as plain text, or a tag, range or commit."""

    branch: GitName | None = None
    """A branch; what is merged there arrives."""

    tag: GitName | None = None
    """A tag; nothing arrives until another one is named here."""

    semver: Annotated[str, Field(min_length=1)] | None = None
    """The newest tag in a range of versions: `>=1.2.0 <2.0.0`."""

    commit: GitCommit | None = None
    """A commit, in full."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        if not isinstance(data, str | float | int) or isinstance(data, bool):
            return data
        # A branch of such a name is rare, and Flux would wait for it for ever.
        if re.fullmatch(r"v?[0-9]+(\.[0-9]+)+\S*", str(data)):
            msg = (
                f"{data} reads like a tag, and plain text means a branch; "
                f'write `{{tag: "{data}"}}` or `{{branch: "{data}"}}`'
            )
            raise ValueError(msg)
        return {"branch": str(data)}

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.named) != 1:
            msg = "give one of branch, tag, semver and commit"
            raise ValueError(msg)
        return self

    @property
    def named(self) -> dict[str, str]:
        """What is given, by the name that Flux has for it as well."""
        return self.model_dump(exclude_none=True)

    @property
    def revision(self) -> str:
        """The same in one word, as Argo CD takes it."""
        return next(iter(self.named.values()))

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Let editors know that a branch may be written as plain text."""
        fields = handler.resolve_ref_schema(handler(core_schema))
        return {"anyOf": [{"type": "string"}, fields], "description": cls.__doc__}


class FluxSource(Fields):
    """Where Flux gets this repository from: an object that exists, or one that is written."""

    kind: Literal["GitRepository", "OCIRepository", "Bucket"] = "GitRepository"
    """Kind of the source."""

    name: ObjectName | None = None
    """`flux-system`, which `flux bootstrap` makes; `emqx-gitops` where `url` is given."""

    namespace: DnsLabel = "flux-system"
    """Namespace of the source."""

    url: FluxUrl | None = None
    """Write a GitRepository with this URL; without it, the object must exist."""

    secret_name: ObjectName | None = None
    """Secret with the credentials of that URL."""

    interval: Duration = "1m"
    """How often that URL is asked for news."""

    @model_validator(mode="after")
    def _written_or_there(self) -> Self:
        for field, name in (("secret_name", "secretName"), ("interval", "interval")):
            if self.url is None and field in self.model_fields_set:
                msg = f"{name} means nothing for a source that exists; give its url, or drop {name}"
                raise ValueError(msg)
        if self.url is None:
            return self
        if self.kind != "GitRepository":
            msg = f"no {self.kind} is written here; leave out url, and name one that exists"
            raise ValueError(msg)
        if self.object_name == self.namespace == "flux-system":
            msg = "flux-system/flux-system belongs to `flux bootstrap`; choose another name"
            raise ValueError(msg)
        return self

    @property
    def object_name(self) -> str:
        """Name of the source object."""
        return self.name or ("flux-system" if self.url is None else "emqx-gitops")


class Decryption(Fields):
    """How Flux opens Secrets that SOPS encrypted."""

    secret_name: ObjectName
    """Secret with the private key, in the namespace of the Flux objects."""


class Flux(Fields):
    """How Flux delivers this cluster's environments."""

    source: FluxSource = FluxSource()
    """Where Flux gets this repository from."""

    path: RenderedOrOverlay = "rendered"
    """`rendered` applies what reviewers read; `overlay` has Flux build it again."""

    namespace: DnsLabel = "flux-system"
    """Namespace of the Flux objects."""

    interval: Duration = "10m"
    """How often the cluster is compared with Git when nothing changed there."""

    service_account: ObjectName | None = None
    """Account that Flux acts as, where tenants are locked down."""

    decryption: Decryption | None = None
    """For Secrets encrypted with SOPS in `extra/`."""


class ArgoCd(Fields):
    """How Argo CD delivers this cluster's environments."""

    repo_url: Annotated[AnyUrl, Field(alias="repoURL")]
    """Address of this repository, as Argo CD knows it."""

    path: RenderedOrOverlay = "rendered"
    """`rendered` applies what reviewers read; `overlay` has Argo CD build it again."""

    namespace: DnsLabel = "argocd"
    """Namespace that Argo CD runs in."""

    project: ObjectName = "default"
    """Project of the Applications; it must exist."""

    server: AnyUrl | None = None
    """API server of the cluster; the one that Argo CD runs in where neither is given."""

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
    """Node ports that its API server gives out."""

    registry: Repository | None = None
    """Registry and path prefix for every image of its environments."""

    provider: ProviderName | None = None
    """Whose load balancers it has."""

    ref: Ref | None = None
    """What it follows, so that a change can reach it later than others; plain text is a branch."""

    on_removal: Literal["delete", "keep"] = "delete"
    """What becomes of the brokers when an environment leaves Git; guarded data stays either way."""

    flux: Flux | None = None
    """Deliver its environments with Flux; `{}` takes every default."""

    argocd: ArgoCd | None = None
    """Deliver its environments with Argo CD."""

    defaults: dict[str, Any] = Field(default_factory=dict)
    """Fields of its environments, below what each of them says itself."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        low, high = self.node_ports
        if not 1 <= low <= high <= 65535:  # noqa: PLR2004  (the ports there are)
            msg = f"nodePortRange {self.node_port_range} is no range; write the lower port first"
            raise ValueError(msg)
        if self.kubernetes is not None and not OLDEST <= self.minor <= NEWEST:
            known = f"1.{OLDEST[1]} to 1.{NEWEST[1]}"
            msg = f"Kubernetes {self.kubernetes} is not supported; write {known}"
            raise ValueError(msg)
        if "cluster" in self.defaults:
            msg = "defaults name a cluster; remove it there: they are those of this cluster"
            raise ValueError(msg)
        if self.ref and self.flux and self.flux.source.url is None:
            source = f"{self.flux.source.kind} {self.flux.source.object_name}"
            msg = (
                f"ref says nothing to {source}, which exists; set it there, or give flux.source.url"
            )
            raise ValueError(msg)
        if self.ref and not self.flux and not self.argocd:
            msg = "nothing follows ref; give flux or argocd, or drop it"
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
    """Clusters by name; environments name them in `cluster`."""


DEFAULT = Clusters(clusters={"default": Cluster(flux=Flux())})
"""What holds without a file."""
