"""Rules on what brokers may do that ask the Kubernetes API for their peers."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.discovery import discovery_of
from emqx_gitops.rules.kinds import namespace_of
from emqx_gitops.rules.lenient import entries, mapping, text, texts
from emqx_gitops.rules.objects import Broker, Objects
from emqx_gitops.rules.pods import Pod

NO_RIGHTS = Rule(
    code="EG723",
    name="discovery-without-rights",
    severity=Severity.WARNING,
    what="Brokers ask the Kubernetes API for their peers, and no rendered Role lets them.",
    why="Unless rights are given elsewhere the API answers 403, and every node stays alone.",
    fix="Bind a Role with `get` on `endpoints` to the ServiceAccount of the pods.",
    source="ekka_cluster_k8s.erl, ekka 0.19.3; emqx/ekka#49, emqx/emqx#2608",
)

NO_TOKEN = Rule(
    code="EG724",
    name="discovery-without-token",
    severity=Severity.ERROR,
    what="Brokers ask the Kubernetes API for their peers, and their pods have no token.",
    why="The node cannot read the token file, and stays alone.",
    fix="Set automountServiceAccountToken to true in the pod.",
    source="ekka_cluster_k8s.erl, ekka 0.19.3",
)

RULES = (NO_RIGHTS, NO_TOKEN)

_TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105  (a path)


def check_rights(objects: Objects) -> Iterator[Finding]:
    """Yield what would have the API server turn brokers away."""
    for broker in objects.brokers:
        discovery = discovery_of(broker)
        if discovery.strategy == "k8s":
            yield from _token(objects, broker)
            if not _may_read(objects, broker.pod, discovery.service):
                pod = broker.pod
                message = f"no rendered Role lets ServiceAccount {pod.account} get endpoints"
                yield objects.at(NO_RIGHTS, pod.owner, f"{pod.path}.serviceAccountName", message)


def _token(objects: Objects, broker: Broker) -> Iterator[Finding]:
    pod = broker.pod
    mounted = pod.spec.get("automountServiceAccountToken")
    account = objects.find("ServiceAccount", pod.namespace, pod.account)
    if mounted is None and account is not None:
        mounted = account.get("automountServiceAccountToken")
    by_hand = any(
        text(mount.get("mountPath")).rstrip("/") == _TOKEN_PATH
        for mount in entries(broker.container.body.get("volumeMounts"))
    )
    if mounted is False and not by_hand:
        path = f"{pod.path}.automountServiceAccountToken"
        message = "discovery k8s needs a token, and none is mounted"
        yield objects.at(NO_TOKEN, pod.owner, path, message)


def _may_read(objects: Objects, pod: Pod, service: str) -> bool:
    """Tell whether a binding gives the pod's account the right, or a role that is not rendered."""
    for binding in (*objects.of("RoleBinding"), *objects.of("ClusterRoleBinding")):
        if not any(_is_account(each, binding, pod) for each in entries(binding.get("subjects"))):
            continue
        ref = mapping(binding.get("roleRef"))
        kind, name = text(ref.get("kind")), text(ref.get("name"))
        namespace = pod.namespace if kind == "Role" else ""
        role = objects.find(kind, namespace, name)
        if role is None or any(_gives(each, service) for each in entries(role.get("rules"))):
            return True
    return False


def _is_account(subject: Manifest, binding: Manifest, pod: Pod) -> bool:
    """Tell whether a binding's *subject* is the pod's account, or a group that it is in."""
    kind, name = subject.get("kind"), text(subject.get("name"))
    if kind == "Group":
        return name in {"system:serviceaccounts", f"system:serviceaccounts:{pod.namespace}"}
    namespace = text(subject.get("namespace")) or namespace_of(binding)
    return kind == "ServiceAccount" and (namespace, name) == (pod.namespace, pod.account)


def _gives(rule: Manifest, service: str) -> bool:
    """Tell whether a role's *rule* lets read the Endpoints of *service*."""

    def has(field: str, wanted: str) -> bool:
        values = texts(rule.get(field))
        return wanted in values or "*" in values

    names = texts(rule.get("resourceNames"))
    named = not names or not service or service in names
    return has("apiGroups", "") and has("resources", "endpoints") and has("verbs", "get") and named
