"""Listeners that come, go and move, and the dashboard."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.emqx.advice import ctl
from emqx_gitops.review.effects.emqx.client_rules import (
    DASHBOARD_EXPOSED,
    LISTENER_ADDED,
    LISTENER_MOVED,
    LISTENER_REMOVED,
)
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Found, Place, blame, found
from emqx_gitops.review.effects.emqx.listeners import (
    Listener,
    changed,
    dashboard,
    doors,
    leads_to,
    listeners,
    services_of,
)
from emqx_gitops.review.effects.emqx.proxies import senders
from emqx_gitops.review.model import Item, Path
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.matching import has_labels

_OUTSIDE = frozenset({"LoadBalancer", "NodePort"})


def judge_listeners(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield listeners that are turned on or off, or listen elsewhere."""
    before, after = listeners(old), listeners(new)
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        place = changed(old, new, key, "bind", "enable", "off")
        if was and not now:
            missed = _missed(old, new, was)
            if missed is None:
                continue
            message = f"{was.label} on port {was.port} is turned off: its clients are refused"
            message += _lost(missed)
            advice = f"{LISTENER_REMOVED.fix}\n{ctl(old, 'listeners')}"
            yield found(LISTENER_REMOVED, place, message, advice)
        elif now and not was:
            # What expects PROXY headers is for proxies; clients do not come this way.
            if not now.proxied:
                message = f"{new.nodes} answer {now.label} on port {now.port}"
                yield found(LISTENER_ADDED, place, message)
        elif was and now and (was.host, was.port) != (now.host, now.port):
            seen = doors(old, was.port), doors(new, now.port)
            lost = sorted(seen[0] - seen[1])
            if lost or not any(seen):
                message = f"{was.label} moves from port {was.port} to {now.port}"
                yield found(LISTENER_MOVED, place, message + _lost(lost))


def _lost(ways: list[tuple[str, int]]) -> str:
    return "".join(f", and Service {name} leads to it no longer by {port}" for name, port in ways)


def _missed(old: Cluster, new: Cluster, gone: Listener) -> list[tuple[str, int]] | None:
    """Return by which Services clients miss a listener that is *gone*; None where nobody does."""
    if gone.proxied:
        return [] if any(senders(new, gone.port)) else None
    if not services_of(old) or old.pod.spec.get("hostNetwork") is True:
        return []
    # Where the same port of the same Service leads to a proxy now, clients see no difference.
    kept = {
        (key.name, entry.get("port", 0))
        for key, service in new.among("Service")
        if not has_labels(mapping(mapping(service.get("spec")).get("selector")), new.pod.labels)
        for entry in entries(mapping(service.get("spec")).get("ports"))
    }
    return sorted(doors(old, gone.port) - kept) or None


def judge_dashboard(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield a dashboard that is gone, has moved, or is seen from outside."""
    yield from _dashboard_listeners(old, new)
    before = {way for _, port in dashboard(old).values() for way, _ in _ways_in(old, port)}
    told: set[str] = set()
    for _, port in dashboard(new).values():
        for way, place in _ways_in(new, port):
            if way not in before | told:
                told.add(way)
                message = f"the dashboard of {new.kind} {new.name} can be reached by {way}"
                yield found(DASHBOARD_EXPOSED, _opened(old, new, place), message)


def _opened(old: Cluster, new: Cluster, place: Place) -> Place:
    """Return *place*, or the type of its Service where that is what changes."""
    types = [mapping(each.side.get(place.owner, {}).get("spec")).get("type") for each in (old, new)]
    changed_type = place.owner.kind == "Service" and types[0] != types[1]
    return place._replace(path=("spec", "type")) if changed_type else place


def _dashboard_listeners(old: Cluster, new: Cluster) -> Iterator[Found]:
    before, after = dashboard(old), dashboard(new)
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        facts = old.settings.get(key), new.settings.get(key)
        if was == now or not any(facts):
            continue
        place = blame(*facts)
        if was and now is None:
            message = f"the dashboard and its API no longer answer on port {was[1]}, nor do probes "
            message += "that ask there"
            yield found(LISTENER_REMOVED, place, message)
        elif now and was is None:
            yield found(LISTENER_ADDED, place, f"the dashboard also answers on port {now[1]}")
        elif was and now and was[0] and not now[0]:
            message = f"the dashboard answers on all addresses, not only on {was[0]}"
            yield found(DASHBOARD_EXPOSED, place, message)
        elif was and now and was[1] != now[1] and doors(old, was[1]) - doors(new, now[1]):
            lost = sorted(doors(old, was[1]) - doors(new, now[1]))
            message = f"the dashboard moves from port {was[1]} to {now[1]}"
            yield found(LISTENER_MOVED, place, message + _lost(lost))


def _ways_in(cluster: Cluster, port: int) -> Iterator[tuple[str, Place]]:
    """Yield how *port* is reached from outside the Kubernetes cluster, and where that stands."""
    if cluster.pod.spec.get("hostNetwork") is True:
        yield "the machines' own network", cluster.in_pod("hostNetwork")
    for service, entry in leads_to(cluster, port):
        spec, owner = mapping(service.get("spec")), ResourceId.of(service)
        number = entry.get("port", 0)
        if spec.get("type") in _OUTSIDE or spec.get("externalIPs"):
            item = Item((("port", number),))
            how = f"port {number} of Service {owner.name}, a {spec.get('type', 'ClusterIP')}"
            yield how, Place(owner, ("spec", "ports", item))
        for ingress, path in _routes(cluster, owner.name, number, text(entry.get("name"))):
            yield f"{ingress.kind} {ingress.name}", Place(ingress, path)


def _routes(
    cluster: Cluster, service: str, port: int, name: str
) -> Iterator[tuple[ResourceId, Path]]:
    for key, ingress in cluster.among("Ingress"):
        spec = mapping(ingress.get("spec"))
        backends = [mapping(spec.get("defaultBackend"))]
        for rule in entries(spec.get("rules")):
            paths = entries(mapping(rule.get("http")).get("paths"))
            backends += [mapping(each.get("backend")) for each in paths]
        for backend in backends:
            asked = mapping(backend.get("service"))
            wanted = mapping(asked.get("port"))
            here = wanted.get("number") == port or (name and wanted.get("name") == name)
            if asked.get("name") == service and here:
                yield key, ("spec",)
    for kind in ("HTTPRoute", "TLSRoute", "TCPRoute"):
        for key, route in cluster.among(kind):
            if any(_is_to(ref, service, port) for ref in _references(route)):
                yield key, ("spec", "rules")


def _references(route: Manifest) -> list[Manifest]:
    rules = entries(mapping(route.get("spec")).get("rules"))
    return [ref for rule in rules for ref in entries(rule.get("backendRefs"))]


def _is_to(reference: Manifest, service: str, port: int) -> bool:
    return reference.get("name") == service and reference.get("port") == port
