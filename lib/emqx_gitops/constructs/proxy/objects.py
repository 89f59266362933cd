"""The objects of the TLS proxies: what is the same for HAProxy and NGINX."""

from __future__ import annotations

from emqx_gitops.constructs import names
from emqx_gitops.constructs.ports import policy_ports, service_port
from emqx_gitops.constructs.proxy.frontends import (
    CLIENT_CA_PATH,
    CONFIG_PATH,
    HEALTH_PORT,
    LIVENESS_PATH,
    READINESS_PATH,
    RUN_PATH,
    TLS_PATH,
)
from emqx_gitops.manifests import Manifest

CONTAINER = "proxy"
REPLICAS = 2

RESOURCES: Manifest = {
    "requests": {"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "64Mi"},
    "limits": {"memory": "512Mi", "ephemeral-storage": "256Mi"},
}

GRACE_SECONDS = 300
DRAIN_SECONDS = 240
"""Time for clients to leave a proxy that stops; those who stay are cut off and reconnect."""

SYSCTLS = {
    # Each client takes a source port towards the brokers. The range stays clear of our own ports.
    "net.ipv4.ip_local_port_range": "20000 65535",
    # NGINX has no settings of its own for finding clients that vanished.
    "net.ipv4.tcp_keepalive_intvl": "30",
    "net.ipv4.tcp_keepalive_probes": "4",
    "net.ipv4.tcp_keepalive_time": "120",
}
"""All are safe, and allowed by Pod Security `restricted`, from Kubernetes 1.29 on."""

CERTIFICATE_VOLUME = 2
"""Place of the certificate among the pod's volumes."""

BACKEND_PORTS = (service_port("mqtt-proxy", 1893), service_port("dashboard", 18083))
"""Ports by which a proxy that cannot follow DNS reaches brokers: for clients, and for `/status`."""

HEALTH: Manifest = {"name": "health", "containerPort": HEALTH_PORT, "protocol": "TCP"}


def container_port(name: str, port: int) -> Manifest:
    """Return an entry of the container's ``ports``."""
    return {"name": name, "containerPort": port, "protocol": "TCP"}


def proxy_objects(image: str, ports: dict[str, int]) -> tuple[Manifest, ...]:
    """Return the objects of a proxy that runs *image* and listens on *ports*, by name."""
    return (
        _account(),
        _deployment(image, ports),
        _budget(),
        _policy(tuple(ports)),
    )


def client_ca_volume(secret: str, key: str) -> Manifest:
    """Return the volume with the CA of clients' certificates, under the name the proxy knows."""
    source = {"secretName": secret, "defaultMode": 0o440, "items": [{"key": key, "path": "ca.crt"}]}
    return {"name": "client-ca", "secret": source}


def client_ca_mount() -> Manifest:
    """Return the mount that goes with `client_ca_volume`."""
    return {"name": "client-ca", "mountPath": CLIENT_CA_PATH, "readOnly": True}


def _meta(name: str = names.PROXY) -> Manifest:
    return names.metadata(name, names.PROXY)


def _account() -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _meta(),
        "automountServiceAccountToken": False,
    }


def _deployment(image: str, ports: dict[str, int]) -> Manifest:
    match = {"matchLabels": names.selector(names.PROXY)}
    spec = {
        "replicas": REPLICAS,
        "minReadySeconds": 10,
        "revisionHistoryLimit": 3,
        "selector": match,
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
        },
        "template": {
            "metadata": {
                "labels": names.labels(names.PROXY),
                "annotations": {"kubectl.kubernetes.io/default-container": CONTAINER},
            },
            "spec": _pod(image, ports, match),
        },
    }
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": _meta(), "spec": spec}


def _pod(image: str, ports: dict[str, int], match: Manifest) -> Manifest:
    return {
        "serviceAccountName": names.PROXY,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": names.PROXY_UID,
            "runAsGroup": names.PROXY_UID,
            "fsGroup": names.PROXY_UID,
            "seccompProfile": {"type": "RuntimeDefault"},
            "sysctls": [{"name": name, "value": value} for name, value in SYSCTLS.items()],
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": match,
            }
        ],
        "containers": [_container(image, ports)],
        "volumes": [
            {"name": "config", "configMap": {"name": names.PROXY, "defaultMode": 0o444}},
            {"name": "run", "emptyDir": {"sizeLimit": "16Mi"}},
            {"name": "tls", "secret": {"secretName": names.CERTIFICATE, "defaultMode": 0o440}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }


def _container(image: str, ports: dict[str, int]) -> Manifest:
    live = {"httpGet": {"path": LIVENESS_PATH, "port": "health"}}
    ready = {"httpGet": {"path": READINESS_PATH, "port": "health"}}
    field = {"fieldRef": {"fieldPath": "metadata.namespace"}}
    return {
        "name": CONTAINER,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", f"{CONFIG_PATH}/entrypoint.sh"],
        "env": [
            {"name": "POD_NAMESPACE", "valueFrom": field},
            {"name": "CLUSTER_DOMAIN", "value": "cluster.local"},
            # The entrypoint works out threads and connections; CPUs are rounded up to whole ones.
            _resource("THREADS", "requests.cpu", "1"),
            _resource("MEMORY_LIMIT_MIB", "limits.memory", "1Mi"),
            {"name": "DRAIN_SECONDS", "value": str(DRAIN_SECONDS)},
        ],
        "ports": [*(container_port(name, port) for name, port in ports.items()), HEALTH],
        "resources": RESOURCES,
        "startupProbe": live | {"periodSeconds": 2, "failureThreshold": 60, "timeoutSeconds": 2},
        "livenessProbe": live | {"periodSeconds": 20, "failureThreshold": 3, "timeoutSeconds": 5},
        "readinessProbe": ready | {"periodSeconds": 5, "failureThreshold": 3, "timeoutSeconds": 5},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "runAsUser": names.PROXY_UID,
            "runAsGroup": names.PROXY_UID,
        },
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG_PATH, "readOnly": True},
            {"name": "run", "mountPath": RUN_PATH},
            {"name": "tls", "mountPath": TLS_PATH, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  (a mount in the pod)
        ],
    }


def _resource(name: str, resource: str, divisor: str) -> Manifest:
    return {
        "name": name,
        "valueFrom": {"resourceFieldRef": {"divisor": divisor, "resource": resource}},
    }


def _budget() -> Manifest:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _meta(),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": names.selector(names.PROXY)},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }


def _policy(ports: tuple[str, ...]) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _meta(),
        "spec": {
            "podSelector": {"matchLabels": names.selector(names.PROXY)},
            "policyTypes": ["Ingress"],
            "ingress": [
                {"ports": policy_ports(*ports)},
                {"from": [{"podSelector": {}}], "ports": policy_ports("health")},
            ],
        },
    }


def backends() -> Manifest:
    """Return the Service of ready brokers, for a proxy that cannot follow their DNS names."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _meta(names.BACKENDS),
        "spec": {
            "type": "ClusterIP",
            "ports": list(BACKEND_PORTS),
            "selector": names.selector(names.CORE),
        },
    }
