"""A port on every machine of the cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal

from pydantic import Field

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.exposure.service import (
    Exposure,
    ListenerName,
    PortNumber,
    TrafficPolicy,
)
from emqx_gitops.components.site import Site
from emqx_gitops.constructs import names
from emqx_gitops.kustomize.documents import replace


class NodePort(Exposure):
    """Open a port on every machine of the cluster, fixed or chosen by Kubernetes."""

    object_type: ClassVar = "NodePort"
    variants: ClassVar = ({"type": "nodePort"},)

    type: Literal["nodePort"] = "nodePort"

    node_ports: dict[ListenerName, PortNumber] = Field(default_factory=dict)
    """Fixed ports by listener; one for `dashboard` also puts the dashboard on the Service."""

    external_traffic_policy: TrafficPolicy = "Cluster"
    """`Local` keeps the client's address, but only machines that run a broker answer."""

    @property
    def node_port_of(self) -> Mapping[str, int]:
        """Fixed node ports, by listener."""
        return {str(name): port for name, port in self.node_ports.items()}

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component: the Service's type."""
        operations = (replace("/spec/type", cls.object_type),)
        addition = Addition(patches={("Service", names.BROKER): operations})
        yield Shared(path="exposure/node-port", addition=addition)

    def part(self, site: Site) -> Part:
        """Fix the ports that are given."""
        spec = {}
        if self.external_traffic_policy != "Cluster":
            spec["externalTrafficPolicy"] = self.external_traffic_policy
        return Part(components=("exposure/node-port",), own=self.service(site, spec=spec))
