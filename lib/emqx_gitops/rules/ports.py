"""Rules on what Services, policies and monitors select, and on the ports that they name there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emqx_gitops.findings import Finding
from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.kinds import group_of, labels_of, namespace_of
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.matching import is_empty, matches, pods_behind, pods_of
from emqx_gitops.rules.objects import Objects
from emqx_gitops.rules.pod_references import Reference
from emqx_gitops.rules.pods import Pod
from emqx_gitops.rules.references import CONSUMERS, DANGLING, UNSEEN, check_reference
from emqx_gitops.rules.spelling import did_you_mean


def check_ports(objects: Objects) -> Iterator[Finding]:
    """Yield selectors that match nothing, and ports that nothing behind a selector has."""
    for service in objects.of("Service"):
        yield from _service(objects, service)
    for policy in objects.of("NetworkPolicy"):
        yield from _policy(objects, policy)
    for budget in objects.of("PodDisruptionBudget"):
        selector = mapping(mapping(budget.get("spec")).get("selector"))
        if not is_empty(selector) and not pods_of(objects, namespace_of(budget), selector):
            yield _selects_nothing(objects, budget, "spec.selector")
    for ingress in objects.of("Ingress"):
        yield from _ingress(objects, ingress)
    for custom in objects.custom:
        if group_of(custom) == CONSUMERS:
            yield from _monitor(objects, custom)


def _selects_nothing(objects: Objects, owner: Manifest, path: str, what: str = "pod") -> Finding:
    rule = UNSEEN if objects.rendered.foreign else DANGLING
    message = f"the selector matches no rendered {what}"
    fix = f"Write labels that a {what} has, or accept this warning with the reason."
    return objects.at(rule, owner, path, message, fix)


def _port(
    objects: Objects, owner: Manifest, path: str, name: str, pods: Iterable[Pod]
) -> Iterator[Finding]:
    """Yield a finding where none of *pods* has a port called *name*."""
    known = {port for pod in pods for each in pod.containers for port in each.ports}
    if name not in known:
        fix = DANGLING.fix + did_you_mean(name, known)
        yield objects.at(DANGLING, owner, path, f"no selected pod has a port {name}", fix)


def _service(objects: Objects, service: Manifest) -> Iterator[Finding]:
    spec = mapping(service.get("spec"))
    if not spec.get("selector"):
        return
    pods = pods_behind(objects, service)
    if not pods:
        yield _selects_nothing(objects, service, "spec.selector")
        return
    for index, port in enumerate(entries(spec.get("ports"))):
        target = port.get("targetPort")
        if type(target) is str:
            yield from _port(objects, service, f"spec.ports[{index}].targetPort", target, pods)


def _policy(objects: Objects, policy: Manifest) -> Iterator[Finding]:
    spec = mapping(policy.get("spec"))
    selector = mapping(spec.get("podSelector"))
    pods = pods_of(objects, namespace_of(policy), selector)
    if not pods:
        if not is_empty(selector):
            yield _selects_nothing(objects, policy, "spec.podSelector")
        return
    for index, rule in enumerate(entries(spec.get("ingress"))):
        for place, each in enumerate(entries(rule.get("ports"))):
            port = each.get("port")
            if type(port) is str:
                path = f"spec.ingress[{index}].ports[{place}].port"
                yield from _port(objects, policy, path, port, pods)


def _ingress(objects: Objects, ingress: Manifest) -> Iterator[Finding]:
    spec = mapping(ingress.get("spec"))
    backends = [("spec.defaultBackend", mapping(spec.get("defaultBackend")))]
    for index, rule in enumerate(entries(spec.get("rules"))):
        for place, each in enumerate(entries(mapping(rule.get("http")).get("paths"))):
            path = f"spec.rules[{index}].http.paths[{place}].backend"
            backends.append((path, mapping(each.get("backend"))))
    for path, backend in backends:
        service = mapping(backend.get("service"))
        name = text(service.get("name"))
        reference = Reference("Service", name, f"{path}.service")
        yield from check_reference(objects, ingress, reference)
        found = objects.find("Service", namespace_of(ingress), name)
        port = text(mapping(service.get("port")).get("name"))
        if found is not None and port:
            yield from _service_port(objects, ingress, f"{path}.service.port", port, [found])


def _service_port(
    objects: Objects, owner: Manifest, path: str, name: str, services: Iterable[Manifest]
) -> Iterator[Finding]:
    known = {
        text(port.get("name"))
        for each in services
        for port in entries(mapping(each.get("spec")).get("ports"))
    }
    if name not in known:
        fix = DANGLING.fix + did_you_mean(name, known)
        yield objects.at(DANGLING, owner, path, f"no selected Service has a port {name}", fix)


def _monitor(objects: Objects, monitor: Manifest) -> Iterator[Finding]:
    """Check what the Prometheus Operator is to watch in the monitor's own namespace."""
    spec = mapping(monitor.get("spec"))
    if spec.get("namespaceSelector"):
        return
    namespace, selector = namespace_of(monitor), mapping(spec.get("selector"))
    if monitor["kind"] == "PodMonitor":
        pods = pods_of(objects, namespace, selector)
        if not pods:
            yield _selects_nothing(objects, monitor, "spec.selector")
        for index, each in enumerate(entries(spec.get("podMetricsEndpoints"))):
            if pods and type(each.get("port")) is str:
                path = f"spec.podMetricsEndpoints[{index}].port"
                yield from _port(objects, monitor, path, each["port"], pods)
    elif monitor["kind"] == "ServiceMonitor":
        services = [
            each
            for each in objects.of("Service")
            if namespace_of(each) == namespace and matches(selector, labels_of(each))
        ]
        if not services:
            yield _selects_nothing(objects, monitor, "spec.selector", "Service")
        for index, each in enumerate(entries(spec.get("endpoints"))):
            if services and type(each.get("port")) is str:
                path = f"spec.endpoints[{index}].port"
                yield from _service_port(objects, monitor, path, each["port"], services)
