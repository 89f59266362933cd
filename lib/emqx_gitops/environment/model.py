"""What an environment may ask for, and what its choices resolve to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field

from emqx_gitops.components import discovery as discovery_axis
from emqx_gitops.components import exposure as exposure_axis
from emqx_gitops.components import storage as storage_axis
from emqx_gitops.components import workload as workload_axis
from emqx_gitops.components.choice import DnsLabel, Fields, LabelKey, LabelValue, Port
from emqx_gitops.components.credentials import Credentials
from emqx_gitops.components.discovery.dns import Dns
from emqx_gitops.components.discovery.k8s import K8s
from emqx_gitops.components.discovery.names import Discovery
from emqx_gitops.components.discovery.singleton import Singleton
from emqx_gitops.components.exposure.cluster_ip import ClusterIp
from emqx_gitops.components.exposure.load_balancer import LoadBalancer
from emqx_gitops.components.exposure.service import Exposure
from emqx_gitops.components.images import ImageSource, PodImages
from emqx_gitops.components.license import License
from emqx_gitops.components.listeners import DEFAULT_PORTS, STAFF
from emqx_gitops.components.metrics import Metrics
from emqx_gitops.components.network import NetworkAccess
from emqx_gitops.components.registry import union
from emqx_gitops.components.resources import Resources
from emqx_gitops.components.settings import SettingValue
from emqx_gitops.components.site import Listener, Site
from emqx_gitops.components.storage.existing_claim import ExistingClaim
from emqx_gitops.components.storage.volumes import Storage
from emqx_gitops.components.tls.certificates import Certified
from emqx_gitops.components.workload.scheduling import Workload
from emqx_gitops.components.workload.statefulset import StatefulSet
from emqx_gitops.emqx import Edition, Line, Version, default_edition, keys_of, line_of
from emqx_gitops.environment.clusters import Cluster

if TYPE_CHECKING:
    AnyWorkload = Workload
    AnyDiscovery = Discovery
    AnyExposure = Exposure
    AnyStorage = Storage
else:
    AnyWorkload = union(workload_axis.CHOICES, "kind")
    AnyDiscovery = union(discovery_axis.CHOICES, "strategy")
    AnyExposure = union(exposure_axis.CHOICES, "type")
    AnyStorage = union(storage_axis.CHOICES, "type")

MAX_REPLICAS = 31
"""EMQX's own guidance stops far below; HAProxy's configuration has places for one more."""


class ListenerOptions(Fields):
    """A listener that is on."""

    port: Port | None = None
    """Port that clients see; the usual one where left out."""

    public: bool | None = None
    """Whether it is on the clients' Service; plain listeners are not where TLS is used."""


class Listeners(Fields):
    """
    Listeners: true, false, a port, or options.

    `mqtts` and `wss` stand for TLS whoever ends it, and are on only where `tls` says who.
    """

    mqtt: bool | Port | ListenerOptions = True
    """MQTT over TCP, 1883."""

    mqtts: bool | Port | ListenerOptions | None = None
    """MQTT over TLS, 8883; on where `tls` says who ends it."""

    ws: bool | Port | ListenerOptions = False
    """MQTT over WebSocket, 8083, path `/mqtt`."""

    wss: bool | Port | ListenerOptions = False
    """MQTT over WebSocket and TLS, 8084, path `/mqtt`."""

    dashboard: bool | Port | ListenerOptions = True
    """Dashboard, REST API, metrics and health, 18083; reached inside the cluster only."""

    management: bool | Port | ListenerOptions | None = None
    """The management API of 4.4, 8081; later lines serve it on the dashboard's port."""


class Emqx(Fields):
    """The brokers."""

    version: Annotated[str, Field(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$")]
    """EMQX version, in full: `5.8.9`."""

    edition: Edition | None = None
    """`opensource` up to 5.8, else `enterprise`, where left out."""

    replicas: Annotated[int, Field(ge=1, le=MAX_REPLICAS)] | None = None
    """Number of nodes; 3, or 1 for a bare Pod and for discovery `singleton`."""

    resources: Resources | None = None
    """1 CPU and 2Gi of memory where left out."""

    settings: dict[str, SettingValue] = Field(default_factory=dict, max_length=500)
    """EMQX settings by environment variable: a string, or `{secretName, key}`."""

    listeners: Listeners = Listeners()
    """Ports that are open; MQTT and the dashboard, unless said."""

    license: License | None = None
    """Secret with the licence of EMQX Enterprise; a must for more than one node from 5.9 on."""

    image: ImageSource | None = None
    """Another image than the one of version and edition."""


class Namespace(Fields):
    """The namespace of an environment; none is shared."""

    name: DnsLabel
    """Name of the namespace."""

    create: bool = True
    """Emit the Namespace, with Pod Security `restricted` enforced."""

    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Further labels on the Namespace; they win over ours."""


class Ignore(Fields):
    """A warning that is accepted, with the reason."""

    rule: Annotated[str, Field(pattern=r"^EG[0-9]{3}$")]
    """Code of the warning."""

    reason: Annotated[str, Field(min_length=8)]
    """Why this is fine here, for the next reader."""


class Environment(Fields):
    """One environment, as its file says it; `Resolved` adds what follows from it."""

    model_config = ConfigDict(title="emqx-gitops environment")

    api_version: Literal["emqx-gitops/v1"] = "emqx-gitops/v1"
    kind: Literal["Environment"] = "Environment"

    cluster: DnsLabel = "default"
    """Kubernetes cluster, one of `overlays/clusters.yaml`."""

    namespace: DnsLabel | Namespace | None = None
    """`emqx-<environment>` where left out."""

    emqx: Emqx
    """The brokers: version, number, size, settings."""

    workload: AnyWorkload = StatefulSet()
    """What runs the brokers."""

    discovery: AnyDiscovery | None = None
    """`dns` `srv` for a StatefulSet, `k8s` `ip` for a Deployment, `singleton` for a Pod."""

    exposure: AnyExposure = ClusterIp()
    """How clients reach the brokers, and where TLS ends."""

    storage: AnyStorage
    """Where data lives; it must be said: nobody should find out later that it was not kept."""

    credentials: Credentials = Credentials()
    """The Secret with cookie and dashboard password."""

    images: PodImages = PodImages()
    """Where images are pulled from."""

    network: NetworkAccess = NetworkAccess()
    """Who besides clients may connect."""

    metrics: Metrics = Metrics()
    """What Prometheus gets."""

    protect: bool = True
    """Keep volumes, claims and namespace when the environment is removed from Git."""

    ignore: tuple[Ignore, ...] = ()
    """Warnings that are accepted, each with its reason."""


class Resolved:
    """An environment with every default worked out; immutable."""

    def __init__(self, name: str, environment: Environment, cluster: Cluster) -> None:
        """Resolve *environment*, called *name*, as it lives in *cluster*."""
        self.name = name
        self.asked = environment
        self.cluster = cluster

    @cached_property
    def version(self) -> Version:
        """EMQX version."""
        return Version.parse(self.asked.emqx.version)

    @cached_property
    def line(self) -> Line | None:
        """Version line; None where the version is not known."""
        return line_of(self.version)

    @cached_property
    def edition(self) -> Edition:
        """Edition, by default the one that the version exists in."""
        return self.asked.emqx.edition or default_edition(self.version)

    @cached_property
    def namespace(self) -> Namespace:
        """The namespace, with its defaults."""
        given = self.asked.namespace
        if isinstance(given, Namespace):
            return given
        return Namespace(name=given or f"emqx-{self.name}")

    @cached_property
    def discovery(self) -> Discovery:
        """The discovery choice; by default the safest that the workload can have."""
        if self.asked.discovery is not None:
            return self.asked.discovery
        by_kind: Mapping[str, Discovery] = {
            "Deployment": K8s(address_type="ip"),
            "Pod": Singleton(),
        }
        return by_kind.get(self.asked.workload.object_kind, Dns(record_type="srv"))

    @cached_property
    def replicas(self) -> int:
        """Number of EMQX nodes."""
        alone = self.asked.workload.object_kind == "Pod" or isinstance(self.discovery, Singleton)
        return self.asked.emqx.replicas or (1 if alone else 3)

    @cached_property
    def exposure(self) -> Exposure:
        """The exposure choice, with the cluster's provider filled in."""
        given = self.asked.exposure
        if isinstance(given, LoadBalancer) and given.provider is None:
            return given.model_copy(update={"provider": self.cluster.provider or "other"})
        return given

    @cached_property
    def proxy_protocol(self) -> bool:
        """Whether what stands before the brokers' public listeners sends PROXY headers."""
        return self.exposure.tls.ends == "proxy" or self.exposure.proxy_protocol_before

    @cached_property
    def listeners(self) -> dict[str, Listener]:
        """Listeners that are on, by name."""
        found = (self._listener(name) for name in DEFAULT_PORTS)
        return {each.name: each for each in found if each is not None}

    def _listener(self, name: str) -> Listener | None:
        given: Any = getattr(self.asked.emqx.listeners, name)
        secure = self.exposure.tls.ends != "nowhere"
        if given is None:
            given = secure if name == "mqtts" else self.site_is_v4
        if given is False or (name == "management" and not self.site_is_v4):
            return None
        options = given if isinstance(given, ListenerOptions) else ListenerOptions()
        port = given if isinstance(given, int) and not isinstance(given, bool) else options.port
        asked = name in self.exposure.node_port_of
        if name in STAFF:
            usual = asked or (name == "dashboard" and self.exposure.dashboard)
        else:
            usual = asked or name in {"mqtts", "wss"} or not secure
        public = usual if options.public is None else options.public
        return Listener(name=name, port=port or DEFAULT_PORTS[name], public=public)

    @cached_property
    def site_is_v4(self) -> bool:
        """Whether the version speaks 4.x settings."""
        return self.line is not None and self.line.is_v4

    @cached_property
    def site(self) -> Site:
        """
        The facts that choices depend on.

        Raises ValueError where the version belongs to no known line.
        """
        if self.line is None:
            msg = f"no line for EMQX {self.version}"
            raise ValueError(msg)
        return Site(
            environment=self.name,
            namespace=self.namespace.name,
            domain=self.cluster.domain,
            provider=self.cluster.provider or "other",
            version=self.version,
            edition=self.edition,
            line=self.line,
            keys=keys_of(self.line),
            workload=self.asked.workload.object_kind,
            replicas=self.replicas,
            persistent=self.asked.storage.persistent,
            pod_ip_names=self.discovery.pod_ip_names,
            exposure=str(getattr(self.exposure, "type")),  # noqa: B009
            tls_end=self.exposure.tls.ends,
            proxy_protocol=self.proxy_protocol,
            balancer_sends_proxy=self.exposure.proxy_protocol_before,
            listeners=self.listeners,
            protect=self.asked.protect,
            registry=self.asked.images.registry or self.cluster.registry,
            pull_secrets=self.asked.images.pull_secrets,
        )

    def external_objects(self) -> Iterator[tuple[str, str]]:
        """Yield kind and name of what must exist besides Secrets, or is made by a controller."""
        tls, storage = self.exposure.tls, self.asked.storage
        if isinstance(tls, Certified) and tls.issuer is not None:
            yield "Secret", tls.secret_name
        if isinstance(storage, ExistingClaim):
            yield "PersistentVolumeClaim", storage.claim_name

    def external_secrets(self) -> Iterator[tuple[str, str]]:
        """Yield the name and use of every Secret that must exist before the first sync."""
        yield self.asked.credentials.secret_name, "credentials"
        if self.asked.emqx.license is not None:
            yield self.asked.emqx.license.secret_name, "licence"
        for name in self.exposure.tls.secrets():
            yield name, "TLS"
        for name in self.asked.images.pull_secrets:
            yield name, "image pull"
        for value in self.asked.emqx.settings.values():
            if not isinstance(value, str):
                yield value.secret_name, "settings"
