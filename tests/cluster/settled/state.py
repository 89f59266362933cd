"""Whether an environment has settled: what a user who applied it would look at, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emqx_gitops.manifests import Manifest
from tests.cluster.settled.asked import Asked
from tests.cluster.settled.snapshot import Snapshot, condition

BROKERS = {"app.kubernetes.io/name": "emqx", "app.kubernetes.io/component": "core"}


def state_problems(asked: Asked, held: Snapshot) -> list[str]:
    """Return what is not as it must be once everything has settled; waiting may mend it."""
    return [
        *_pods(asked, held),
        *_claims(asked, held),
        *_services(asked, held),
        *_budgets(held),
        *_ports(asked, held),
    ]


def _pods(asked: Asked, held: Snapshot) -> Iterator[str]:
    wanted = {}
    for kind in ("StatefulSet", "Deployment"):
        for each in held.of(kind):
            wanted[each["metadata"]["name"]] = each["spec"]["replicas"]
            labels = each["spec"]["selector"]["matchLabels"]
            found = len(held.selected(labels))
            if found != each["spec"]["replicas"]:
                yield f"{kind} {each['metadata']['name']}: {found} pods"
    brokers = len(held.selected(BROKERS))
    if brokers != asked.replicas:
        yield f"{brokers} brokers, not {asked.replicas}"
    for pod in held.of("Pod"):
        if not condition(pod, "Ready"):
            told = [c.get("message") for c in pod["status"].get("conditions", ())]
            yield f"pod {pod['metadata']['name']} is not Ready: {told}"


def _claims(asked: Asked, held: Snapshot) -> Iterator[str]:
    kind = asked.data["storage"]["type"]
    claims = held.of("PersistentVolumeClaim")
    wanted = 0 if kind == "ephemeral" else asked.replicas
    if len(claims) != wanted:
        yield f"{len(claims)} claims, not {wanted}"
    for claim in claims:
        name = claim["metadata"]["name"]
        volume = held.find("PersistentVolume", claim["spec"].get("volumeName", ""))
        if claim.get("status", {}).get("phase") != "Bound" or volume is None:
            yield f"claim {name} is not Bound"
            continue
        meant = _meant(asked, name)
        different = {k: v for k, v in meant.items() if volume["spec"].get(k) != v}
        if different:
            yield f"claim {name} is bound to another volume: not {different}"
        yield from _mounted(claim, held, asked)


def _meant(asked: Asked, claim: str) -> Mapping[str, Any]:
    """Return what the volume of a claim must say, as the environment's file has it."""
    storage = asked.data["storage"]
    pod = claim.removeprefix("data-")
    folder = f"{storage.get('path')}/{asked.namespace}/{pod}"
    if "class" in storage:
        return {"storageClassName": storage["class"]}
    if storage["type"] == "nfs":
        return {"nfs": {"server": storage["server"], "path": folder}}
    if storage["type"] == "local":
        machine = storage["nodes"][int(pod.rpartition("-")[2])]
        term = {"key": "kubernetes.io/hostname", "operator": "In", "values": [machine]}
        terms = {"nodeSelectorTerms": [{"matchExpressions": [term]}]}
        return {"local": {"path": folder}, "nodeAffinity": {"required": terms}}
    return {"nfs": {"server": "nfs.example.com", "path": f"/given/given-{asked.namespace}"}}


def _mounted(claim: Manifest, held: Snapshot, asked: Asked) -> Iterator[str]:
    """Yield a problem unless one broker, on the right machine, has the claim as its data."""
    name = claim["metadata"]["name"]
    users = [pod for pod in held.selected(BROKERS) if name in _data_claims(pod)]
    if len(users) != 1:
        yield f"claim {name} is the data of {len(users)} brokers"
        return
    pod = users[0]
    if asked.data["storage"]["type"] == "local":
        machine = asked.data["storage"]["nodes"][int(name.rpartition("-")[2])]
        if pod["spec"].get("nodeName") != machine:
            yield f"pod {pod['metadata']['name']} is not on {machine}"


def _data_claims(pod: Manifest) -> list[str]:
    """Return the claims that are mounted where EMQX keeps its data."""
    volumes = {each["name"]: each for each in pod["spec"].get("volumes", ())}
    return [
        volumes[mount["name"]].get("persistentVolumeClaim", {}).get("claimName", "")
        for container in pod["spec"]["containers"]
        for mount in container.get("volumeMounts", ())
        if mount["mountPath"] == "/opt/emqx/data"
    ]


def _services(asked: Asked, held: Snapshot) -> Iterator[str]:
    names = {e["metadata"]["name"] for e in asked.objects if e["kind"] == "Service"}
    for name in sorted(names):
        service = held.find("Service", name)
        endpoints = held.find("Endpoints", name)
        if service is None or endpoints is None:
            yield f"Service {name} is not there, or has no Endpoints"
            continue
        selected = {
            pod["status"].get("podIP") for pod in held.selected(service["spec"]["selector"])
        }
        wanted = {port.get("name") for port in service["spec"]["ports"]}
        for port in sorted(wanted, key=str):
            found = set(_addresses(endpoints, port))
            if not found or found != selected:
                yield f"Service {name}, port {port}: endpoints {found}, pods {selected}"


def _addresses(endpoints: Manifest, port: str | None) -> Iterator[str]:
    for subset in endpoints.get("subsets") or ():
        if any(each.get("name") == port for each in subset.get("ports") or ()):
            yield from (each["ip"] for each in subset.get("addresses") or ())


def _budgets(held: Snapshot) -> Iterator[str]:
    for budget in held.of("PodDisruptionBudget"):
        status, name = budget.get("status", {}), budget["metadata"]["name"]
        pods = len(held.selected(budget["spec"]["selector"]["matchLabels"]))
        healthy = status.get("currentHealthy", 0) >= status.get("desiredHealthy", 1)
        if status.get("expectedPods") != pods or not pods:
            yield f"PodDisruptionBudget {name} is for {status.get('expectedPods')} of {pods} pods"
        elif not healthy or not status.get("disruptionsAllowed"):
            yield f"PodDisruptionBudget {name} lets no pod go: {status}"


def _ports(asked: Asked, held: Snapshot) -> Iterator[str]:
    exposure = asked.data["exposure"]
    types = {"clusterIp": "ClusterIP", "nodePort": "NodePort", "loadBalancer": "LoadBalancer"}
    services = [s for s in held.of("Service") if s["spec"]["type"] == types[exposure["type"]]]
    if not services:
        yield f"no Service of type {types[exposure['type']]}"
    wanted = set(exposure.get("nodePorts", {}).values())
    given = {port.get("nodePort") for s in services for port in s["spec"]["ports"]}
    if not wanted <= given:
        yield f"node ports {sorted(wanted - given)} are not open"
