"""Each rule on a change that it is about, and on a neighbour that it is not."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from emqx_gitops.review.effects.emqx import RULES
from tests.builds import Builder, Built
from tests.review.effects.emqx.cases import Edit, astray, changes, edited, lost, told, variable

KEPT = "{storage: {type: storageClass, size: 1Gi}}"
LOCAL = "{storage: {type: local, nodes: [a, b, c], path: /data, size: 1Gi}}"
TLS = (
    "{storage: {type: storageClass, size: 1Gi}, "
    "exposure: {type: clusterIp, tls: {terminateAt: listener, secretName: emqx-tls}}}"
)
PROXIED = "{exposure: {type: clusterIp, tls: {terminateAt: haproxy, secretName: emqx-tls}}}"
K8S = "{discovery: {strategy: k8s}}"
V44 = "{emqx: {version: 4.4.19}, storage: {type: storageClass, size: 1Gi}}"
V510 = "{emqx: {version: 5.10.4, license: {}}, storage: {type: storageClass, size: 1Gi}}"

STS = "StatefulSet emqx: "
ENV = "ConfigMap emqx-env: data."
POD = f"{STS}spec.template.spec"
BROKER = f"{POD}.containers[name=emqx]"


class Case(NamedTuple):
    """A change, the rule that speaks, where, and a neighbour of which it says nothing."""

    code: str
    edit: Edit
    where: str
    neighbour: Edit
    asked: str = KEPT
    before: Edit | None = None


def _set(**settings: str) -> Edit:
    return lambda built: built.settings.update(settings)


def _drop(*keys: str) -> Edit:
    return lambda built: [built.settings.pop(key) for key in keys]


def _workload(**fields: object) -> Edit:
    return lambda built: built.workload["spec"].update(fields)


def _pod(**fields: object) -> Edit:
    return lambda built: built.pod.update(fields)


def _image(image: str) -> Edit:
    return lambda built: built.broker.update(image=image)


def _both(*edits: Edit) -> Edit:
    return lambda built: [edit(built) for edit in edits]


def _plain(name: str, value: str) -> Edit:
    def edit(built: Built) -> None:
        entry = variable(built, name)
        entry.pop("valueFrom", None)
        entry["value"] = value

    return edit


def _secret(name: str, secret: str) -> Edit:
    def edit(built: Built) -> None:
        variable(built, name)["valueFrom"]["secretKeyRef"]["name"] = secret

    return edit


def _swap_hosts(built: Built) -> None:
    specs = [each["spec"] for each in built.of("PersistentVolume")]
    specs[0]["nodeAffinity"], specs[1]["nodeAffinity"] = (
        specs[1]["nodeAffinity"],
        specs[0]["nodeAffinity"],
    )


def _volume(kind: str, name: str) -> Edit:
    def edit(built: Built) -> None:
        (volume,) = (each for each in built.pod["volumes"] if kind in each)
        volume[kind]["secretName"] = name

    return edit


def _haproxy(old: str, new: str) -> Edit:
    def edit(built: Built) -> None:
        data = built.one("ConfigMap", "emqx-proxy")["data"]
        assert old in data["haproxy.cfg"]
        data["haproxy.cfg"] = data["haproxy.cfg"].replace(old, new)

    return edit


def _service(name: str, **fields: object) -> Edit:
    return lambda built: built.one("Service", name)["spec"].update(fields)


def _probe(port: object) -> Edit:
    return lambda built: built.broker["livenessProbe"]["httpGet"].update(port=port)


def _memory(limit: str) -> Edit:
    return lambda built: built.broker["resources"]["limits"].update(memory=limit)


def _move(namespace: str) -> Edit:
    def edit(built: Built) -> None:
        for each in built.objects:
            if each["kind"] != "Namespace":
                each["metadata"]["namespace"] = namespace

    return edit


def _mount_a_file(built: Built) -> None:
    name = built.one("ConfigMap", "emqx-proxy")["metadata"]["name"]
    built.pod["volumes"].append({"name": "file", "configMap": {"name": name}})
    built.broker["volumeMounts"].append({"name": "file", "mountPath": "/opt/emqx/etc/file"})


def _policy(rule: int) -> Edit:
    """Take one rule out of the nodes' policy: the second lets in peers, the third the staff."""
    return lambda built: built.ingress().pop(rule)


_SESSIONS = _set(EMQX_DURABLE_SESSIONS__ENABLE="true")
_AUTHENTICATOR = _set(
    EMQX_AUTHENTICATION__1__MECHANISM="password_based",
    EMQX_AUTHENTICATION__1__BACKEND="built_in_database",
)
_CERTIFICATES = {
    "EMQX_LISTENERS__SSL__DEFAULT__SSL_OPTIONS__VERIFY": "verify_peer",
    "EMQX_LISTENERS__SSL__DEFAULT__SSL_OPTIONS__FAIL_IF_NO_PEER_CERT": "true",
}
_COOKIE = "EMQX_NODE__COOKIE"

CASES = (
    Case(
        "EG900",
        _plain(_COOKIE, "tea"),
        f"{BROKER}.env[name={_COOKIE}]",
        _plain(_COOKIE, "rum"),
        before=_plain(_COOKIE, "rum"),
    ),
    Case(
        "EG901",
        _secret(_COOKIE, "others"),
        f"{BROKER}.env[name={_COOKIE}]",
        _secret(_COOKIE, "emqx-credentials"),
    ),
    Case("EG902", _set(EMQX_NAME="mqtt"), f"{ENV}EMQX_NAME", _set(EMQX_LOG__CONSOLE__LEVEL="info")),
    Case(
        "EG903",
        _plain("EMQX_HOST", "$(POD_NAME).other.svc"),
        f"{BROKER}.env[name=EMQX_HOST]",
        _plain("EMQX_HOST", "$(POD_NAME).emqx-headless.$(POD_NAMESPACE).svc.cluster.local"),
    ),
    Case(
        "EG904",
        _plain("CLUSTER_DOMAIN", "k8s.example"),
        f"{BROKER}.env[name=CLUSTER_DOMAIN]",
        _plain("CLUSTER_DOMAIN", "cluster.local"),
    ),
    Case("EG904", _move("elsewhere"), f"{STS}metadata.namespace", _workload()),
    Case("EG906", _workload(replicas=0), f"{STS}spec.replicas", _workload(replicas=1)),
    Case(
        "EG907",
        _set(EMQX_CLUSTER__DISCOVERY_STRATEGY="etcd"),
        f"{ENV}EMQX_CLUSTER__DISCOVERY_STRATEGY",
        _set(EMQX_CLUSTER__AUTOHEAL="false"),
    ),
    Case(
        "EG908",
        _set(EMQX_CLUSTER__K8S__SERVICE_NAME="peers"),
        f"{ENV}EMQX_CLUSTER__K8S__SERVICE_NAME",
        _set(EMQX_CLUSTER__K8S__APISERVER="https://10.0.0.1"),
        asked=K8S,
    ),
    Case(
        "EG909",
        _service("emqx-headless", publishNotReadyAddresses=False),
        "Service emqx-headless: spec.publishNotReadyAddresses",
        _service("emqx-internal", publishNotReadyAddresses=False),
    ),
    Case(
        "EG910",
        _pod(automountServiceAccountToken=False),
        f"{POD}.automountServiceAccountToken",
        _pod(enableServiceLinks=True),
        asked=K8S,
    ),
    Case(
        "EG911",
        _set(EMQX_RPC__PORT_DISCOVERY="stateless"),
        f"{ENV}EMQX_RPC__PORT_DISCOVERY",
        _set(EMQX_RPC__SERVER_PORT="5369"),
    ),
    Case(
        "EG912",
        _set(EMQX_NODE__ROLE="replicant"),
        f"{ENV}EMQX_NODE__ROLE",
        _set(EMQX_NODE__ROLE="core"),
    ),
    Case("EG913", _workload(replicas=1), f"{STS}spec.replicas", _workload(replicas=5)),
    Case("EG914", _workload(replicas=1), f"{STS}spec.replicas", _workload(replicas=2)),
    Case("EG915", _workload(replicas=4), f"{STS}spec.replicas", _workload(replicas=5)),
    Case("EG916", _workload(replicas=5), f"{STS}spec.replicas", _workload(replicas=3)),
    Case(
        "EG917",
        lambda built: built.broker["volumeMounts"][-1].update(subPath="node"),
        f"{BROKER}.volumeMounts[mountPath=/opt/emqx/data]",
        lambda built: built.broker["volumeMounts"][0].update(subPath="log"),
    ),
    Case(
        "EG918",
        _swap_hosts,
        "PersistentVolume emqx-demo-emqx-0: spec.nodeAffinity",
        lambda built: built.of("PersistentVolume")[0]["metadata"]["labels"].update(a="b"),
        asked=LOCAL,
    ),
    Case(
        "EG919",
        lambda built: built.of("PersistentVolume")[0]["spec"]["local"].update(path="/other"),
        "PersistentVolume emqx-demo-emqx-0: spec",
        lambda built: built.of("PersistentVolume")[0]["spec"].update(mountOptions=["noatime"]),
        asked=LOCAL,
    ),
    Case(
        "EG920",
        _set(EMQX_DURABLE_SESSIONS__ENABLE="false"),
        f"{ENV}EMQX_DURABLE_SESSIONS__ENABLE",
        _set(EMQX_DURABLE_SESSIONS__BATCH_SIZE="50"),
        before=_SESSIONS,
    ),
    Case(
        "EG921",
        _set(EMQX_DURABLE_STORAGE__MESSAGES__N_SITES="5"),
        f"{ENV}EMQX_DURABLE_STORAGE__MESSAGES__N_SITES",
        _set(EMQX_DURABLE_STORAGE__MESSAGES__DATA_DIR="/opt/emqx/data/ds"),
        before=_SESSIONS,
    ),
    Case(
        "EG922",
        _set(EMQX_LISTENERS__TCP__DEFAULT__ENABLE="false"),
        f"{ENV}EMQX_LISTENERS__TCP__DEFAULT__ENABLE",
        _set(EMQX_LISTENERS__TCP__DEFAULT__ENABLE='"true"'),
    ),
    Case(
        "EG923",
        _set(EMQX_LISTENERS__TCP__DEFAULT__BIND="1999"),
        f"{ENV}EMQX_LISTENERS__TCP__DEFAULT__BIND",
        # Services follow the name of the container's port.
        _both(
            _set(EMQX_LISTENERS__TCP__DEFAULT__BIND="1999"),
            lambda built: next(
                each for each in built.broker["ports"] if each["name"] == "mqtt"
            ).update(containerPort=1999),
        ),
    ),
    Case(
        "EG924",
        _set(EMQX_LISTENERS__WS__DEFAULT__ENABLE="true"),
        f"{ENV}EMQX_LISTENERS__WS__DEFAULT__ENABLE",
        _set(EMQX_LISTENERS__WS__DEFAULT__MAX_CONNECTIONS="10"),
    ),
    Case(
        "EG925",
        _set(EMQX_LISTENERS__TCP__PROXY__PROXY_PROTOCOL="false"),
        f"{ENV}EMQX_LISTENERS__TCP__PROXY__PROXY_PROTOCOL",
        _both(
            _set(EMQX_LISTENERS__TCP__PROXY__PROXY_PROTOCOL="false"),
            _haproxy(':1893" send-proxy-v2', ':1893"'),
        ),
        asked=PROXIED,
    ),
    Case(
        "EG925",
        _haproxy(':1893" send-proxy-v2', ':1893"'),
        'ConfigMap emqx-proxy: data["haproxy.cfg"]',
        _haproxy("send-proxy-v2", "send-proxy"),
        asked=PROXIED,
    ),
    Case(
        "EG926",
        _volume("secret", "new-tls"),
        f"{POD}.volumes[name=tls]",
        _volume("secret", "emqx-tls"),
        asked=TLS,
    ),
    Case(
        "EG927",
        _set(**_CERTIFICATES),
        f"{ENV}EMQX_LISTENERS__SSL__DEFAULT__SSL_OPTIONS__FAIL_IF_NO_PEER_CERT",
        _set(EMQX_LISTENERS__SSL__DEFAULT__SSL_OPTIONS__VERIFY="verify_peer"),
        asked=TLS,
    ),
    Case(
        "EG928",
        _drop(*_CERTIFICATES),
        f"{ENV}EMQX_LISTENERS__SSL__DEFAULT__SSL_OPTIONS__FAIL_IF_NO_PEER_CERT",
        _set(EMQX_LISTENERS__SSL__DEFAULT__SSL_OPTIONS__DEPTH="3"),
        asked=TLS,
        before=_set(**_CERTIFICATES),
    ),
    Case(
        "EG929",
        _service("emqx-internal", type="LoadBalancer"),
        "Service emqx-internal: spec.type",
        _service("emqx", type="LoadBalancer"),
    ),
    Case(
        "EG930",
        _drop("EMQX_AUTHENTICATION__1__MECHANISM", "EMQX_AUTHENTICATION__1__BACKEND"),
        f"{ENV}EMQX_AUTHENTICATION__1__BACKEND",
        _set(EMQX_AUTHENTICATION__1__BACKEND="redis"),
        before=_AUTHENTICATOR,
    ),
    Case(
        "EG930",
        _set(EMQX_AUTHENTICATION__1__ENABLE="false"),
        f"{ENV}EMQX_AUTHENTICATION__1__ENABLE",
        _set(EMQX_AUTHENTICATION__1__ENABLE="true"),
        before=_AUTHENTICATOR,
    ),
    Case(
        "EG931",
        _drop("EMQX_AUTHORIZATION__NO_MATCH"),
        f"{ENV}EMQX_AUTHORIZATION__NO_MATCH",
        _set(EMQX_AUTHORIZATION__DENY_ACTION="disconnect"),
        before=_set(EMQX_AUTHORIZATION__NO_MATCH="deny"),
    ),
    Case(
        "EG932",
        _AUTHENTICATOR,
        f"{ENV}EMQX_AUTHENTICATION__1__BACKEND",
        _set(EMQX_AUTHORIZATION__NO_MATCH="allow"),
    ),
    Case(
        "EG932",
        _set(EMQX_ALLOW_ANONYMOUS="false"),
        f"{ENV}EMQX_ALLOW_ANONYMOUS",
        _set(EMQX_ALLOW_ANONYMOUS="true"),
        asked=V44,
    ),
    Case(
        "EG933",
        _secret("EMQX_DASHBOARD__DEFAULT_PASSWORD", "others"),
        f"{BROKER}.env[name=EMQX_DASHBOARD__DEFAULT_PASSWORD]",
        _secret(_COOKIE, "others"),
    ),
    Case("EG934", _image("emqx/emqx:5.8.9"), f"{BROKER}.image", _image("emqx/emqx:4.4.20"), V44),
    Case("EG935", _image("emqx/emqx:5.8.9"), f"{BROKER}.image", _image("emqx/emqx:4.4.20"), V44),
    Case(
        "EG936",
        _image("emqx/emqx-enterprise:6.0.1"),
        f"{BROKER}.image",
        _image("emqx/emqx-enterprise:5.10.3"),
        before=_SESSIONS,
    ),
    Case(
        "EG937",
        _image("emqx/emqx-enterprise:6.0.1"),
        f"{BROKER}.image",
        _image("emqx/emqx-enterprise:5.10.3"),
    ),
    Case(
        "EG937",
        _image("emqx/emqx-enterprise:5.9.0"),
        f"{BROKER}.image",
        _image("emqx/emqx-enterprise:5.9.1"),
    ),
    Case(
        "EG938",
        _image("emqx/emqx-enterprise:5.10.3"),
        f"{BROKER}.image",
        _image("emqx/emqx-enterprise:5.9.1"),
        before=_image("emqx/emqx-enterprise:5.3.2"),
    ),
    Case("EG939", _image("emqx/emqx:5.7.1"), f"{BROKER}.image", _image("emqx/emqx:5.8.8")),
    Case(
        "EG940",
        _image("emqx/emqx-enterprise:5.8.9"),
        f"{BROKER}.image",
        _image("mirror.example/emqx/emqx:5.8.9"),
    ),
    Case(
        "EG941",
        _image("emqx/emqx:5.8.9"),
        f"{BROKER}.image",
        _image("mirror.example/emqx/emqx:5.8.8"),
        before=_image("emqx/emqx:5.8.8"),
    ),
    Case(
        "EG942",
        _image("emqx/emqx@sha256:" + "0" * 64),
        f"{BROKER}.image",
        _image("emqx/emqx:5.8.9@sha256:" + "0" * 64),
    ),
    Case(
        "EG943",
        _image("emqx/emqx-enterprise:5.10.4"),
        f"{BROKER}.image",
        _both(_image("emqx/emqx-enterprise:5.10.4"), _set(EMQX_LICENSE__KEY="file:///etc/key")),
    ),
    Case(
        "EG943",
        _workload(replicas=3),
        f"{STS}spec.replicas",
        _workload(replicas=1),
        before=_both(_image("emqx/emqx-enterprise:5.10.4"), _workload(replicas=1)),
    ),
    Case(
        "EG944",
        _volume("secret", "new-license"),
        f"{POD}.volumes[name=license]",
        _volume("secret", "emqx-license"),
        asked=V510,
    ),
    Case("EG945", _probe(8080), f"{BROKER}.livenessProbe.httpGet.port", _probe(18083)),
    Case("EG946", _memory("300Mi"), f"{BROKER}.resources.limits.memory", _memory("512Mi")),
    Case(
        "EG947",
        _pod(terminationGracePeriodSeconds=20),
        f"{POD}.terminationGracePeriodSeconds",
        _pod(terminationGracePeriodSeconds=90),
    ),
    Case("EG947", _workload(minReadySeconds=0), f"{STS}spec.minReadySeconds", _workload()),
    Case(
        "EG948",
        _haproxy("balance leastconn", "balance roundrobin"),
        'ConfigMap emqx-proxy: data["haproxy.cfg"]',
        _set(EMQX_LOG__CONSOLE__LEVEL="info"),
        asked=PROXIED,
        before=_mount_a_file,
    ),
    Case(
        "EG949",
        _set(EMQX_LOG__CONSOLE__LEVEL="debug"),
        f"{ENV}EMQX_LOG__CONSOLE__LEVEL",
        _set(HOME="/home/emqx"),
    ),
    Case(
        "EG950",
        _image("emqx/emqx:5.8.10"),
        f"{STS}spec.template",
        _workload(revisionHistoryLimit=7),
        before=_workload(replicas=1),
    ),
    Case(
        "EG951",
        _policy(1),
        "NetworkPolicy emqx: spec.ingress",
        _policy(2),
    ),
)


def _named(case: Case) -> str:
    return f"{case.code}-{case.where.rpartition('.')[2]}"


@pytest.mark.parametrize("case", CASES, ids=_named)
def test_a_rule_tells_of_its_change_once(case: Case, built: Builder) -> None:
    """The effect is told once, at the field that a reviewer looks at."""
    old = edited(built(case.asked), case.before) if case.before else built(case.asked)
    new = edited(old, case.edit)
    said = told(old.objects, new.objects)
    assert not astray(old.objects, new.objects)
    assert not lost(old.objects, new.objects)
    places = [each.where for each in said if each.code == case.code and each.where == case.where]
    assert places == [case.where], said


@pytest.mark.parametrize("case", CASES, ids=_named)
def test_a_rule_is_silent_on_a_neighbour(case: Case, built: Builder) -> None:
    """A change close by, that does not do it, is not said to."""
    said = changes(built(case.asked), case.neighbour, before=case.before)
    assert case.code not in {each.code for each in said}, said


def test_every_rule_has_its_case() -> None:
    """No rule goes without a change that it is about; the kind is swapped among the choices."""
    assert {rule.code for rule in RULES} - {case.code for case in CASES} == {"EG905"}
