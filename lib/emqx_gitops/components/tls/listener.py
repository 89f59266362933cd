"""TLS that ends at EMQX's own listeners."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.site import Site
from emqx_gitops.components.tls.certificates import Certified, secret_volume
from emqx_gitops.constructs import names
from emqx_gitops.emqx import ListenerKind
from emqx_gitops.emqx.wiring import tls_settings
from emqx_gitops.kustomize.documents import Operation


class Listener(Certified):
    """End TLS at EMQX: no proxy to run, and the client's certificate can name the user."""

    ends: ClassVar = "broker"
    variants: ClassVar = (
        {"terminateAt": "listener"},
        {"terminateAt": "listener", "clientCA": {"secretName": "device-ca"}},
    )

    terminate_at: Literal["listener"] = "listener"

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component: the default Secret, mounted; which listeners use it is a value."""
        mounted = secret_volume("tls", names.CERTIFICATE, names.TLS_PATH)
        yield Shared(path="tls/listener", addition=Addition(pod=mounted))

    def part(self, site: Site) -> Part:
        """Mount the Secrets and point each TLS listener at their files."""
        pod: tuple[Operation, ...] = ()
        components: tuple[str, ...] = ("tls/listener",)
        if self.secret_name != names.CERTIFICATE:
            components = ()
            pod += secret_volume("tls", self.secret_name, names.TLS_PATH)
        if self.client_ca is not None:
            # A CA's Secret often holds its private key too, which no broker needs.
            secret, key = self.client_ca.secret_name, self.client_ca.key
            pod += secret_volume("client-ca", secret, names.CLIENT_CA_PATH, key=key)
        settings: dict[str, str] = {}
        kinds: dict[str, ListenerKind] = {"mqtts": "ssl", "wss": "wss"}
        for name, kind in kinds.items():
            if name in site.listeners:
                settings |= tls_settings(
                    site.keys,
                    kind,
                    certificate=f"{names.TLS_PATH}/tls.crt",
                    key=f"{names.TLS_PATH}/tls.key",
                    client_ca=self._client_ca_file(),
                )
        own = Addition(settings=settings, pod=pod, objects=self.certificate())
        return Part(components=components, own=own)

    def _client_ca_file(self) -> str:
        return f"{names.CLIENT_CA_PATH}/{self.client_ca.key}" if self.client_ca else ""
