"""
What each provider's controller reads from a Service.

Where this stops: only annotations that every release of the controller supported in the last two
years; anything else goes into `exposure.annotations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ProviderName = Literal["aws", "gcp", "azure", "metallb", "other"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an environment asks of a balancer; ports are those that clients connect to."""

    internal: bool
    address: str | None
    proxy_protocol: bool
    ports: tuple[int, ...]
    tls_ports: tuple[int, ...]
    certificate: str | None


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """What the Service says to the provider's controller."""

    annotations: dict[str, str] = field(default_factory=dict)
    spec: dict[str, Any] = field(default_factory=dict)


def aws(asked: Asked) -> Balancer:
    """
    Return a Network Load Balancer by the AWS Load Balancer Controller, with pods as targets.

    Idle TCP connections live as long as AWS allows, 6000 s; on TLS listeners AWS fixes 350 s, which
    MQTT's keepalive must stay below (AWS documentation, Network Load Balancers).
    """
    prefix = "service.beta.kubernetes.io/aws-load-balancer"
    annotations = {
        f"{prefix}-scheme": "internal" if asked.internal else "internet-facing",
        f"{prefix}-nlb-target-type": "ip",
        f"{prefix}-attributes": "load_balancing.cross_zone.enabled=true",
        f"{prefix}-healthcheck-protocol": "TCP",
        f"{prefix}-healthcheck-port": "traffic-port",
    }
    if asked.proxy_protocol:
        annotations[f"{prefix}-proxy-protocol"] = "*"
    else:
        annotations[f"{prefix}-target-group-attributes"] = "preserve_client_ip.enabled=true"
    if asked.address:
        fixed = "private-ipv4-addresses" if asked.internal else "eip-allocations"
        annotations[f"{prefix}-{fixed}"] = asked.address
    if asked.certificate:
        annotations[f"{prefix}-ssl-cert"] = asked.certificate
        annotations[f"{prefix}-ssl-ports"] = ",".join(str(port) for port in asked.tls_ports)
        annotations[f"{prefix}-ssl-negotiation-policy"] = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    ended = asked.tls_ports if asked.certificate else ()
    for port in asked.ports:
        if port not in ended:
            key = f"{prefix}-listener-attributes.TCP-{port}"
            annotations[key] = "tcp.idle_timeout.seconds=6000"
    return Balancer(annotations=annotations, spec={"loadBalancerClass": "service.k8s.aws/nlb"})


def gcp(asked: Asked) -> Balancer:
    """Return a passthrough Network Load Balancer of GKE, with backend services."""
    annotations = (
        {"networking.gke.io/load-balancer-type": "Internal"}
        if asked.internal
        else {"cloud.google.com/l4-rbs": "enabled"}
    )
    return Balancer(annotations=annotations, spec=_load_balancer_ip(asked))


def azure(asked: Asked) -> Balancer:
    """Return a Standard Load Balancer of AKS; idle connections live 30 minutes."""
    prefix = "service.beta.kubernetes.io/azure-load-balancer"
    annotations = {f"{prefix}-tcp-idle-timeout": "30"}
    if asked.internal:
        annotations[f"{prefix}-internal"] = "true"
    if asked.address:
        annotations[f"{prefix}-ipv4"] = asked.address
    return Balancer(annotations=annotations)


def metallb(asked: Asked) -> Balancer:
    """Return what MetalLB 0.14 and later reads; it has no private network to be internal to."""
    address = {"metallb.io/loadBalancerIPs": asked.address} if asked.address else {}
    return Balancer(annotations=address)


def other(asked: Asked) -> Balancer:
    """Return a balancer without annotations of a provider: the environment gives its own."""
    return Balancer(spec=_load_balancer_ip(asked))


def _load_balancer_ip(asked: Asked) -> dict[str, Any]:
    return {"loadBalancerIP": asked.address} if asked.address else {}


PROVIDERS: Mapping[str, Callable[[Asked], Balancer]] = {
    "aws": aws,
    "gcp": gcp,
    "azure": azure,
    "metallb": metallb,
    "other": other,
}
