"""Discovery through DNS: nodes look up the headless Service; no right on the API is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.discovery.names import (
    HEADLESS_DOMAIN,
    Discovery,
    needs_hostnames,
    stable_host,
    variable,
)
from emqx_gitops.components.site import Site, generation
from emqx_gitops.constructs import names
from emqx_gitops.emqx import Keys
from emqx_gitops.emqx.wiring import GENERATIONS
from emqx_gitops.findings import Finding

RecordType = Literal["srv", "a"]


class Dns(Discovery):
    """Look up the headless Service: SRV records name pods, A records give their addresses."""

    variants: ClassVar = (
        {"strategy": "dns", "recordType": "srv"},
        {"strategy": "dns", "recordType": "a"},
    )

    strategy: Literal["dns"] = "dns"

    record_type: RecordType = "srv"
    """`srv` gives stable names (StatefulSet), `a` gives IP addresses."""

    @property
    def pod_ip_names(self) -> bool:
        """Whether node names hold the pod's IP."""
        return self.record_type == "a"

    def label(self) -> str:
        """Return the strategy and the kind of record."""
        return f"dns {self.record_type}"

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component for each record type and generation of keys."""
        kinds: tuple[RecordType, ...] = ("srv", "a")
        for kind in kinds:
            for keys in GENERATIONS:
                path = f"discovery/dns-{kind}/{generation(keys)}"
                yield Shared(path=path, addition=_addition(kind, keys))

    def part(self, site: Site) -> Part:
        """Everything is structure."""
        return Part(components=(f"discovery/dns-{self.record_type}/{site.generation}",))

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse SRV records where pods have no names."""
        if self.record_type == "srv":
            yield from needs_hostnames(site, "dns with recordType srv", "recordType")


def _addition(kind: RecordType, keys: Keys) -> Addition:
    settings = {keys.discovery: "dns", keys.dns_record_type: kind}
    if keys.dns_app:
        settings[keys.dns_app] = names.BROKER
    name = variable(keys.dns_name, HEADLESS_DOMAIN)
    # With A records the host must be an address, which the entrypoint gives where none is set
    # (validate_cluster_strategy in emqx_conf_schema.erl, v5.7.1).
    return Addition(settings=settings, pod=(name, stable_host()) if kind == "srv" else (name,))
