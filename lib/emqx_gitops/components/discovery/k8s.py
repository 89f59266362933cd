"""Discovery through the Kubernetes API: nodes read the Endpoints of the headless Service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.discovery.names import (
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
from emqx_gitops.kustomize.documents import Operation, add, replace
from emqx_gitops.manifests import Manifest

AddressType = Literal["hostname", "ip", "dns"]

_SUFFIX = {"hostname": "svc", "dns": "pod"}


class K8s(Discovery):
    """Ask the Kubernetes API for the Endpoints of the headless Service; needs a Role."""

    variants: ClassVar = (
        {"strategy": "k8s", "addressType": "hostname"},
        {"strategy": "k8s", "addressType": "ip"},
        {"strategy": "k8s", "addressType": "dns"},
    )

    strategy: Literal["k8s"] = "k8s"

    address_type: AddressType = "hostname"
    """What a node is known by: its host name (StatefulSet), or its pod's IP, as such or as DNS."""

    @property
    def pod_ip_names(self) -> bool:
        """Whether node names hold the pod's IP."""
        return self.address_type != "hostname"

    def label(self) -> str:
        """Return the strategy and what a node is known by."""
        return f"k8s {self.address_type}"

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component for each address type and generation of keys."""
        kinds: tuple[AddressType, ...] = ("hostname", "ip", "dns")
        for kind in kinds:
            for keys in GENERATIONS:
                path = f"discovery/k8s-{kind}/{generation(keys)}"
                yield Shared(path=path, addition=_addition(kind, keys))

    def part(self, site: Site) -> Part:
        """Everything is structure: the namespace comes from the pod, the domain from the base."""
        return Part(components=(f"discovery/k8s-{self.address_type}/{site.generation}",))

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse host names where pods have none."""
        if self.address_type == "hostname":
            yield from needs_hostnames(site, "k8s with addressType hostname", "addressType")


def _addition(kind: AddressType, keys: Keys) -> Addition:
    settings = {
        keys.discovery: "k8s",
        keys.k8s_apiserver: "https://kubernetes.default.svc:443",
        keys.k8s_service_name: names.HEADLESS,
        keys.k8s_address_type: kind,
    }
    if keys.k8s_app_name:
        settings[keys.k8s_app_name] = names.BROKER
    env = [variable(keys.k8s_namespace, "$(POD_NAMESPACE)")]
    if kind in _SUFFIX:
        env.append(variable(keys.k8s_suffix, f"{_SUFFIX[kind]}.$(CLUSTER_DOMAIN)"))
    if kind == "hostname":
        env.append(stable_host())
    return Addition(
        settings=settings,
        pod=(*env, *_IDENTITY),
        objects=_access(),
    )


_IDENTITY: tuple[Operation, ...] = (
    # A bare Pod has none of its own.
    add("/spec/serviceAccountName", names.BROKER),
    replace("/spec/automountServiceAccountToken", value=True),
)


def _access() -> tuple[Manifest, ...]:
    """
    Return the Role and RoleBinding that let a pod read one Service's Endpoints.

    ekka asks for one object and only reads it (ekka_cluster_k8s.erl, ekka 0.19.3).
    """
    name = f"{names.BROKER}-discovery"
    group = "rbac.authorization.k8s.io"
    role: Manifest = {
        "apiVersion": f"{group}/v1",
        "kind": "Role",
        "metadata": names.metadata(name),
        "rules": [
            {
                "apiGroups": [""],
                "resources": ["endpoints"],
                "resourceNames": [names.HEADLESS],
                "verbs": ["get"],
            }
        ],
    }
    binding: Manifest = {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": names.metadata(name),
        "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": names.BROKER}],
    }
    return role, binding
