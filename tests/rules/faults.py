"""
For each rule on objects the smallest faults that break it, and what comes close and is fine.

Edits are written ``<kind> <name>: <path>``, with the new value, or `GONE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

GONE = object()
"""A value that is taken away."""


class Fault(NamedTuple):
    """Something wrong with the cluster of ``cluster.yaml``."""

    code: str
    edits: Mapping[str, Any] = {}
    more: str = ""
    """Further objects."""

    at: str = ""
    """Path that the finding names; that of the first edit where left out."""

    foreign: bool = False
    """Whether people wrote parts of it."""


class Fine(NamedTuple):
    """Something that comes close to a fault and is none."""

    edits: Mapping[str, Any] = {}
    more: str = ""
    external: tuple[tuple[str, str], ...] = ()
    foreign: bool = False


POD = "StatefulSet emqx: spec.template.spec"
BROKER = f"{POD}.containers[0]"
SETTINGS = "ConfigMap emqx-env-5g7h9k2b4c: data"
TEMPLATE = "StatefulSet emqx: spec.volumeClaimTemplates[0]"
POLICY = "NetworkPolicy emqx: spec"
VOLUME = "PersistentVolume prod-emqx-1: spec"


def variable(name: str, value: str) -> dict[str, str]:
    """Return an entry of ``env``."""
    return {"name": name, "value": value}


def workload(
    labels: str, *, selector: str = "{app: other}", namespace: str = "prod", spec: str = ""
) -> str:
    """Return another workload, of one container."""
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: other, namespace: {namespace}}}
spec:
  replicas: 2
  selector: {{matchLabels: {selector}}}
  template:
    metadata: {{labels: {labels}}}
    spec:
      containers: [{{name: other, image: "other:1.0"}}]
{spec}
"""


def claim(spec: str, name: str = "shared") -> str:
    """Return a claim."""
    return f"""
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {name}, namespace: prod}}
spec: {spec}
"""


def core(kind: str, content: str) -> str:
    """Return an object of the core group."""
    return f"""
apiVersion: v1
kind: {kind}
metadata: {{name: thing, namespace: prod}}
{content}
"""


def custom(kind: str, spec: str, group: str = "external-secrets.io/v1") -> str:
    """Return a custom resource."""
    return f"""
apiVersion: {group}
kind: {kind}
metadata: {{name: thing, namespace: prod}}
spec: {spec}
"""


SHARED = {"name": "shared", "persistentVolumeClaim": {"claimName": "shared"}}
OTHERS_CLAIM = "      volumes: [{name: v, persistentVolumeClaim: {claimName: shared}}]"

REFERENCES = (
    Fault("EG701", {f"{BROKER}.envFrom[0].configMapRef.name": "emqx-conf"}),
    Fault("EG701", {f"{BROKER}.env[2].valueFrom.secretKeyRef.name": "emqx-credentails"}),
    Fault("EG701", {f"{POD}.serviceAccountName": "emqz"}),
    Fault(
        "EG701", {f"{POD}.imagePullSecrets": [{"name": "pull"}]}, at=f"{POD}.imagePullSecrets[0]"
    ),
    Fault("EG701", {f"{POD}.volumes[1]": {"name": "a", "configMap": {"name": "b"}}}),
    Fault("EG701", {f"{POD}.volumes[1]": {"name": "a", "secret": {"secretName": "b"}}}),
    Fault(
        "EG701",
        {f"{POD}.volumes[1]": {"name": "a", "projected": {"sources": [{"secret": {"name": "b"}}]}}},
        at="spec.template.spec.volumes[1].projected.sources[0].secret",
    ),
    Fault("EG701", {f"{POD}.volumes[1]": SHARED | {"name": "a"}}),
    Fault(
        "EG701",
        {
            f"{BROKER}.env[2].valueFrom": {
                "configMapKeyRef": {"name": "emqx-env-5g7h9k2b4c", "key": "EMQX_NAMES"}
            }
        },
        at="spec.template.spec.containers[0].env[2].valueFrom.configMapKeyRef",
    ),
    Fault("EG701", {f"{BROKER}.volumeMounts[0].name": "date"}),
    Fault("EG701", {f"{BROKER}.readinessProbe.httpGet.port": "dash"}),
    Fault("EG701", {"StatefulSet emqx: spec.serviceName": "emqx-headles"}),
    Fault("EG701", {"RoleBinding discovery: roleRef.name": "discover"}, at="roleRef"),
    Fault("EG701", {"RoleBinding discovery: subjects[0].name": "emqz"}, at="subjects[0]"),
    Fault("EG701", {"Service emqx: spec.ports[0].targetPort": "mqttt"}),
    Fault("EG701", {"Service emqx: spec.selector": {"app": "emqz"}}),
    Fault("EG701", {f"{POLICY}.ingress[0].ports[0].port": "mqttt"}),
    Fault("EG701", {f"{POLICY}.podSelector.matchLabels": {"app": "no"}}, at="spec.podSelector"),
    Fault("EG701", {"ServiceMonitor emqx: spec.endpoints[0].port": "http"}),
    Fault(
        "EG701", {"ServiceMonitor emqx: spec.selector.matchLabels": {"a": "b"}}, at="spec.selector"
    ),
    Fault("EG701", {f"{SETTINGS}.EMQX_CLUSTER__K8S__SERVICE_NAME": "emqx-hedless"}, at="*"),
    Fault("EG714", {f"{BROKER}.envFrom[0].configMapRef.name": "emqx-env"}, foreign=True),
    Fault("EG714", {f"{POD}.imagePullSecrets": [{"name": "a"}]}, at="*", foreign=True),
    Fault("EG714", {"Service emqx: spec.selector": {"app": "emqz"}}, foreign=True),
    Fine({f"{BROKER}.envFrom[1]": {"secretRef": {"name": "more", "optional": True}}}),
    Fine({f"{POD}.volumes[1]": {"name": "a", "configMap": {"name": "kube-root-ca.crt"}}}),
    Fine(
        {f"{POD}.volumes[1]": {"name": "a", "persistentVolumeClaim": {"claimName": "data-emqx-1"}}}
    ),
    Fine({f"{POD}.imagePullSecrets": [{"name": "pull"}]}, external=(("Secret", "pull"),)),
    Fine(
        {f"{POD}.imagePullSecrets": [{"name": "pull"}]},
        custom("ExternalSecret", "{target: {name: pull}}"),
    ),
    Fine({"Service emqx: spec.selector": GONE}),
    Fine({f"{POLICY}.podSelector": {}}),
    Fine({"ServiceMonitor emqx: spec.namespaceSelector": {"any": True}}),
    Fine({"RoleBinding discovery: roleRef": {"kind": "ClusterRole", "name": "view"}}),
)

VARIABLES = (
    Fault("EG702", {f"{BROKER}.env[1].value": "$(POD_NAMES)"}),
    Fault("EG702", {f"{BROKER}.args[0]": "--name=$(POD_NAMES)"}),
    Fault(
        "EG702",
        {f"{BROKER}.env[0]": variable("A", "$(EMQX_HOST)"), f"{BROKER}.env[1].value": "x"},
        at=f"{BROKER}.env[0].value",
    ),
    Fault("EG702", {f"{SETTINGS}.EMQX_HOSTS": "$(POD_NAME).emqx"}, at=f"{BROKER}.envFrom[0]"),
    Fault("EG712", {f"{BROKER}.env[3]": variable("EMQX_HOST", "a")}),
    Fault("EG715", {f"{BROKER}.env[3]": variable("EMQX_NAME", "a")}),
    Fault(
        "EG715",
        {f"{BROKER}.envFrom[1]": {"configMapRef": {"name": "thing"}}},
        core("ConfigMap", "data: {EMQX_NAME: b}"),
        at=f"{BROKER}.envFrom",
    ),
    Fine({f"{BROKER}.env[3]": variable("A", "$$(POD_NAMES) and $(EMQX_NAME)")}),
    Fine({f"{BROKER}.args[0]": "echo $(date) $(POD_NAME) $(EMQX_HOST) $(KUBERNETES_SERVICE_HOST)"}),
    Fine({f"{SETTINGS}.EMQX_HOSTS": "$(date)"}),
    Fine(
        {
            f"{BROKER}.env[3]": variable("A", "$(B)"),
            f"{BROKER}.envFrom[1]": {"secretRef": {"name": "s"}},
        },
        external=(("Secret", "s"),),
    ),
)

SELECTORS = (
    Fault("EG703", more=workload("{app: other}", selector="{}"), at="spec.selector"),
    Fault("EG703", more=workload("{app: another}"), at="spec.selector"),
    Fault("EG703", more=workload("{app: emqx}"), at="spec.selector"),
    Fault(
        "EG703",
        {"StatefulSet emqx: spec.template.metadata.labels.tier": "x"},
        workload("{tier: x}", selector="{tier: x}"),
        at="spec.selector",
    ),
    Fault(
        "EG716",
        {"StatefulSet emqx: spec.template.metadata.labels.tier": "x"},
        f"{workload('{app: other, tier: x}')}---\n{core('Service', 'spec: {selector: {tier: x}}')}",
        at="spec.selector",
    ),
    Fine(more=workload("{app: other}")),
    Fine({f"{POLICY}.podSelector": {}}, workload("{app: other}")),
    Fine(more=workload("{app: emqx}", selector="{app: emqx}", namespace="else")),
)

IMAGES_AND_SECRETS = (
    Fault("EG704", {f"{BROKER}.image": "emqx/emqx"}),
    Fault("EG704", {f"{BROKER}.image": "localhost:5000/emqx/emqx:latest"}),
    Fault(
        "EG705",
        more=core("Secret", "stringData: {a: hunter2}"),
        at="data",
    ),
    Fault(
        "EG705",
        more=core("Secret", "data: {a: aHVudGVyMg==}"),
        at="data",
    ),
    Fault(
        "EG705",
        {f"{BROKER}.env[2]": variable("EMQX_NODE__COOKIE", "hunter2")},
        at=f"{BROKER}.env[2].value",
    ),
    Fault("EG705", {f"{SETTINGS}.EMQX_DASHBOARD__DEFAULT_PASSWORD": "hunter2"}),
    Fault("EG705", {f"{SETTINGS}.a": "-----BEGIN RSA PRIVATE KEY-----\nhunter2"}),
    Fault(
        "EG717",
        {f"{BROKER}.env[3]": variable("DB_PASSWORD", "hunter2")},
        at=f"{BROKER}.env[3].value",
    ),
    Fault("EG717", {f"{SETTINGS}.api-key": "hunter2"}),
    Fine({f"{BROKER}.image": "emqx/emqx@sha256:0123"}),
    Fine({f"{SETTINGS}.EMQX_LICENSE__KEY": "file:///etc/emqx/license/emqx.lic"}),
    Fine({f"{SETTINGS}.PASSWORD": "${PASSWORD}", f"{SETTINGS}.TOKEN": "/run/token"}),
    Fine({f"{SETTINGS}.USE_TOKEN": "true", f"{SETTINGS}.PUBLIC_KEY": "hunter2"}),
    Fine(more=core("Secret", "stringData: {a: 'ENC[AES256_GCM,x]'}\nsops: {}")),
    Fine(more=core("Secret", "stringData: {a: '<path:kv#a>'}")),
)

IDENTITIES = (
    Fault("EG706", {"Role discovery: apiVersion": "rbac.authorization.k8s.io/v1beta1"}),
    Fault("EG706", {"PodDisruptionBudget emqx: apiVersion": "policy/v1beta1"}),
    Fault(
        "EG708",
        more="apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: emqx, namespace: prod}",
        at="metadata.name",
    ),
    Fine(more="apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: emqx, namespace: else}"),
    Fine(more=custom("Service", "{}", "serving.knative.dev/v1beta1")),
)

SHAPES = (
    Fault("EG707", {"StatefulSet emqx: spec.replica": 3}, foreign=True),
    Fault("EG707", {"StatefulSet emqx: spec.replicas": "3"}, foreign=True),
    Fault("EG707", {f"{BROKER}.env[1].value": True}, foreign=True),
    Fault("EG707", {"StatefulSet emqx: spec.selector": GONE}, at="spec", foreign=True),
    Fault("EG707", {"Service emqx: spec.ports": {}}, foreign=True),
    Fault("EG726", {f"{POD}.hostnameOverride": "a"}, foreign=True),
    Fine({"ServiceMonitor emqx: spec.anything": 3}, foreign=True),
    Fine(more=core("Secret", "stringData: {a: 'ENC[AES256_GCM,x]'}\nsops: {}"), foreign=True),
    Fine({f"{POD}.terminationGracePeriodSeconds": None}, foreign=True),
    Fine({"StatefulSet emqx: spec.template.metadata.creationTimestamp": None}, foreign=True),
)

VOLUMES = (
    Fault(
        "EG709",
        {f"{TEMPLATE}.metadata.annotations": {"volume.alpha.kubernetes.io/storage-class": "a"}},
    ),
    Fault(
        "EG709",
        {
            "PersistentVolume prod-emqx-0: metadata.annotations": {
                "volume.alpha.kubernetes.io/storage-class": "a"
            }
        },
    ),
    Fault(
        "EG718",
        {f"{TEMPLATE}.metadata.annotations": {"volume.beta.kubernetes.io/storage-class": "a"}},
    ),
    Fault("EG710", {f"{TEMPLATE}.spec.accessModes": ["ReadWriteMany"]}),
    Fault("EG710", {f"{TEMPLATE}.spec.resources.requests.storage": "11Gi"}),
    Fault("EG710", {f"{TEMPLATE}.spec.volumeMode": "Block"}),
    Fault("EG710", {f"{VOLUME}.claimRef.namespace": "else"}, at="spec.claimRef"),
    Fault("EG710", {"StatefulSet emqx: spec.replicas": 3}, at=TEMPLATE),
    Fault("EG701", {f"{VOLUME}.claimRef.name": "emqx-data"}, at="spec.claimRef"),
    Fault("EG720", {f"{TEMPLATE}.spec.storageClassName": "fast"}),
    Fault("EG720", {f"{TEMPLATE}.spec.storageClassName": GONE}),
    Fault(
        "EG719",
        {f"{POD}.volumes[1]": SHARED, f"{BROKER}.volumeMounts[0].name": "shared"},
        claim("{accessModes: [ReadWriteMany]}"),
        at=f"{POD}.volumes[1].persistentVolumeClaim",
    ),
    Fault(
        "EG719",
        more=workload("{app: other}", spec=OTHERS_CLAIM)
        + "---"
        + claim("{accessModes: [ReadWriteOnce]}"),
        at="spec.template.spec.volumes[0].persistentVolumeClaim",
    ),
    Fine({f"{TEMPLATE}.spec.resources.requests.storage": "9Gi"}),
    Fine({"StatefulSet emqx: spec.replicas": 1}),
    Fine(
        more=workload("{app: other}", spec=OTHERS_CLAIM)
        + "---"
        + claim("{accessModes: [ReadWriteMany]}")
    ),
)

CLUSTER = (
    Fault("EG711", {f"{BROKER}.readinessProbe.httpGet.port": "mqtt-proxy"}),
    Fault(
        "EG711",
        {f"{BROKER}.readinessProbe": {"tcpSocket": {"port": 1893}}},
        at=f"{BROKER}.readinessProbe.tcpSocket.port",
    ),
    Fault("EG713", {"StatefulSet emqx: spec.podManagementPolicy": GONE}),
    Fault("EG721", {"Service emqx-headless: spec.publishNotReadyAddresses": GONE}),
    Fault(
        "EG722",
        more=workload("{app: emqx, a: b}", selector="{a: b}"),
        at="spec.selector",
    ),
    Fault(
        "EG722",
        {
            "Service emqx-headless: spec.clusterIP": GONE,
            f"{SETTINGS}.EMQX_CLUSTER__DISCOVERY_STRATEGY": "dns",
            f"{SETTINGS}.EMQX_CLUSTER__DNS__RECORD_TYPE": "srv",
            f"{SETTINGS}.EMQX_CLUSTER__DNS__NAME": "emqx-headless.prod.svc.cluster.local",
        },
    ),
    Fault("EG723", {"Role discovery: rules[0].verbs": ["list"]}, at=f"{POD}.serviceAccountName"),
    Fault(
        "EG723",
        {"Role discovery: rules[0].resourceNames": ["emqx"]},
        at=f"{POD}.serviceAccountName",
    ),
    Fault("EG723", {"RoleBinding discovery: subjects": []}, at=f"{POD}.serviceAccountName"),
    Fault(
        "EG724",
        {"ServiceAccount emqx: automountServiceAccountToken": False},
        at=f"{POD}.automountServiceAccountToken",
    ),
    Fault("EG724", {f"{POD}.automountServiceAccountToken": False}),
    Fault("EG725", {f"{SETTINGS}.EMQX_NAME": "emqx2"}, at="*"),
    Fault("EG203", {f"{SETTINGS}.EMQX_CLUSTER__K8S__SERVICE_NAME": "emqx"}, at="*"),
    Fault(
        "EG204",
        {f"{SETTINGS}.EMQX_CLUSTER__K8S__ADDRESS_TYPE": "ip", f"{BROKER}.env[1].name": "A"},
        at=f"{BROKER}.volumeMounts",
    ),
    Fine(
        {
            f"{POD}.automountServiceAccountToken": True,
            "ServiceAccount emqx: automountServiceAccountToken": False,
        }
    ),
    Fine(
        {"StatefulSet emqx: spec.podManagementPolicy": GONE, "StatefulSet emqx: spec.replicas": 1}
    ),
    Fine({"Role discovery: rules[0].resourceNames": GONE}),
    Fine({f"{SETTINGS}.EMQX_CLUSTER__K8S__ADDRESS_TYPE": "ip"}),
)

CASES = (
    *REFERENCES,
    *VARIABLES,
    *SELECTORS,
    *IMAGES_AND_SECRETS,
    *IDENTITIES,
    *SHAPES,
    *VOLUMES,
    *CLUSTER,
)
