"""The pod that runs one EMQX node: what is the same for every workload, line and environment."""

from __future__ import annotations

from emqx_gitops.constructs import names
from emqx_gitops.manifests import Manifest

IMAGE = "emqx/emqx"
DEFAULT_TAG = "5.8.9"

ENV: tuple[Manifest, ...] = (
    {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    {"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
    {"name": "CLUSTER_DOMAIN", "value": "cluster.local"},
    # `emqx ctl` writes ~/.erlang.cookie (emqx/emqx#10142); the root file system is read-only.
    {"name": "HOME", "value": "/home/emqx"},
)
"""Variables of the base, in order: Kubernetes expands ``$(NAME)`` only after NAME's definition."""

DOMAIN_INDEX = 2
"""Place of CLUSTER_DOMAIN in `ENV`."""

PORTS: tuple[Manifest, ...] = (
    {"name": "ekka", "containerPort": 4370, "protocol": "TCP"},
    {"name": "genrpc", "containerPort": 5369, "protocol": "TCP"},
    {"name": "mqtt", "containerPort": 1883, "protocol": "TCP"},
    {"name": "dashboard", "containerPort": 18083, "protocol": "TCP"},
)
"""Container ports of the base, in order."""

RESOURCES: Manifest = {
    "requests": {"cpu": "1", "memory": "2Gi", "ephemeral-storage": "256Mi"},
    "limits": {"memory": "2Gi", "ephemeral-storage": "2Gi"},
}

GRACE_SECONDS = 180
"""EMQX waits 120 s for its own stop (bin/emqx, EMQX_WAIT_FOR_STOP); the rest is for the kubelet."""

MIN_READY_SECONDS = 30
"""``/status`` does not prove that a node has joined; this gives it the time."""

STARTUP_SECONDS = 600

POD_SECURITY: Manifest = {
    "runAsNonRoot": True,
    "runAsUser": names.UID,
    "runAsGroup": names.UID,
    "fsGroup": names.UID,
    "fsGroupChangePolicy": "OnRootMismatch",
    "seccompProfile": {"type": "RuntimeDefault"},
}

CONTAINER_SECURITY: Manifest = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": names.UID,
    "runAsGroup": names.UID,
}


def probes(port: str = "dashboard") -> Manifest:
    """
    Return the three probes, which ask ``/status`` on the named *port*.

    ``/status`` is 200 once the node's applications run
    (apps/emqx_management/src/emqx_mgmt_api_status.erl, v5.7.1; emqx_mgmt_http.erl, v4.4.19).
    """
    return _probes({"httpGet": {"path": "/status", "port": port}})


def socket_probes(port: str) -> Manifest:
    """Return probes that only connect to *port*, for a node whose ``/status`` is turned off."""
    return _probes({"tcpSocket": {"port": port}})


def _probes(ask: Manifest) -> Manifest:
    period = 5
    return {
        "startupProbe": ask
        | {
            "periodSeconds": period,
            "failureThreshold": STARTUP_SECONDS // period,
            "timeoutSeconds": 5,
        },
        "livenessProbe": ask | {"periodSeconds": 30, "failureThreshold": 6, "timeoutSeconds": 10},
        "readinessProbe": ask | {"periodSeconds": 10, "failureThreshold": 3, "timeoutSeconds": 5},
    }


def spread(*, required: bool = False, key: str = "kubernetes.io/hostname") -> Manifest:
    """Return the constraint that spreads brokers over the topology domains of *key*."""
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "DoNotSchedule" if required else "ScheduleAnyway",
        "labelSelector": {"matchLabels": names.selector(names.CORE)},
    }


def pod_spec() -> Manifest:
    """Return the pod's ``spec`` as the bases hold it, before any component changes it."""
    container: Manifest = {
        "name": names.CONTAINER,
        "image": f"{IMAGE}:{DEFAULT_TAG}",
        "imagePullPolicy": "IfNotPresent",
        "env": list(ENV),
        "envFrom": [{"configMapRef": {"name": names.SETTINGS}}],
        "ports": list(PORTS),
        "resources": RESOURCES,
        "securityContext": CONTAINER_SECURITY,
        "volumeMounts": [
            {"name": "log", "mountPath": "/opt/emqx/log"},
            {"name": "home", "mountPath": "/home/emqx"},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  (a mount in the pod)
        ],
    }
    return {
        "serviceAccountName": names.BROKER,
        "automountServiceAccountToken": False,
        # A Service called `emqx` would put EMQX_PORT and its like among EMQX's settings.
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": POD_SECURITY,
        "topologySpreadConstraints": [spread()],
        "containers": [container | probes()],
        "volumes": [
            {"name": "log", "emptyDir": {"sizeLimit": "512Mi"}},
            {"name": "home", "emptyDir": {"sizeLimit": "16Mi"}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }


def pod_metadata() -> Manifest:
    """Return the ``metadata`` of a pod template."""
    return {
        "labels": names.labels(names.CORE),
        "annotations": {"kubectl.kubernetes.io/default-container": names.CONTAINER},
    }
