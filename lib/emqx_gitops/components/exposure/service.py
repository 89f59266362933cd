"""What exposure choices share: the clients' Service, and where its TLS ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from emqx_gitops.components import tls as tls_axis
from emqx_gitops.components.addition import Addition
from emqx_gitops.components.choice import Choice
from emqx_gitops.components.listeners import backend
from emqx_gitops.components.registry import union
from emqx_gitops.components.site import Site
from emqx_gitops.components.tls.certificates import Tls
from emqx_gitops.components.tls.nothing import NoTls
from emqx_gitops.constructs import names
from emqx_gitops.constructs.ports import CLIENT_PORTS, PROXY_PORTS, service_port
from emqx_gitops.kustomize.documents import Operation, add, replace
from emqx_gitops.manifests import Manifest

if TYPE_CHECKING:
    AnyTls = Tls
else:
    AnyTls = union(tls_axis.CHOICES, "terminate_at")

ListenerName = Literal["mqtt", "mqtts", "ws", "wss", "dashboard", "management"]
PortNumber = Annotated[int, Field(ge=1, le=65535)]
"""A node port; the cluster's range is checked later."""

TrafficPolicy = Literal["Cluster", "Local"]


class Exposure(Choice):
    """How clients reach the brokers."""

    object_type: ClassVar[Literal["ClusterIP", "NodePort", "LoadBalancer"]]

    tls: AnyTls = NoTls()
    """Where TLS ends."""

    dashboard: bool = False
    """Put the dashboard on the clients' Service too; it is never there unless asked."""

    @property
    def proxy_protocol_before(self) -> bool:
        """Whether what stands before the Service sends PROXY headers."""
        return False

    @property
    def node_port_of(self) -> Mapping[str, int]:
        """Fixed node ports, by listener."""
        return {}

    def service(
        self,
        site: Site,
        *,
        annotations: Mapping[str, str] | None = None,
        spec: Mapping[str, Any] | None = None,
    ) -> Addition:
        """Return what turns the clients' Service of the base into this one."""
        operations: list[Operation] = []
        if annotations:
            operations.append(add("/metadata/annotations", dict(sorted(annotations.items()))))
        ports = self._ports(site)
        if ports != list(PROXY_PORTS if site.tls_end == "proxy" else CLIENT_PORTS):
            operations.append(replace("/spec/ports", ports))
        operations.extend(add(f"/spec/{key}", value) for key, value in (spec or {}).items())
        return Addition(patches={("Service", names.BROKER): tuple(operations)})

    def _ports(self, site: Site) -> list[Manifest]:
        fixed = self.node_port_of
        return [
            service_port(
                each.name,
                each.port,
                each.name if site.tls_end == "proxy" else backend(site, each),
                fixed.get(each.name),
            )
            for each in site.public
        ]
