"""A review such as a pull request brings: one of everything that reports have to show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emqx_gitops.manifests import Manifest, to_yaml
from emqx_gitops.review.model import (
    Change,
    EffectRule,
    Entry,
    Field,
    Hidden,
    How,
    Item,
    Object,
    Outcome,
    Review,
)

ENVIRONMENTS = ("dev", "prod", "staging")
EMQX = Item((("name", "emqx"),))


def rule(code: str, outcome: Outcome, name: str = "") -> EffectRule:
    """Return a rule that stands for a real one."""
    return EffectRule(
        code,
        name or f"example-{outcome}",
        outcome,
        f"A change that ends in {outcome}.",
        "That is how Kubernetes works.",
        "Look twice.",
        "https://kubernetes.io/docs/concepts/",
    )


REFUSED = rule("EG801", Outcome.REFUSED, "immutable-stateful-set-field")
ROLLS = rule("EG802", Outcome.ROLLING_RESTART, "pod-template-changed")
LOSS = rule("EG811", Outcome.DATA_LOSS, "claim-removed")
NODE_PORT = rule("EG821", Outcome.INTERRUPTION, "node-port-changed")
EXPOSED = rule("EG822", Outcome.WIDENED, "source-ranges-widened")
SECRET = rule("EG832", Outcome.UNKNOWN, "secret-changed")
SWAP = rule("EG803", Outcome.INTERRUPTION, "kind-swapped")
QUORUM = rule("EG906", Outcome.CLUSTER_SPLIT, "replicas-below-quorum")
IN_PLACE = rule("EG840", Outcome.IN_PLACE, "changed-in-place")
NOTHING = rule("EG841", Outcome.NONE, "order-only")

PROXY_BEFORE = """\
global
  maxconn 4096
  log stdout format raw local0

defaults
  mode tcp
  timeout connect 5s
  timeout client 3h
  timeout server 3h

frontend mqtt
  bind :1883
  default_backend emqx

backend emqx
  balance leastconn
  server emqx-0 emqx-0.emqx-headless:1883 check send-proxy-v2
  server emqx-1 emqx-1.emqx-headless:1883 check send-proxy-v2
  server emqx-2 emqx-2.emqx-headless:1883 check send-proxy-v2
"""
PROXY_AFTER = PROXY_BEFORE.replace("maxconn 4096", "maxconn 65536").replace(
    "emqx-2.emqx-headless:1883 check send-proxy-v2\n",
    "emqx-2.emqx-headless:1883 check send-proxy-v2\n"
    "  server emqx-3 emqx-3.emqx-headless:1883 check send-proxy-v2\n"
    "  server emqx-4 emqx-4.emqx-headless:1883 check send-proxy-v2\n",
)


def manifest(kind: str, name: str, namespace: str = "emqx-prod", **rest: Any) -> Manifest:
    """Return an object of one of the kinds that the examples use."""
    groups = {
        "Deployment": "apps/v1",
        "StatefulSet": "apps/v1",
        "PodDisruptionBudget": "policy/v1",
        "NetworkPolicy": "networking.k8s.io/v1",
    }
    head = {"apiVersion": groups.get(kind, "v1"), "kind": kind}
    return {**head, "metadata": {"name": name, "namespace": namespace}, **rest}


def at(environment: str, content: Manifest) -> Object:
    """Return *content* as it stands in our own tree."""
    file = f"dist/rendered/{environment}/{content['kind']}-{content['metadata']['name']}.yaml"
    return Object(content, file.lower(), 1, to_yaml(content))


def changed(environment: str, old: Manifest | None, new: Manifest | None, *fields: Field) -> Change:
    """Return a change in one environment."""
    return Change(
        at(environment, old) if old else None,
        at(environment, new) if new else None,
        fields,
        environment,
    )


def workload(kind: str = "StatefulSet", namespace: str = "emqx-prod", **spec: Any) -> Manifest:
    """Return the workload of the examples."""
    image = "docker.io/emqx/emqx:5.8.9"
    template = {"spec": {"containers": [{"name": "emqx", "image": image}]}}
    return manifest(kind, "emqx", namespace, spec={"replicas": 3, "template": template} | spec)


def field(*path: Any, how: How = How.CHANGED, old: Any = None, new: Any = None) -> Field:
    """Return a field by its steps."""
    return Field(tuple(path), how, old, new)


IMAGE = field(
    *("spec", "template", "spec", "containers", EMQX, "image"),
    old="docker.io/emqx/emqx:5.8.7",
    new="docker.io/emqx/emqx:5.8.9",
)


def refused() -> Entry:
    """Return a StatefulSet that the API server refuses, with a restart that never comes."""
    fields = (
        field("spec", "replicas", old=3, new=5),
        field("spec", "serviceName", old="emqx-headless", new="emqx-nodes"),
        IMAGE,
        field(
            *("spec", "template", "spec", "containers", EMQX, "resources", "limits", "memory"),
            old="1Gi",
            new="2Gi",
        ),
        field(
            *("spec", "template", "spec", "containers", EMQX, "env"),
            Item((("name", "EMQX_NODE__COOKIE"),)),
            "value",
            old=Hidden(24),
            new=Hidden(32),
        ),
        field(
            *("spec", "volumeClaimTemplates", Item((("metadata.name", "data"),))),
            *("spec", "resources", "requests", "storage"),
            old="10Gi",
            new="20Gi",
        ),
    )
    template = ("spec", "volumeClaimTemplates")
    advice = (
        "Delete the StatefulSet without its pods, then let Flux create it anew:\n"
        "  kubectl -n emqx-prod delete statefulset emqx --cascade=orphan\n"
        "  flux reconcile kustomization emqx-prod --with-source\n"
        "Claims that exist keep their size; enlarge each of them as well."
    )
    message = "spec.serviceName and spec.volumeClaimTemplates of a StatefulSet cannot change"
    effects = (
        QUORUM.on(
            ("spec", "template"),
            "the node cookie changes: during the roll, nodes with the old and the new cookie"
            " do not talk to each other",
            "Stop all nodes first, or keep the cookie.",
        ),
        REFUSED.on(template, message, advice),
        ROLLS.on(("spec", "template"), "all 5 pods of emqx restart, one after another", ""),
    )
    change = changed("prod", workload(), workload(replicas=5), *fields)
    return Entry((change,), effects)


def rolled() -> Entry:
    """Return the same image on the other environments."""
    changes = (
        changed(each, workload(namespace=f"emqx-{each}"), workload(namespace=f"emqx-{each}"), IMAGE)
        for each in ("dev", "staging")
    )
    effect = ROLLS.on(("spec", "template"), "all 3 pods of emqx restart, one after another", "")
    return Entry(tuple(changes), (effect,))


def settings() -> Entry:
    """Return settings that change in three environments under another hash."""
    names = ("emqx-env-2b4c6d8f9g", "emqx-env-9k8m7t6h5g")
    key = "EMQX_MQTT__MAX_PACKET_SIZE"
    change = field("data", key, old="1MB", new="10MB")
    added = field("data", "EMQX_LOG__CONSOLE__LEVEL", how=How.ADDED, new="warning")
    changes = (
        changed(
            each,
            manifest("ConfigMap", names[0], f"emqx-{each}", data={key: "1MB"}),
            manifest("ConfigMap", names[1], f"emqx-{each}", data={key: "10MB"}),
            added,
            change,
        )
        for each in ENVIRONMENTS
    )
    message = "settings reach EMQX by a new name: StatefulSet emqx restarts 3 pods"
    return Entry(tuple(changes), (ROLLS.on(("data",), message, ""),))


def removed() -> Entry:
    """Return a claim that goes."""
    claim = manifest("PersistentVolumeClaim", "data-emqx-2", spec={"storageClassName": "fast"})
    advice = (
        "Keep the volume before merging:\n"
        "  kubectl -n emqx-prod annotate pvc data-emqx-2 "
        "kustomize.toolkit.fluxcd.io/prune=disabled"
    )
    message = "the claim is pruned, and its volume with it where the class reclaims by Delete"
    return Entry((changed("prod", claim, None),), (LOSS.on((), message, advice),))


def hidden() -> Entry:
    """Return a Secret of which only lengths are known."""
    fields = (
        field("data", "bootstrap_user", old=Hidden(41), new=Hidden(57)),
        field("data", "old_user", how=How.REMOVED, old=Hidden(12)),
    )
    old = manifest("Secret", "emqx-users")
    message = "pods read it at their start only: what they do with it then is not known here"
    return Entry((changed("prod", old, old, *fields),), (SECRET.on(("data",), message),))


def ordered() -> Entry:
    """Return a list in another order."""
    ports = field("spec", "ports", how=How.ORDER, old=["mqtt", "ws"], new=["ws", "mqtt"])
    old = manifest("Service", "emqx-internal", "emqx-dev")
    message = "only the order of ports differs; nothing is reconfigured"
    return Entry((changed("dev", old, old, ports),), (NOTHING.on((), message, ""),))


def proxy() -> Entry:
    """Return a configuration of many lines."""
    before, after = PROXY_BEFORE, PROXY_AFTER
    text = field("data", "haproxy.cfg", old=before, new=after)
    old = manifest("ConfigMap", "emqx-proxy", data={"haproxy.cfg": before})
    new = manifest("ConfigMap", "emqx-proxy", data={"haproxy.cfg": after})
    message = "Deployment emqx-proxy restarts 2 pods; clients reconnect"
    return Entry((changed("prod", old, new, text),), (ROLLS.on(("data",), message, ""),))


def renamed() -> Entry:
    """Return a Service under another name."""
    old = manifest("Service", "emqx-lb", spec={"type": "LoadBalancer"})
    new = manifest("Service", "emqx-public", spec={"type": "LoadBalancer"})
    port = Item((("port", 1883), ("protocol", "TCP")))
    fields = (
        field("metadata", "name", old="emqx-lb", new="emqx-public"),
        field("spec", "loadBalancerSourceRanges", how=How.REMOVED, old=["10.0.0.0/8"]),
        field("spec", "ports", port, "nodePort", old=32596, new=31883),
    )
    effects = (
        NODE_PORT.on(
            ("spec", "ports", port, "nodePort"),
            "clients that use node port 32596 are cut off; the load balancer gets a new address",
            "Point the load balancer and DNS at the new Service before the old one goes.",
        ),
        EXPOSED.on(
            ("spec", "loadBalancerSourceRanges"),
            "every address may connect, 10.0.0.0/8 before",
            "Keep the ranges, or say in the pull request why all may connect.",
        ),
    )
    return Entry((changed("prod", old, new, *fields),), effects)


def swapped() -> Entry:
    """Return a Deployment that becomes a StatefulSet."""
    old = workload("Deployment", "emqx-dev", replicas=1)
    new = workload("StatefulSet", "emqx-dev", replicas=1, serviceName="emqx-headless")
    fields = (
        field("kind", old="Deployment", new="StatefulSet"),
        field("spec", "serviceName", how=How.ADDED, new="emqx-headless"),
        field("spec", "strategy", how=How.REMOVED, old={"type": "Recreate"}),
    )
    message = "the Deployment's pod ends while the StatefulSet's starts: clients reconnect"
    return Entry(
        (changed("dev", old, new, *fields),), (SWAP.on(("kind",), message, "Do it at night."),)
    )


def added() -> Entry:
    """Return an object that is new."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": {"app.kubernetes.io/name": "emqx"}}}
    new = manifest("PodDisruptionBudget", "emqx", "emqx-dev", spec=spec)
    effect = IN_PLACE.on((), "the object is created; no pod restarts", "")
    return Entry((changed("dev", None, new),), (effect,))


def probe() -> Entry:
    """Return a mapping that is too long for one line."""
    probe_new = {
        "httpGet": {"path": "/status", "port": 18083},
        "periodSeconds": 10,
        "failureThreshold": 30,
    }
    path = ("spec", "template", "spec", "containers", EMQX, "startupProbe")
    fields = (field(*path, how=How.ADDED, new=probe_new),)
    old = manifest("Deployment", "emqx-exporter", "emqx-staging")
    effect = ROLLS.on(path, "the only pod of emqx-exporter restarts", "")
    return Entry((changed("staging", old, old, *fields),), (effect,))


def realistic() -> Review:
    """Return all of the above, worst first."""
    entries = (
        *(removed(), refused(), renamed(), swapped(), rolled()),
        *(settings(), proxy(), probe(), hidden(), added(), ordered()),
    )
    warnings = ("dist/rendered/lab/notes.yaml: not a Kubernetes object, left out",)
    totals = {"dev": 11, "lab": 9, "prod": 23, "staging": 14}
    return review(*entries, warnings=warnings, environments=totals, unchanged=41)


def review(
    *entries: Entry,
    unchanged: int = 0,
    warnings: tuple[str, ...] = (),
    environments: Mapping[str, int] | None = None,
) -> Review:
    """Return a review of *entries* between the main branch and a topic."""
    return Review("main", "grow-prod", entries, unchanged, warnings, environments or {})


def many(number: int) -> Review:
    """Return *number* changed objects, every hundredth refused."""
    entries = []
    for index in range(number):
        name = f"emqx-{index:05}"
        old, new = (manifest("StatefulSet", name, spec={"replicas": each}) for each in (3, 5))
        fields = (
            field("spec", "replicas", old=3, new=5),
            field("data", "emqx.conf", old=PROXY_BEFORE, new=PROXY_AFTER),
        )
        kind, said = (REFUSED, "refused") if index % 100 == 0 else (ROLLS, "3 pods restart")
        entries.append(
            Entry((changed("prod", old, new, *fields),), (kind.on(("spec",), f"{name}: {said}"),))
        )
    order = list(Outcome)
    return review(*sorted(entries, key=lambda each: order.index(each.outcome)))
