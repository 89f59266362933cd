"""What TLS choices share: where TLS ends, whose certificate it shows, whom it admits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from emqx_gitops.components.choice import Choice, Fields, ObjectName, SecretKey
from emqx_gitops.constructs import names
from emqx_gitops.kustomize.documents import Operation, add

if TYPE_CHECKING:
    from emqx_gitops.components.site import TlsEnd
    from emqx_gitops.manifests import Manifest


class ClientCa(Fields):
    """Who signed the certificates that clients must show (mutual TLS)."""

    secret_name: ObjectName
    """Secret with the CA certificate."""

    key: SecretKey = "ca.crt"
    """Key of the Secret that holds it, in PEM."""


class Issuer(Fields):
    """A cert-manager issuer that makes and renews the certificate."""

    name: ObjectName
    """Name of the issuer."""

    kind: Literal["ClusterIssuer", "Issuer"] = "ClusterIssuer"
    """`Issuer` is one of the environment's namespace."""

    dns_names: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names that clients connect to."""


class Tls(Choice):
    """Where TLS ends."""

    ends: ClassVar[TlsEnd]

    @property
    def mutual(self) -> bool:
        """Whether clients must show a certificate."""
        return False

    def secrets(self) -> Iterator[str]:
        """Yield the names of Secrets that must exist before the first sync."""
        yield from ()


class Certified(Tls):
    """TLS that ends inside the cluster, with a certificate of one's own."""

    secret_name: ObjectName = names.CERTIFICATE
    """Secret of type `kubernetes.io/tls` with `tls.crt` and `tls.key`."""

    issuer: Issuer | None = None
    """Have cert-manager fill the Secret; without it, the Secret must exist."""

    client_ca: ClientCa | None = Field(default=None, alias="clientCA")
    """Admit only clients with a certificate of this CA."""

    @property
    def mutual(self) -> bool:
        """Whether clients must show a certificate."""
        return self.client_ca is not None

    def secrets(self) -> Iterator[str]:
        """Yield the certificate's Secret unless cert-manager makes it, and the client CA's."""
        if self.issuer is None:
            yield self.secret_name
        if self.client_ca is not None:
            yield self.client_ca.secret_name

    def certificate(self) -> tuple[Manifest, ...]:
        """Return the cert-manager Certificate, where an issuer is given."""
        if self.issuer is None:
            return ()
        spec: Manifest = {
            "secretName": self.secret_name,
            "dnsNames": list(self.issuer.dns_names),
            "issuerRef": {
                "group": "cert-manager.io",
                "kind": self.issuer.kind,
                "name": self.issuer.name,
            },
            "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        }
        return (
            {
                "apiVersion": "cert-manager.io/v1",
                "kind": "Certificate",
                "metadata": names.metadata(self.secret_name),
                "spec": spec,
            },
        )


def secret_volume(
    volume: str, secret: str, path: str, *, key: str = ""
) -> tuple[Operation, Operation]:
    """
    Return the operations that mount a Secret as a folder; with *key*, that key of it alone.

    A folder follows the Secret when it changes; a single file by ``subPath`` does not
    (Kubernetes documentation, Secrets).
    """
    source: Manifest = {"secretName": secret, "defaultMode": 0o440}
    if key:
        source["items"] = [{"key": key, "path": key}]
    return (
        add("/spec/volumes/-", {"name": volume, "secret": source}),
        add(
            "/spec/containers/0/volumeMounts/-",
            {"name": volume, "mountPath": path, "readOnly": True},
        ),
    )
