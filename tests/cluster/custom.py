"""The kinds that environments use and Kubernetes has not: the schemas of those who define them."""

from __future__ import annotations

from tests.cluster.client import ApiError, Client, Manifest, wait_for
from tests.cluster.gitops.modules import manifests_of

_FILES = (
    (
        "prometheus-operator",
        "github.com/prometheus-operator/prometheus-operator",
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    ),
    (
        "cert-manager",
        "github.com/cert-manager/cert-manager",
        "deploy/crds/cert-manager.io_certificates.yaml",
    ),
)


def definitions() -> list[Manifest]:
    """Return the definitions of ServiceMonitor and Certificate, as their projects publish them."""
    return [manifest for pin in _FILES for manifest in manifests_of(*pin)]


def define(client: Client) -> None:
    """Have the API server know them."""
    for definition in definitions():
        client.apply(definition)
    wait_for(lambda: known(client), "ServiceMonitors and Certificates are served")


def known(client: Client) -> bool:
    """Tell whether the API server knows them."""
    try:
        for definition in definitions():
            spec = definition["spec"]
            client.list(f"{spec['group']}/v1", spec["names"]["kind"])
    except (ApiError, LookupError):
        return False
    return True
