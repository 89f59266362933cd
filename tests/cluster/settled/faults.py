"""Defects that the compiler could have, each with what the proof must say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emqx_gitops.manifests import Manifest
from tests.cluster.settled.changes import (
    Change,
    broker_edited,
    edited,
    pod_edited,
    settings_edited,
    variable,
    without,
)

CLASS: Manifest = {"type": "storageClass", "class": "fast", "size": "10Gi"}
NFS: Manifest = {"type": "nfs", "server": "nfs.example.com", "path": "/srv/emqx", "size": "10Gi"}
LOCAL: Manifest = {
    "type": "local",
    "nodes": ["worker-1", "worker-2", "worker-3"],
    "path": "/var/lib/emqx",
    "size": "10Gi",
}


def plain(storage: Manifest) -> Manifest:
    """Return an environment with all that can go wrong."""
    return {
        "emqx": {"version": "5.8.9", "edition": "opensource", "replicas": 3},
        "workload": {"kind": "statefulset"},
        "discovery": {"strategy": "dns", "recordType": "srv"},
        "exposure": {
            "type": "nodePort",
            "nodePorts": {"mqtts": 32001, "dashboard": 32002},
            "tls": {"terminateAt": "listener"},
        },
        "storage": storage,
    }


@dataclass(frozen=True)
class Fault:
    """One defect."""

    name: str
    change: Change
    expected: str
    """What problems that are found must match."""

    spreads: bool = False
    """Whether other things go wrong with it: pods that wait for a claim are not Ready."""

    storage: Manifest = field(default_factory=lambda: CLASS)


def _template(spec: Any) -> Any:
    return spec["spec"]["volumeClaimTemplates"][0]


def _swap(volume: Any) -> None:
    reference = volume["spec"]["claimRef"]
    swapped = {"data-emqx-0": "data-emqx-1", "data-emqx-1": "data-emqx-0"}
    reference["name"] = swapped.get(reference["name"], reference["name"])


def _elsewhere(container: Any) -> None:
    (mount,) = (each for each in container["volumeMounts"] if each["name"] == "data")
    mount["mountPath"] = "/opt/emqx/data2"


def _first_last(container: Any) -> None:
    name = variable(container, "POD_NAME")
    container["env"].remove(name)
    container["env"].append(name)


def _port(container: Any, name: str) -> Any:
    return next(each for each in container["ports"] if each["name"] == name)


def _budget(fields: dict[str, Any]) -> Change:
    def change(budget: Any) -> None:
        del budget["spec"]["maxUnavailable"]
        budget["spec"].update(fields)

    return edited("PodDisruptionBudget", change)


def _inside(service: Any) -> None:
    if service["spec"].get("type") == "NodePort":
        service["spec"]["type"] = "ClusterIP"
        for port in service["spec"]["ports"]:
            port.pop("nodePort", None)


def _certificate(settings: Any) -> None:
    settings["EMQX_LISTENERS__SSL__DEFAULT__SSL_OPTIONS__CERTFILE"] = "/etc/emqx/tls/cert.pem"


FAULTS = (
    Fault(
        "class",
        edited("StatefulSet", lambda s: _template(s)["spec"].update(storageClassName="slow")),
        r"claim data-emqx-\d is not Bound",
        spreads=True,
    ),
    Fault(
        "volumes",
        without("PersistentVolume"),
        r"claim data-emqx-\d is not Bound",
        spreads=True,
        storage=NFS,
    ),
    Fault(
        "swapped",
        edited("PersistentVolume", _swap),
        r"is bound to another volume|is not on worker-",
        storage=LOCAL,
    ),
    Fault(
        "folder",
        edited("PersistentVolume", lambda v: v["spec"]["nfs"].update(path="/srv/emqx")),
        r"is bound to another volume",
        storage=NFS,
    ),
    Fault("mount", broker_edited(_elsewhere), r"is the data of 0 brokers"),
    Fault(
        "map",
        broker_edited(lambda c: c["envFrom"][0]["configMapRef"].update(name="emqx-env")),
        r"ConfigMap emqx-env not found",
    ),
    Fault(
        "key",
        broker_edited(
            lambda c: variable(c, "EMQX_NODE__COOKIE")["valueFrom"]["secretKeyRef"].update(
                key="cookie"
            )
        ),
        r"key cookie of Secret emqx-credentials not found",
    ),
    Fault(
        "secret",
        pod_edited(
            lambda spec: next(v for v in spec["volumes"] if v["name"] == "tls")["secret"].update(
                secretName="tls"
            )
        ),
        r"volume tls: no Secret tls|no file /etc/emqx/tls/",
    ),
    Fault("file", settings_edited(_certificate), r"no file /etc/emqx/tls/cert\.pem"),
    Fault("order", broker_edited(_first_last), r"EMQX_HOST: \$\(POD_NAME\) is not expanded"),
    Fault(
        "port",
        broker_edited(lambda c: _port(c, "dashboard").update(name="status")),
        r"no port dashboard|port dashboard: endpoints set\(\)",
    ),
    Fault(
        "target",
        edited("Service", lambda s: s["spec"]["ports"][0].update(targetPort="mqtt-x"), name="emqx"),
        r"no port mqtt-x in pod|endpoints set\(\)",
    ),
    Fault("account", without("ServiceAccount"), r"StatefulSet emqx: 0 pods", spreads=True),
    Fault(
        "selector",
        edited(
            "Service",
            lambda s: s["spec"]["selector"].update({"app.kubernetes.io/instance": "other"}),
            name="emqx-internal",
        ),
        r"Service emqx-internal, port \w+: endpoints set\(\)",
    ),
    Fault("never", _budget({"minAvailable": 4}), r"PodDisruptionBudget emqx lets no pod go"),
    Fault("drain", _budget({"minAvailable": "100%"}), r"PodDisruptionBudget emqx lets no pod go"),
    Fault(
        "nobody",
        edited(
            "PodDisruptionBudget",
            lambda b: b["spec"]["selector"]["matchLabels"].update(
                {"app.kubernetes.io/instance": "other"}
            ),
        ),
        r"PodDisruptionBudget emqx is for",
    ),
    Fault(
        "nodeport",
        edited("Service", lambda s: s["spec"]["ports"][0].pop("nodePort", None), name="emqx"),
        r"node ports \[\d+\] are not open",
    ),
    Fault(
        "type",
        edited("Service", _inside, name="emqx"),
        r"no Service of type NodePort|node ports .* are not open",
    ),
    Fault(
        "fewer",
        edited("StatefulSet", lambda s: s["spec"].update(replicas=2)),
        r"2 (brokers|claims), not 3",
    ),
    Fault(
        "machine",
        edited(
            "PersistentVolume",
            lambda v: v["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"][0][
                "matchExpressions"
            ][0].update(values=["worker-5"]),
        ),
        r"is not on worker-|is bound to another volume",
        storage=LOCAL,
    ),
)
"""One way each; the name is that of its namespace's end."""
