"""Defects that the compiler could have in discovery, each with what the proof must say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emqx_gitops.manifests import Manifest
from tests.cluster.settled.asked import Asked
from tests.cluster.settled.changes import (
    Change,
    broker_edited,
    drop_variable,
    edited,
    pod_edited,
    settings_edited,
    variable,
    without,
)


def asked(version: str, discovery: Manifest, workload: str = "statefulset") -> Manifest:
    """Return an environment of three nodes that find each other by *discovery*."""
    return {
        "emqx": {"version": version, "edition": "opensource", "replicas": 3},
        "workload": {"kind": workload},
        "discovery": discovery,
        "exposure": {"type": "clusterIp", "tls": {"terminateAt": "none"}},
        "storage": {"type": "ephemeral"},
    }


HOSTNAME = asked("5.8.9", {"strategy": "k8s", "addressType": "hostname"})
OLD = asked("4.4.19", {"strategy": "k8s", "addressType": "hostname"})
BY_IP = asked("5.8.9", {"strategy": "k8s", "addressType": "ip"}, "deployment")
BY_POD = asked("5.8.9", {"strategy": "k8s", "addressType": "dns"}, "deployment")
SRV = asked("5.8.9", {"strategy": "dns", "recordType": "srv"})
A = asked("5.8.9", {"strategy": "dns", "recordType": "a"}, "deployment")
STATIC = asked("5.8.9", {"strategy": "static"})
BASES = (HOSTNAME, OLD, BY_IP, BY_POD, SRV, A, STATIC)
"""What defects are put into; without one, all of these are sound."""


@dataclass(frozen=True)
class Fault:
    """One defect."""

    name: str
    base: Manifest
    change: Change
    expected: str
    """What a problem that is found must match."""


def _says(**settings: str) -> Change:
    return settings_edited(lambda data: data.update(settings))


def _moved(old: str, new: str) -> Change:
    return settings_edited(lambda data: data.update({new: data.pop(old)}))


def _value(name: str, value: str) -> Change:
    return broker_edited(lambda container: variable(container, name).update(value=value))


def _first_last(container: Any) -> None:
    name = variable(container, "POD_NAMESPACE")
    container["env"].remove(name)
    container["env"].append(name)


def _untrusted(spec: Any) -> None:
    spec["automountServiceAccountToken"] = False


def _ready_only(service: Any) -> None:
    service["spec"]["publishNotReadyAddresses"] = False


def _named(container: Any) -> None:
    suffix = {"name": "EMQX_CLUSTER__K8S__SUFFIX", "value": "svc.cluster.local"}
    container["env"].append(suffix)


_READY_ONLY = edited("Service", _ready_only, name="emqx-headless")


def _host_given(each: Asked) -> Asked:
    host = {"name": "EMQX_HOST", "value": "$(POD_NAME).emqx-headless"}
    return broker_edited(lambda container: container["env"].append(host))(each)


def _both(one: Change, other: Change) -> Change:
    return lambda each: other(one(each))


FAULTS = (
    Fault("binding", HOSTNAME, without("RoleBinding"), r"403: endpoints .* is forbidden"),
    Fault("role", HOSTNAME, edited("Role", lambda r: r["rules"][0].update(verbs=["list"])), "403"),
    Fault(
        "service",
        BY_IP,
        _says(EMQX_CLUSTER__K8S__SERVICE_NAME="emqx-other"),
        r"403: endpoints \"emqx-other\" is forbidden",
    ),
    Fault(
        "token", BY_IP, pod_edited(lambda p: p.update(automountServiceAccountToken=False)), "403"
    ),
    Fault("ready-k8s", HOSTNAME, _READY_ONLY, r"does not find \['emqx@emqx-0"),
    Fault("ready-dns", SRV, _READY_ONLY, r"does not find \['emqx@emqx-0"),
    Fault("ready-static", STATIC, _READY_ONLY, r"emqx-0\S* leads to \[\]"),
    Fault("suffix", HOSTNAME, _value("EMQX_CLUSTER__K8S__SUFFIX", "pod.local"), r"not find"),
    Fault("no-suffix", BY_POD, drop_variable("EMQX_CLUSTER__K8S__SUFFIX"), r"finds foreign"),
    Fault("domain", STATIC, _value("CLUSTER_DOMAIN", "cluster.example"), r"leads to \[\]"),
    Fault("namespace", BY_IP, drop_variable("EMQX_CLUSTER__K8S__NAMESPACE"), "403"),
    Fault("host", STATIC, drop_variable("EMQX_HOST"), r"not find"),
    Fault("order", SRV, broker_edited(_first_last), r"\$\(POD_NAMESPACE\)"),
    Fault("name", SRV, _value("EMQX_CLUSTER__DNS__NAME", "emqx-headless"), r"not find"),
    Fault(
        "subdomain",
        HOSTNAME,
        edited("StatefulSet", lambda s: s["spec"].update(serviceName="emqx-internal")),
        r"badkey, hostname",
    ),
    Fault(
        "app",
        OLD,
        settings_edited(lambda data: data.pop("EMQX_CLUSTER__K8S__APP_NAME")),
        r"finds foreign \['ekka@",
    ),
    Fault(
        "other-name",
        OLD,
        _says(EMQX_NAME="mqtt"),
        r"finds foreign \['emqx@",
    ),
    Fault(
        "old-key",
        SRV,
        _moved("EMQX_CLUSTER__DISCOVERY_STRATEGY", "EMQX_CLUSTER__DISCOVERY"),
        r"does not find",
    ),
    Fault(
        "new-key",
        OLD,
        _moved("EMQX_CLUSTER__DISCOVERY", "EMQX_CLUSTER__DISCOVERY_STRATEGY"),
        r"does not find",
    ),
    Fault("word", BY_IP, _says(EMQX_CLUSTER__DISCOVERY_STRATEGY="kubernetes"), r"no strategy"),
    Fault(
        "seeds",
        STATIC,
        broker_edited(
            lambda c: variable(c, "EMQX_CLUSTER__STATIC__SEEDS").update(
                value=variable(c, "EMQX_CLUSTER__STATIC__SEEDS")["value"].rpartition(",")[0]
            )
        ),
        r"not find",
    ),
    Fault("record", SRV, _says(EMQX_CLUSTER__DNS__RECORD_TYPE="a"), r"A records need an address"),
    Fault("same", BY_IP, _says(EMQX_NODE_NAME="emqx@127.0.0.1"), r"nodes share a name"),
    Fault(
        "selector",
        A,
        edited(
            "Service",
            lambda s: s["spec"]["selector"].update({"app.kubernetes.io/instance": "other"}),
            name="emqx-headless",
        ),
        r"not find",
    ),
    Fault(
        "server",
        BY_IP,
        _says(EMQX_CLUSTER__K8S__APISERVER="http://127.0.0.1:8080"),
        r"no API server",
    ),
)
"""One way each; the name is that of its namespace's end."""

REFUSED = (
    Fault(
        "deployment",
        BY_IP,
        _both(_says(EMQX_CLUSTER__K8S__ADDRESS_TYPE="hostname"), broker_edited(_named)),
        r"no emqx-\S+ in /etc/hosts",
    ),
    Fault(
        "deployment-host",
        BY_IP,
        _both(
            _says(EMQX_CLUSTER__K8S__ADDRESS_TYPE="hostname"),
            _both(broker_edited(_named), _host_given),
        ),
        r"badkey, hostname",
    ),
    Fault("deployment-srv", A, _says(EMQX_CLUSTER__DNS__RECORD_TYPE="srv"), r"does not find"),
    Fault(
        "underscore",
        HOSTNAME,
        _moved("EMQX_CLUSTER__DISCOVERY_STRATEGY", "EMQX_CLUSTER_DISCOVERY_STRATEGY"),
        r"does not find",
    ),
)
"""What the compiler refuses, built by hand: failures that people had."""
