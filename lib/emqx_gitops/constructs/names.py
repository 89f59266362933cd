"""
Names, labels and guards that constructs, components and rules agree on.

Names are fixed: one environment is one namespace, and neither prefixes nor hashes of construct
paths would reach DNS names and claims. Selectors hold three labels that never change.
"""

from __future__ import annotations

from emqx_gitops.manifests import Manifest

BROKER = "emqx"
"""Workload, ServiceAccount, clients' Service and disruption budget of the brokers."""

HEADLESS = "emqx-headless"
"""Headless Service by which brokers find each other, ready or not."""

INTERNAL = "emqx-internal"
"""ClusterIP Service for clients inside the cluster, and for the dashboard."""

BACKENDS = "emqx-brokers"
"""ClusterIP Service by which a proxy that cannot follow DNS reaches ready brokers."""

SETTINGS = "emqx-env"
"""Generated ConfigMap of EMQX's settings; its real name ends in a hash."""

PROXY = "emqx-proxy"
"""Deployment, ServiceAccount, disruption budget and ConfigMap of the TLS proxies."""

CREDENTIALS = "emqx-credentials"
LICENSE = "emqx-license"
CERTIFICATE = "emqx-tls"
"""Names that Secrets have unless an environment says otherwise."""

DATA = "data"
"""Volume, claim template and mount of a node's data."""

CONTAINER = "emqx"

DATA_PATH = "/opt/emqx/data"
TLS_PATH = "/etc/emqx/tls"
CLIENT_CA_PATH = "/etc/emqx/client-ca"

PROXY_UID = 65532
"""User and group of the proxies; any will do for the stock images, which own no file we need."""

UID = 1000
"""User and group of the image (deploy/docker/Dockerfile in EMQX v4.4.19 to 6.2.2)."""

SERVICE_ROLE = "emqx-gitops/service"
"""Label that tells the internal Service from the others, for a ServiceMonitor."""

CORE = "core"
"""Label value of brokers that hold the database: EMQX's own word, beside `replicant`."""

GUARDS = {
    "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}
"""Annotations that keep Flux and Argo CD from deleting what holds data."""

SETTINGS_GUARDS = {
    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
    "argocd.argoproj.io/sync-options": "Prune=false",
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}
"""Annotations that keep an old settings map for pods that restart while a change rolls out."""


def selector(component: str) -> dict[str, str]:
    """Return the labels by which a Service or workload selects the pods of *component*."""
    return {
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/instance": BROKER,
        "app.kubernetes.io/name": BROKER if component == CORE else PROXY,
    }


def labels(component: str) -> dict[str, str]:
    """Return the labels that every object of *component* carries."""
    return selector(component) | {
        "app.kubernetes.io/managed-by": "emqx-gitops",
        "app.kubernetes.io/part-of": "emqx",
    }


def metadata(name: str, component: str = CORE) -> Manifest:
    """Return an object's ``metadata``."""
    return {"name": name, "labels": labels(component)}
