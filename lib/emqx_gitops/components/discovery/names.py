"""
How a node is named, and what every discovery choice shares.

EMQX's nodes find each other only where the name that a node gives itself is, letter for letter, the
name that the others discover (ekka_autocluster.erl, ekka 0.19.3). The image's entrypoint makes its
own name of ``EMQX_NAME`` and ``EMQX_HOST``, or of the pod's IP where no host is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emqx_gitops.components.choice import Choice
from emqx_gitops.constructs import names
from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.kustomize.documents import Operation, add

if TYPE_CHECKING:
    from emqx_gitops.components.site import Site

HEADLESS_DOMAIN = f"{names.HEADLESS}.$(POD_NAMESPACE).svc.$(CLUSTER_DOMAIN)"
"""DNS name of the headless Service; Kubernetes expands the variables in ``env``."""

NEEDS_HOSTNAMES = Rule(
    code="EG203",
    name="discovery-needs-hostnames",
    severity=Severity.ERROR,
    what="Pods of a Deployment have no stable host name, and this discovery needs one.",
    why=(
        "The Endpoints of a Deployment's pods carry no hostname, so one round of discovery fails "
        "for all nodes with `badkey, hostname`; SRV records and static seeds have no name to give."
    ),
    fix="Use a StatefulSet, or discovery `k8s` with addressType `ip` or `dns`, or `dns` with `a`.",
    source="ekka_cluster_k8s.erl in ekka 0.19.3; Kubernetes documentation, DNS for Pods",
)

RULES = (NEEDS_HOSTNAMES,)


class Discovery(Choice):
    """How the nodes of a cluster find each other."""

    @property
    def pod_ip_names(self) -> bool:
        """Whether node names hold the pod's IP, which a restarted pod does not keep."""
        return False


def needs_hostnames(site: Site, asked: str, field: str) -> Iterator[Finding]:
    """Yield the refusal of *asked* for a Deployment."""
    if site.workload == "Deployment":
        message = f"discovery {asked} cannot work with a Deployment"
        where = Where(environment=site.environment, path=f"discovery.{field}")
        yield NEEDS_HOSTNAMES.at(where, message)


def variable(name: str, value: str) -> Operation:
    """Return the operation that appends an environment variable, after those that it uses."""
    return add("/spec/containers/0/env/-", {"name": name, "value": value})


def stable_host() -> Operation:
    """Return the variable that names a node after its pod's DNS name, which outlives the pod."""
    return variable("EMQX_HOST", f"$(POD_NAME).{HEADLESS_DOMAIN}")
