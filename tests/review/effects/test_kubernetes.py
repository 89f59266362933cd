"""Each rule on Kubernetes' own kinds fires, and does not on the change next to it."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.model import Apply
from tests.review.effects.changes import (
    LABELS,
    Edit,
    claiming,
    codes,
    drop,
    edited,
    made,
    put,
    service,
    workload,
)

ON, OFF = True, False

TEMPLATE = ("spec", "template", "spec")
CONTAINER = (*TEMPLATE, "containers", 0)
SECURITY = (*CONTAINER, "securityContext")
POLICY_PORT = [{"port": 1883, "protocol": "TCP"}]

IMAGE = put(*CONTAINER, "image", "emqx/emqx:5.8.8")
POD = made("Pod", spec=workload()["spec"]["template"]["spec"])
BUDGET = made(
    "PodDisruptionBudget",
    "policy/v1",
    spec={"maxUnavailable": 1, "selector": {"matchLabels": LABELS}},
)
ONE_MUST_STAY = made(
    "PodDisruptionBudget",
    "policy/v1",
    spec={"minAvailable": 2, "selector": {"matchLabels": LABELS}},
)
CLAIM = made(
    "PersistentVolumeClaim",
    spec={
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10Gi"}},
        "storageClassName": "fast",
    },
)
SIZE = ("spec", "resources", "requests", "storage")
FAST = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "fast"},
    "provisioner": "x/y",
}
GROWING = {**FAST, "allowVolumeExpansion": True}
VOLUME: Manifest = {
    "apiVersion": "v1",
    "kind": "PersistentVolume",
    "metadata": {"name": "v"},
    "spec": {
        "capacity": {"storage": "10Gi"},
        "nfs": {"server": "a", "path": "/b"},
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": {"namespace": "demo", "name": "emqx"},
    },
}
NODE_PORTS = service(
    type="NodePort", ports=[{"name": "mqtt", "port": 1883, "nodePort": 31883, "protocol": "TCP"}]
)
OTHER_PORT = made(
    "Service", name="other", spec={"type": "NodePort", "ports": [{"port": 1, "nodePort": 31884}]}
)
BALANCER = service(type="LoadBalancer", loadBalancerSourceRanges=["192.0.2.0/24"])
NETWORK = made(
    "NetworkPolicy",
    "networking.k8s.io/v1",
    spec={
        "podSelector": {"matchLabels": LABELS},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"ipBlock": {"cidr": "192.0.2.0/24"}}], "ports": POLICY_PORT}],
    },
)
BLOCK = ("spec", "ingress", 0, "from", 0, "ipBlock")
RBAC = "rbac.authorization.k8s.io/v1"
ROLE = made(
    "Role", RBAC, rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
)
BINDING = made(
    "RoleBinding",
    RBAC,
    roleRef={"kind": "Role", "name": "emqx"},
    subjects=[{"kind": "ServiceAccount", "name": "emqx", "namespace": "demo"}],
)
ACCOUNT = made("ServiceAccount", automountServiceAccountToken=False)
CONFIG = made("ConfigMap", data={"a": "1"})
FIXED = made("ConfigMap", data={"a": "1"}, immutable=True)
SECRET = made("Secret", data={"a": "MQ=="})
READING = edited(workload(), put(*CONTAINER, "envFrom", [{"configMapRef": {"name": "emqx"}}]))
LEVEL = "pod-security.kubernetes.io/enforce"
NAMESPACE: Manifest = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "demo", "labels": {LEVEL: "restricted"}},
}
LOOSE = edited(NAMESPACE, put("metadata", "labels", LEVEL, "privileged"))
ROOT = edited(workload(), put(*TEMPLATE, "hostNetwork", ON))
JOB = made(
    "Job",
    "batch/v1",
    spec={
        "template": {
            "spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "b:1"}]}
        }
    },
)
OTHER_LABELS = {"app": "other"}
ELSEWHERE = edited(workload(), put("metadata", "name", "other"))
ELSEWHERE["spec"]["template"]["metadata"]["labels"] = OTHER_LABELS
ELSEWHERE["spec"]["selector"]["matchLabels"] = OTHER_LABELS
SELECTOR = ("spec", "selector", "app")

Row = tuple[str, Manifest, Edit, Edit, tuple[Manifest, ...]]

ROWS: list[Row] = [
    # code, object, an edit that the rule finds, the edit next to it, objects beside
    (
        "EG800",
        workload("Deployment", strategy={"type": "Recreate"}),
        IMAGE,
        put("spec", "minReadySeconds", 5),
        (),
    ),
    (
        "EG800",
        workload("Deployment", strategy={"rollingUpdate": {"maxUnavailable": "100%"}}),
        IMAGE,
        put("spec", "paused", ON),
        (),
    ),
    (
        "EG801",
        claiming(),
        put("spec", "serviceName", "b"),
        put("spec", "revisionHistoryLimit", 1),
        (),
    ),
    (
        "EG801",
        claiming(),
        put("spec", "volumeClaimTemplates", 0, *SIZE, "20Gi"),
        put("spec", "volumeClaimTemplates", 0, *SIZE, "10240Mi"),
        (),
    ),
    ("EG802", workload(), IMAGE, put(*CONTAINER, "terminationMessagePolicy", "File"), ()),
    (
        "EG802",
        workload(),
        put(*CONTAINER, "resources", "limits", "memory", "1073741824"),
        put(*CONTAINER, "resources", "limits", "memory", "1024Mi"),
        (),
    ),
    (
        "EG802",
        workload(),
        put(*TEMPLATE, "enableServiceLinks", ON),
        put(*TEMPLATE, "dnsPolicy", "ClusterFirst"),
        (),
    ),
    (
        "EG802",
        workload(),
        lambda m: m["spec"]["template"]["spec"]["containers"][0]["env"].reverse(),
        lambda m: m.update(dict(reversed(m.items()))),
        (),
    ),
    (
        "EG802",
        workload("Deployment"),
        IMAGE,
        put(*CONTAINER, "resources", "limits", "memory", "1073741824"),
        (),
    ),
    (
        "EG803",
        workload(updateStrategy={"type": "OnDelete"}),
        IMAGE,
        put("spec", "minReadySeconds", 5),
        (),
    ),
    (
        "EG803",
        workload(updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}),
        IMAGE,
        put("spec", "minReadySeconds", 5),
        (),
    ),
    ("EG804", workload(), put("spec", "replicas", 5), put("spec", "minReadySeconds", 5), ()),
    ("EG805", workload(), put("spec", "replicas", 0), put("spec", "replicas", 1), ()),
    (
        "EG806",
        workload(),
        put("spec", "ordinals", {"start": 1}),
        put("spec", "ordinals", {"start": 0}),
        (),
    ),
    (
        "EG807",
        workload("Deployment"),
        put("spec", "selector", "matchLabels", "x", "1"),
        put("metadata", "labels", "x", "1"),
        (),
    ),
    (
        "EG808",
        JOB,
        put("spec", "template", "spec", "containers", 0, "image", "b:2"),
        put("spec", "backoffLimit", 1),
        (),
    ),
    ("EG808", JOB, put("spec", "completions", 2), put("spec", "ttlSecondsAfterFinished", 9), ()),
    ("EG809", POD, put("spec", "hostname", "x"), put("metadata", "labels", "x", "1"), ()),
    (
        "EG809",
        POD,
        put("spec", "nodeSelector", {"a": "b"}),
        put("spec", "enableServiceLinks", ON),
        (),
    ),
    (
        "EG810",
        POD,
        put("spec", "containers", 0, "image", "a:1"),
        put("spec", "activeDeadlineSeconds", 9),
        (),
    ),
    (
        "EG811",
        CLAIM,
        put("spec", "accessModes", 0, "ReadWriteMany"),
        put("spec", "volumeMode", "Filesystem"),
        (),
    ),
    ("EG812", CLAIM, put(*SIZE, "5Gi"), put(*SIZE, "10240Mi"), ()),
    ("EG813", CLAIM, put(*SIZE, "20Gi"), put("metadata", "labels", "x", "1"), (GROWING,)),
    ("EG814", CLAIM, put(*SIZE, "20Gi"), put(*SIZE, "5Gi"), (FAST,)),
    ("EG815", CLAIM, put(*SIZE, "20Gi"), put(*SIZE, "5Gi"), ()),
    (
        "EG816",
        VOLUME,
        put("spec", "nfs", "path", "/c"),
        put("spec", "capacity", "storage", "20Gi"),
        (),
    ),
    (
        "EG816",
        edited(VOLUME, put("spec", "nodeAffinity", {"required": {}})),
        drop("spec", "nodeAffinity"),
        put("spec", "mountOptions", ["a"]),
        (),
    ),
    (
        "EG817",
        VOLUME,
        put("spec", "persistentVolumeReclaimPolicy", "Delete"),
        drop("spec", "persistentVolumeReclaimPolicy"),
        (),
    ),
    (
        "EG818",
        claiming(),
        put("spec", "persistentVolumeClaimRetentionPolicy", {"whenScaled": "Delete"}),
        put("spec", "persistentVolumeClaimRetentionPolicy", {"whenScaled": "Retain"}),
        (),
    ),
    (
        "EG819",
        VOLUME,
        put("spec", "claimRef", "name", "b"),
        put("spec", "claimRef", "kind", "PersistentVolumeClaim"),
        (),
    ),
    (
        "EG820",
        service(),
        put("spec", "clusterIP", "None"),
        put("spec", "sessionAffinity", "None"),
        (),
    ),
    (
        "EG821",
        service(clusterIP="None"),
        drop("spec", "clusterIP"),
        put("spec", "type", "ClusterIP"),
        (),
    ),
    (
        "EG821",
        NODE_PORTS,
        drop("spec", "ports", 0, "nodePort"),
        put("spec", "ports", 0, "nodePort", 31885),
        (),
    ),
    (
        "EG822",
        NODE_PORTS,
        put("spec", "ports", 0, "nodePort", 31885),
        put("spec", "ports", 0, "targetPort", 1883),
        (),
    ),
    (
        "EG823",
        NODE_PORTS,
        put("spec", "ports", 0, "nodePort", 31884),
        put("spec", "ports", 0, "nodePort", 31885),
        (OTHER_PORT,),
    ),
    (
        "EG823",
        NODE_PORTS,
        put("spec", "ports", 0, "nodePort", 80),
        put("spec", "ports", 0, "nodePort", 32767),
        (),
    ),
    (
        "EG824",
        service(),
        put("spec", "externalTrafficPolicy", "Local"),
        put("spec", "internalTrafficPolicy", "Local"),
        (),
    ),
    (
        "EG824",
        service(clusterIP="None"),
        put("spec", "type", "NodePort"),
        put("spec", "type", "ClusterIP"),
        (),
    ),
    (
        "EG824",
        BALANCER,
        put("spec", "loadBalancerClass", "a/b"),
        put("spec", "externalTrafficPolicy", "Local"),
        (),
    ),
    ("EG825", BALANCER, put("spec", "type", "ClusterIP"), put("spec", "ports", 0, "name", "x"), ()),
    ("EG826", service(), put("spec", "type", "NodePort"), put("spec", "type", "ClusterIP"), ()),
    (
        "EG827",
        NODE_PORTS,
        lambda m: (put("spec", "type", "ClusterIP")(m), drop("spec", "ports", 0, "nodePort")(m)),
        put("spec", "type", "LoadBalancer"),
        (),
    ),
    (
        "EG828",
        service(),
        put("spec", "ports", 0, "port", 1884),
        put("spec", "ports", 0, "name", "x"),
        (),
    ),
    (
        "EG829",
        service(),
        put("spec", "ports", 0, "targetPort", 1884),
        drop("spec", "ports", 0, "protocol"),
        (),
    ),
    (
        "EG830",
        BINDING,
        put("roleRef", "name", "b"),
        put("roleRef", "apiGroup", "rbac.authorization.k8s.io"),
        (),
    ),
    (
        "EG831",
        ROLE,
        put("rules", 0, "verbs", ["get", "list", "watch"]),
        put("rules", 0, "verbs", ["list", "get"]),
        (),
    ),
    (
        "EG831",
        BINDING,
        lambda m: m["subjects"].append({"kind": "User", "name": "x"}),
        put("metadata", "labels", "x", "1"),
        (),
    ),
    ("EG832", ROLE, put("rules", 0, "verbs", ["get"]), put("rules", 0, "verbs", ["*"]), ()),
    ("EG833", FIXED, put("data", "a", "2"), put("metadata", "labels", "x", "1"), ()),
    ("EG834", SECRET, put("type", "a/b"), put("type", "Opaque"), ()),
    (
        "EG835",
        NAMESPACE,
        put("metadata", "labels", LEVEL, "baseline"),
        put("metadata", "labels", "x", "1"),
        (),
    ),
    (
        "EG836",
        LOOSE,
        put("metadata", "labels", LEVEL, "baseline"),
        put("metadata", "labels", "x", "1"),
        (ROOT,),
    ),
    (
        "EG837",
        ACCOUNT,
        drop("automountServiceAccountToken"),
        put("metadata", "labels", "x", "1"),
        (),
    ),
    ("EG838", CONFIG, put("data", "a", "2"), put("metadata", "labels", "x", "1"), (READING,)),
    (
        "EG839",
        NAMESPACE,
        put("metadata", "labels", LEVEL, "none"),
        put("metadata", "labels", LEVEL, "privileged"),
        (),
    ),
    ("EG840", FAST, put("parameters", {"a": "b"}), put("reclaimPolicy", "Delete"), ()),
    (
        "EG841",
        workload(),
        put("spec", "template", "metadata", "labels", {"app": "b"}),
        put("spec", "template", "metadata", "labels", {**LABELS, "x": "1"}),
        (),
    ),
    ("EG848", CONFIG, put("data", "a", "2"), put("binaryData", {}), ()),
    (
        "EG849",
        service(),
        put("spec", "type", "ClusterIP"),
        put("spec", "sessionAffinity", "ClientIP"),
        (),
    ),
    (
        "EG850",
        workload(),
        put(*SECURITY, "privileged", ON),
        put(*SECURITY, "privileged", OFF),
        (),
    ),
    (
        "EG850",
        workload(),
        put(*SECURITY, "capabilities", {"drop": ["ALL"], "add": ["NET_ADMIN"]}),
        put(*SECURITY, "runAsUser", 1000),
        (),
    ),
    (
        "EG850",
        workload(),
        put(*TEMPLATE, "securityContext", "runAsNonRoot", OFF),
        put(*SECURITY, "runAsNonRoot", ON),
        (),
    ),
    (
        "EG850",
        workload(),
        put(*TEMPLATE, "hostNetwork", ON),
        put(*TEMPLATE, "hostNetwork", OFF),
        (),
    ),
    ("EG851", workload(), put(*TEMPLATE, "hostNetwork", ON), IMAGE, (NAMESPACE,)),
    (
        "EG860",
        service(),
        put(*SELECTOR, "none"),
        put("spec", "selector", {"app": "emqx"}),
        (workload(),),
    ),
    (
        "EG861",
        service(),
        put(*SELECTOR, "other"),
        put("metadata", "labels", "x", "1"),
        (ELSEWHERE,),
    ),
    (
        "EG862",
        BUDGET,
        put("spec", "selector", "matchLabels", "app", "none"),
        put("spec", "maxUnavailable", 2),
        (workload(),),
    ),
    (
        "EG863",
        NETWORK,
        put("spec", "podSelector", "matchLabels", "app", "none"),
        put("spec", "podSelector", {}),
        (workload(),),
    ),
    (
        "EG864",
        BUDGET,
        put("spec", "maxUnavailable", 0),
        put("spec", "maxUnavailable", 2),
        (workload(),),
    ),
    ("EG864", workload(), put("spec", "replicas", 2), put("spec", "replicas", 4), (ONE_MUST_STAY,)),
    (
        "EG865",
        NETWORK,
        put(*BLOCK, "cidr", "192.0.0.0/16"),
        put(*BLOCK, "cidr", "192.0.2.0/25"),
        (),
    ),
    (
        "EG865",
        NETWORK,
        drop("spec", "ingress", 0, "from"),
        drop("spec", "ingress", 0, "ports", 0, "protocol"),
        (),
    ),
    ("EG865", NETWORK, lambda m: m["spec"]["ingress"].append({}), drop("spec", "policyTypes"), ()),
    ("EG866", NETWORK, put("spec", "ingress", []), put(*BLOCK, "cidr", "192.0.0.0/16"), ()),
    ("EG866", NETWORK, put(*BLOCK, "except", ["192.0.2.1/32"]), put(*BLOCK, "except", []), ()),
    ("EG868", BUDGET, put("spec", "minAvailable", 1), put("spec", "maxUnavailable", 2), ()),
    (
        "EG870",
        BALANCER,
        drop("spec", "loadBalancerSourceRanges"),
        put("spec", "loadBalancerSourceRanges", ["192.0.2.0/25"]),
        (),
    ),
    (
        "EG871",
        BALANCER,
        put("spec", "loadBalancerSourceRanges", ["198.51.100.0/24"]),
        put("spec", "loadBalancerSourceRanges", ["192.0.0.0/16"]),
        (),
    ),
    (
        "EG872",
        BALANCER,
        put("spec", "externalTrafficPolicy", "Local"),
        put("spec", "externalTrafficPolicy", "Cluster"),
        (),
    ),
    (
        "EG873",
        service(type="NodePort", externalTrafficPolicy="Local"),
        drop("spec", "externalTrafficPolicy"),
        put("spec", "sessionAffinity", "ClientIP"),
        (),
    ),
    ("EG875", CLAIM, put("spec", "volumeName", "w"), put("spec", "volumeName", "v"), (VOLUME,)),
]


@pytest.mark.parametrize(
    ("code", "old", "found", "beside_it", "beside"),
    ROWS,
    ids=[f"{row[0]}-{number}" for number, row in enumerate(ROWS)],
)
def test_a_rule_finds_its_change_and_not_the_next(
    code: str, old: Manifest, found: Edit, beside_it: Edit, beside: tuple[Manifest, ...]
) -> None:
    """Each rule is found by one edit, and not by a like one that does something else."""
    way: dict[str, Any] = {"apply": frozenset({Apply.FLUX})}

    assert code in codes(old, edited(old, found), beside, **way)
    assert code not in codes(old, edited(old, beside_it), beside, **way)
