"""TLS that ends at the provider's load balancer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from emqx_gitops.components.site import Site
from emqx_gitops.components.tls.certificates import ClientCa, Tls
from emqx_gitops.findings import Finding, Rule, Severity, Where

CLOUD_NEEDS_BALANCER = Rule(
    code="EG205",
    name="cloud-tls-needs-load-balancer",
    severity=Severity.ERROR,
    what="TLS is to end at the provider's balancer, and there is none.",
    why="Only a Service of type LoadBalancer has a balancer in front of it.",
    fix="Set exposure.type to `loadBalancer`, or tls.terminateAt to `listener` or `haproxy`.",
    source="Kubernetes documentation, Service",
)

CLOUD_CANNOT_CHECK_CLIENTS = Rule(
    code="EG206",
    name="cloud-tls-cannot-check-clients",
    severity=Severity.ERROR,
    what="Client certificates are to be checked, and TLS ends at the provider's balancer.",
    why="A network balancer that ends TLS asks clients for no certificate: all would be let in.",
    fix="Set tls.terminateAt to `listener` or `haproxy`.",
    source="AWS documentation, TLS listeners for Network Load Balancers",
)

RULES = (CLOUD_NEEDS_BALANCER, CLOUD_CANNOT_CHECK_CLIENTS)


class Cloud(Tls):
    """End TLS at the provider's balancer, with a certificate that the provider keeps."""

    ends: ClassVar = "balancer"
    variants: ClassVar = (
        {
            "terminateAt": "cloud",
            "certificate": "arn:aws:acm:eu-central-1:111122223333:certificate/a",
        },
    )

    terminate_at: Literal["cloud"] = "cloud"

    certificate: Annotated[str, Field(min_length=1)]
    """The provider's name of the certificate: on AWS, its ARN."""

    client_ca: ClientCa | None = Field(default=None, alias="clientCA")
    """Refused here, with the reason."""

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse a balancer that does not exist, and checks that it does not make."""
        if site.exposure != "loadBalancer":
            where = Where(environment=site.environment, path="exposure.tls.terminateAt")
            yield CLOUD_NEEDS_BALANCER.at(
                where, f"tls ends at a balancer, exposure is {site.exposure}"
            )
        if self.client_ca is not None:
            where = Where(environment=site.environment, path="exposure.tls.clientCA")
            yield CLOUD_CANNOT_CHECK_CLIENTS.at(where, "a client CA with terminateAt cloud")
