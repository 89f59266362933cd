"""Objects with much in them that environments use seldom or not at all."""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]

_LABELS = {"app": "rich"}
_HTTP = {"httpGet": {"port": 8080}}

_CONTAINER: Manifest = {
    "name": "main",
    "image": "example.com/main:1",
    "ports": [{"containerPort": 8080}],
    "env": [
        {"name": "EMPTY"},
        {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "rich", "key": "key"}}},
        {"name": "ENTRY", "valueFrom": {"configMapKeyRef": {"name": "rich", "key": "key"}}},
    ],
    "envFrom": [{"configMapRef": {"name": "rich"}}, {"secretRef": {"name": "rich"}}],
    "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
    "livenessProbe": _HTTP,
    "readinessProbe": {"grpc": {"port": 8080}},
    "startupProbe": {"tcpSocket": {"port": 8080}},
    "lifecycle": {
        "preStop": {"httpGet": {"port": 8081}},
        "postStart": {"exec": {"command": ["true"]}},
    },
    "securityContext": {
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "Unconfined"},
    },
    "volumeMounts": [{"name": "empty", "mountPath": "/empty"}],
}

_VOLUMES: list[Manifest] = [
    {"name": "empty", "emptyDir": {}},
    {"name": "config", "configMap": {"name": "rich", "items": [{"key": "a", "path": "a"}]}},
    {"name": "secret", "secret": {"secretName": "rich"}},
    {"name": "host", "hostPath": {"path": "/srv"}},
    {"name": "nfs", "nfs": {"server": "nfs.example.com", "path": "/srv"}},
    {"name": "claim", "persistentVolumeClaim": {"claimName": "rich"}},
    {
        "name": "down",
        "downwardAPI": {"items": [{"path": "l", "fieldRef": {"fieldPath": "metadata.labels"}}]},
    },
    {
        "name": "mixed",
        "projected": {
            "sources": [
                {"serviceAccountToken": {"path": "token"}},
                {"configMap": {"name": "rich"}},
                {"secret": {"name": "rich"}},
                {
                    "downwardAPI": {
                        "items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]
                    }
                },
            ]
        },
    },
    {
        "name": "own",
        "ephemeral": {
            "volumeClaimTemplate": {
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "1Gi"}},
                }
            }
        },
    },
]

_TERM = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": _LABELS}}
_POD: Manifest = {
    "containers": [_CONTAINER, {"name": "newest", "image": "example.com/main"}],
    "initContainers": [{"name": "first", "image": "example.com/main@sha256:" + "0" * 64}],
    "volumes": _VOLUMES,
    "tolerations": [{"key": "dedicated"}],
    "topologySpreadConstraints": [{"maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway", **_TERM}],
    "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [_TERM]}},
    "securityContext": {"runAsUser": 1000},
    "hostAliases": [{"ip": "192.0.2.1"}],
    "imagePullSecrets": [{"name": "registry"}],
    "dnsConfig": {"options": [{"name": "ndots"}]},
}


def _workload(kind: str, **spec: Any) -> Manifest:
    template = {"metadata": {"labels": _LABELS}, "spec": _POD}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "rich", "namespace": "default", "labels": _LABELS},
        "spec": {"selector": {"matchLabels": _LABELS}, "template": template, **spec},
    }


_CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}


def _object(kind: str, api: str = "v1", **parts: Any) -> Manifest:
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": "rich", "namespace": "default"},
        **parts,
    }


_PORTS = [{"port": 80}]
_RBAC = "rbac.authorization.k8s.io/v1"
_ROLE = {"kind": "Role", "name": "rich", "apiGroup": "rbac.authorization.k8s.io"}

RICH: tuple[Manifest, ...] = (
    _workload("Deployment"),
    _workload("Deployment", strategy={"rollingUpdate": {"maxSurge": 1}}),
    _workload("StatefulSet", serviceName="rich"),
    _workload(
        "StatefulSet",
        updateStrategy={"type": "RollingUpdate", "rollingUpdate": {}},
        volumeClaimTemplates=[{"metadata": {"name": "data"}, "spec": _CLAIM}],
        ordinals={},
    ),
    _workload("DaemonSet"),
    _workload("DaemonSet", updateStrategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}),
    _object("Pod", spec={**_POD, "automountServiceAccountToken": False}),
    _object("Service", spec={"ports": _PORTS, "selector": _LABELS}),
    _object("Service", spec={"ports": _PORTS, "type": "NodePort"}),
    _object("Service", spec={"ports": _PORTS, "type": "LoadBalancer"}),
    _object("Service", spec={"ports": _PORTS, "sessionAffinity": "ClientIP", "clusterIP": "None"}),
    _object("Service", spec={"type": "ExternalName", "externalName": "example.com"}),
    _object("PersistentVolumeClaim", spec=_CLAIM),
    _object("ConfigMap", data={"a": "b"}),
    _object("Secret", data={"a": "Yg=="}),
    _object("Secret", stringData={"a": "b"}),
    _object("ServiceAccount"),
    _object("Role", _RBAC, rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]),
    _object(
        "RoleBinding",
        _RBAC,
        roleRef=_ROLE,
        subjects=[
            {"kind": "ServiceAccount", "name": "rich", "namespace": "default"},
            {"kind": "User", "name": "rich"},
        ],
    ),
    _object(
        "NetworkPolicy",
        "networking.k8s.io/v1",
        spec={
            "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}],
            "egress": [{"to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]}],
        },
    ),
    _object("NetworkPolicy", "networking.k8s.io/v1", spec={"ingress": [{}]}),
    _object("PodDisruptionBudget", "policy/v1", spec={"selector": {"matchLabels": _LABELS}}),
)
