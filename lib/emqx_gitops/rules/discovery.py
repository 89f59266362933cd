"""Rules on how rendered brokers find each other: Service, names, rights, order of starting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emqx_gitops.components.discovery.names import NEEDS_HOSTNAMES
from emqx_gitops.components.storage.volumes import NAME_OUTLIVES_POD
from emqx_gitops.constructs.names import DATA_PATH
from emqx_gitops.emqx.ports import EKKA, distribution_port
from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.matching import pods_behind
from emqx_gitops.rules.objects import Broker, Objects
from emqx_gitops.rules.pod_references import Reference
from emqx_gitops.rules.pods import Pod, claim_templates
from emqx_gitops.rules.references import check_reference

STARTS_IN_ORDER = Rule(
    code="EG713",
    name="brokers-start-in-order",
    severity=Severity.WARNING,
    what="A StatefulSet of several brokers starts them one after the other.",
    why=(
        "After all have stopped, the first waits for the database of those that stopped later, and "
        "they wait for the first to become ready: the cluster never starts again."
    ),
    fix="Set spec.podManagementPolicy to Parallel.",
    source="EMQX chart 5.7.1, README; emqx/emqx#6201, #4863",
)

HIDES_UNREADY = Rule(
    code="EG721",
    name="discovery-hides-unready-nodes",
    severity=Severity.WARNING,
    what="The Service by which brokers find each other does not publish pods that are not ready.",
    why="A node that starts sees neither itself nor its peers there, and goes on alone.",
    fix="Set spec.publishNotReadyAddresses to true on this Service.",
    source="ekka_cluster_k8s.erl and ekka_autocluster.erl, ekka 0.19.3",
)

UNFIT_SERVICE = Rule(
    code="EG722",
    name="discovery-service-unfit",
    severity=Severity.ERROR,
    what="The Service by which brokers find each other is not headless, or selects other pods too.",
    why=(
        "DNS then gives one address for all nodes; and one pod without a host name behind it makes "
        "discovery fail for all nodes with `badkey, hostname`."
    ),
    fix="Use a Service with `clusterIP: None` whose selector matches the brokers and nothing else.",
    source="ekka_cluster_dns.erl and ekka_cluster_k8s.erl, ekka 0.19.3; emqx-gitops guide, row 11",
)

PORT_MOVES = Rule(
    code="EG725",
    name="distribution-port-moves",
    severity=Severity.WARNING,
    what="The name of a broker, before the `@`, ends in a digit.",
    why=(
        f"The digits are added to the port by which nodes talk, {EKKA}; Services and network "
        "policies that name this port then shut the nodes off from each other."
    ),
    fix="Let EMQX_NAME end in a letter.",
    source="ekka_dist.erl, ekka 0.19.3",
)

RULES = (STARTS_IN_ORDER, HIDES_UNREADY, UNFIT_SERVICE, PORT_MOVES)


@dataclass(frozen=True, slots=True)
class Discovery:
    """How the nodes of one broker container find each other, as far as its settings say."""

    strategy: str
    """``k8s``, ``dns`` or what else is set; empty where nothing is."""

    kind: str
    """Address or record type."""

    service: str
    """Name of the Service that is asked; empty where it is not known, or lies elsewhere."""

    path: str
    """Where the Service is named, for messages."""


def discovery_of(broker: Broker) -> Discovery:
    """Return how *broker* looks for its peers; defaults are EMQX's own."""
    get = broker.settings.get
    strategy = get("EMQX_CLUSTER__DISCOVERY_STRATEGY") or get("EMQX_CLUSTER__DISCOVERY") or ""
    if strategy == "k8s":
        service = get("EMQX_CLUSTER__K8S__SERVICE_NAME") or ""
        kind = get("EMQX_CLUSTER__K8S__ADDRESS_TYPE") or "ip"
        return Discovery(strategy, kind, service, "EMQX_CLUSTER__K8S__SERVICE_NAME")
    if strategy == "dns":
        name = (get("EMQX_CLUSTER__DNS__NAME") or "").split(".")
        record = get("EMQX_CLUSTER__DNS__RECORD_TYPE") or get("EMQX_CLUSTER__DNS__TYPE") or "a"
        own = len(name) > 2 and name[1] in {"$(POD_NAMESPACE)", broker.pod.namespace}  # noqa: PLR2004
        service = name[0] if own and name[2] == "svc" else ""
        return Discovery(strategy, record, service, "EMQX_CLUSTER__DNS__NAME")
    return Discovery(strategy, "", "", "")


def check_discovery(objects: Objects) -> Iterator[Finding]:
    """Yield what would keep rendered brokers from forming a cluster."""
    for broker in objects.brokers:
        yield from _name(objects, broker)
        discovery = discovery_of(broker)
        if broker.pod.replicas > 1:
            yield from _order(objects, broker.pod)
            yield from _service(objects, broker, discovery)
        yield from _pod_ip_names(objects, broker, discovery)


def _order(objects: Objects, pod: Pod) -> Iterator[Finding]:
    spec = mapping(pod.owner.get("spec"))
    if pod.kind == "StatefulSet" and spec.get("podManagementPolicy") != "Parallel":
        message = f"{pod.replicas} brokers start one after the other"
        yield objects.at(STARTS_IN_ORDER, pod.owner, "spec.podManagementPolicy", message)


def _service(objects: Objects, broker: Broker, discovery: Discovery) -> Iterator[Finding]:
    pod, name = broker.pod, discovery.service
    if not name:
        return
    where = f"{broker.container.path}.env ({discovery.path})"
    yield from check_reference(objects, pod.owner, Reference("Service", name, where))
    if discovery.kind in {"hostname", "srv"}:
        yield from _hostnames(objects, pod, discovery)
    service = objects.find("Service", pod.namespace, name)
    if service is None:
        return
    spec = mapping(service.get("spec"))
    if discovery.strategy == "dns" and spec.get("clusterIP") != "None":
        message = f"DNS gives one address for Service {name}, not those of its pods"
        yield objects.at(UNFIT_SERVICE, service, "spec.clusterIP", message)
    brokers = {id(each.pod) for each in objects.brokers}
    for other in pods_behind(objects, service):
        if id(other) not in brokers:
            message = f"the selector also matches the pods of {other.kind} {other.name}"
            yield objects.at(UNFIT_SERVICE, service, "spec.selector", message)
    if spec.get("publishNotReadyAddresses") is not True:
        path = "spec.publishNotReadyAddresses"
        message = f"brokers find each other by Service {name}, which hides those not ready"
        yield objects.at(HIDES_UNREADY, service, path, message)


def _hostnames(objects: Objects, pod: Pod, discovery: Discovery) -> Iterator[Finding]:
    """Yield a finding where pods have no name below the Service that is asked for names."""
    asked = f"discovery {discovery.strategy} {discovery.kind}"
    if pod.kind == "StatefulSet":
        governing = text(mapping(pod.owner.get("spec")).get("serviceName"))
        if governing != discovery.service:
            message = f"{asked} asks Service {discovery.service}, and the pods' names are below "
            message += f"{governing or 'no Service'}"
            fix = f"Set spec.serviceName to {discovery.service}."
            yield objects.at(NEEDS_HOSTNAMES, pod.owner, "spec.serviceName", message, fix)
    elif text(pod.spec.get("subdomain")) != discovery.service:
        message = f"{asked} cannot work with a {pod.kind}"
        yield objects.at(NEEDS_HOSTNAMES, pod.owner, "kind", message)


def _pod_ip_names(objects: Objects, broker: Broker, discovery: Discovery) -> Iterator[Finding]:
    by_ip = (discovery.strategy, discovery.kind) in {("k8s", "ip"), ("k8s", "dns"), ("dns", "a")}
    fixed = {"EMQX_HOST", "EMQX_NODE_NAME", "EMQX_NODE__NAME"} & broker.settings.keys()
    if by_ip and broker.complete and not fixed and _keeps_data(broker):
        path = f"{broker.container.path}.volumeMounts"
        message = f"data is kept, and node names hold pod IPs with {discovery.strategy} "
        yield objects.at(NAME_OUTLIVES_POD, broker.pod.owner, path, message + discovery.kind)


def _keeps_data(broker: Broker) -> bool:
    """Tell whether the data volume outlives the pod."""
    lasting = {
        text(each.get("name"))
        for each in entries(broker.pod.spec.get("volumes"))
        if "persistentVolumeClaim" in each or "nfs" in each or "hostPath" in each
    }
    for template in claim_templates(broker.pod):
        lasting.add(text(mapping(template.get("metadata")).get("name")))
    return any(
        text(mount.get("name")) in lasting and text(mount.get("mountPath")).startswith(DATA_PATH)
        for mount in entries(broker.container.body.get("volumeMounts"))
    )


def _name(objects: Objects, broker: Broker) -> Iterator[Finding]:
    for key in ("EMQX_NODE_NAME", "EMQX_NODE__NAME", "EMQX_NAME"):
        value = broker.settings.get(key)
        if value and not value.partition("@")[0].endswith(")"):
            port = distribution_port(value)
            if port != EKKA:
                message = f"{key} is {value}, so this node listens on {port}, not {EKKA}"
                path = f"{broker.container.path}.env ({key})"
                yield objects.at(PORT_MOVES, broker.pod.owner, path, message)
            return
