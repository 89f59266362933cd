"""A load balancer of the provider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.choice import LabelKey
from emqx_gitops.components.exposure import providers
from emqx_gitops.components.exposure.service import (
    Exposure,
    ListenerName,
    PortNumber,
    TrafficPolicy,
)
from emqx_gitops.components.site import Site
from emqx_gitops.components.tls.cloud import Cloud
from emqx_gitops.constructs import names
from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.kustomize.documents import add, replace


def _network(text: str) -> str:
    """Return *text*, a network; raise ValueError where the API server would refuse it as one."""
    import ipaddress

    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text} is no network; write one such as 203.0.113.0/24") from None
    return text


Cidr = Annotated[str, Field(pattern=r"^[0-9a-fA-F.:]+/[0-9]{1,3}$"), AfterValidator(_network)]

CLOUD_TLS_UNKNOWN = Rule(
    code="EG405",
    name="provider-ends-no-tls",
    severity=Severity.ERROR,
    what="This provider's network balancer is not known to end TLS, and no annotation tells it to.",
    why="Clients would speak TLS to a balancer that passes it on, and plain MQTT would answer.",
    fix=(
        "Give exposure.annotations with what your balancer understands, or set tls.terminateAt to "
        "`listener` or `haproxy`."
    ),
    source="Service documentation of Google Cloud, Azure and MetalLB: layer 4, TLS passed through",
)

NO_INTERNAL_BALANCER = Rule(
    code="EG416",
    name="provider-knows-no-internal",
    severity=Severity.ERROR,
    what="The balancer is to be internal, and nothing tells this provider so.",
    why="It would get an address like any other, which may be public.",
    fix="Give exposure.annotations, such as MetalLB's `metallb.io/address-pool`.",
    source="MetalLB documentation, Usage; Kubernetes documentation, Internal load balancer",
)

RULES = (CLOUD_TLS_UNKNOWN, NO_INTERNAL_BALANCER)

_POLICY = "Local"
"""Traffic policy that keeps the client's address, which would be that of a node otherwise."""


class LoadBalancer(Exposure):
    """Have the provider put a load balancer in front."""

    object_type: ClassVar = "LoadBalancer"
    variants: ClassVar = tuple(
        {"type": "loadBalancer", "provider": name} for name in providers.PROVIDERS
    )

    type: Literal["loadBalancer"] = "loadBalancer"

    provider: providers.ProviderName | None = None
    """Whose balancer it is; the cluster's provider where left out."""

    internal: bool = False
    """Reachable from the provider's private network only."""

    source_ranges: tuple[Cidr, ...] = ()
    """Networks that clients may come from; everywhere where left out."""

    address: Annotated[str, Field(min_length=1)] | None = None
    """Fixed address, as the provider takes it; on AWS allocation ids, or private addresses."""

    load_balancer_class: LabelKey | None = None
    """Controller that makes the balancer; on AWS its own by default. It cannot change later."""

    annotations: dict[LabelKey, str] = Field(default_factory=dict)
    """Further annotations on the Service; they win over those of the provider."""

    node_ports: dict[ListenerName, PortNumber] = Field(default_factory=dict)
    """Fixed node ports behind the balancer."""

    proxy_protocol: bool | None = None
    """Whether the balancer sends PROXY headers; on AWS with TLS at the balancer it does."""

    external_traffic_policy: TrafficPolicy | None = None
    """`Local` unless PROXY headers carry the client's address."""

    @property
    def proxy_protocol_before(self) -> bool:
        """Whether the balancer sends PROXY headers."""
        if self.proxy_protocol is None:
            return self.provider == "aws" and isinstance(self.tls, Cloud)
        return self.proxy_protocol

    @property
    def node_port_of(self) -> Mapping[str, int]:
        """Fixed node ports, by listener."""
        return {str(name): port for name, port in self.node_ports.items()}

    def label(self) -> str:
        """Return the type and whose balancer it is."""
        return f"loadBalancer {self.provider or 'other'}"

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component: the Service's type, and the client's address kept."""
        operations = (
            replace("/spec/type", cls.object_type),
            add("/spec/externalTrafficPolicy", _POLICY),
        )
        addition = Addition(patches={("Service", names.BROKER): operations})
        yield Shared(path="exposure/load-balancer", addition=addition)

    def part(self, site: Site) -> Part:
        """Add what the provider's controller reads."""
        asked = providers.Asked(
            internal=self.internal,
            address=self.address,
            proxy_protocol=self.proxy_protocol_before,
            ports=tuple(each.port for each in site.public),
            tls_ports=tuple(each.port for each in site.public if each.tls),
            certificate=self.tls.certificate if isinstance(self.tls, Cloud) else None,
        )
        balancer = providers.PROVIDERS[self.provider or "other"](asked)
        spec = dict(balancer.spec)
        policy = "Cluster" if self.proxy_protocol_before else _POLICY
        if (self.external_traffic_policy or policy) != _POLICY:
            spec["externalTrafficPolicy"] = "Cluster"
        if self.load_balancer_class:
            spec["loadBalancerClass"] = self.load_balancer_class
        if self.source_ranges:
            spec["loadBalancerSourceRanges"] = list(self.source_ranges)
        annotations = balancer.annotations | self.annotations
        own = self.service(site, annotations=annotations, spec=spec)
        return Part(components=("exposure/load-balancer",), own=own)

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse what a balancer is to do, and nobody tells it."""
        if isinstance(self.tls, Cloud) and self.provider != "aws" and not self.annotations:
            where = Where(environment=site.environment, path="exposure.tls.terminateAt")
            message = f"provider {self.provider or 'other'} with terminateAt cloud, no annotations"
            yield CLOUD_TLS_UNKNOWN.at(where, message)
        if self.internal and self.provider in {"metallb", "other", None} and not self.annotations:
            where = Where(environment=site.environment, path="exposure.internal")
            message = f"internal, provider {self.provider or 'other'}, no annotations"
            yield NO_INTERNAL_BALANCER.at(where, message)
