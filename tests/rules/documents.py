"""
For each rule on Kustomize documents some that break it, and such as come close and are fine.

`§` stands before the value or key that the finding must point to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Written(NamedTuple):
    """What somebody wrote below one overlay; paths start there."""

    codes: str
    """Codes that are found, a space between; none where all is well."""

    files: Mapping[str, str]


MARK = "§"
HEAD = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
ADD = """patch: '[{"op": "add", "path": "/metadata/labels/a", "value": "b"}]'"""
OVERLAY = """
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: hand
resources:
  - ../../dist/base/deployment
components:
  - ../../dist/components/credentials/5
  - ../../dist/components/discovery/k8s-ip/5
  - ../../dist/components/storage/ephemeral
"""
ON_COMMON = """
resources: [../../dist/base/common]
components: [../../dist/components/exposure/node-port, §../../dist/components/credentials/5]
"""
BROKERS = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: emqx}
spec:
  template:
    spec:
      containers: [{name: emqx, %s}]
"""
ISSUER = """
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
§metadata: {name: ca}
"""
OFF = "{disableNameSuffixHash: true}"
BELOW = {"extra/base/kustomization.yaml": "resources: []\n"}
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"


def extra(text: str, head: str = HEAD, /, **files: str) -> dict[str, str]:
    """Return a component of the environment's own; other files by name, without their ending."""
    named = {f"extra/{name}.yaml": content for name, content in files.items()}
    return {"extra/kustomization.yaml": head + text} | named


def by_hand(text: str, /, **files: str) -> dict[str, str]:
    """Return an overlay that builds upon the generated base of a Deployment."""
    named = {f"{name}/kustomization.yaml": content for name, content in files.items()}
    return {"kustomization.yaml": OVERLAY + text} | named


def patch(target: str, mark: str = "§") -> str:
    """Return a JSON 6902 patch of *target*."""
    return f"  - {ADD}\n    {mark}target: {{{target}}}\n"


def merged(settings: str) -> str:
    """Return a generator that adds *settings* to those of the brokers."""
    return f"configMapGenerator:\n  - name: emqx-env\n    behavior: merge\n    {settings}\n"


def unhashed(option: str, options: str) -> str:
    """Return a generator of variables whose name has no hash."""
    entry = "  - §name: emqx-env\n    behavior: merge\n    literals: [EMQX_MQTT__IDLE_TIMEOUT=9s]\n"
    return f"configMapGenerator:\n{entry}    options: {option or '{}'}\n{options}\n"


EXTRA = (
    Written("", extra("patches:\n" + patch("kind: StatefulSet, name: emqx"))),
    Written("", extra("patches:\n" + patch("kind: Stateful.*, name: 'e[m]qx'"))),
    Written("", extra("patches:\n" + patch("kind: ConfigMap, name: emqx-env"))),
    Written("", extra("patches:\n" + patch("labelSelector: app.kubernetes.io/name=emqx"))),
    Written(
        "",
        extra(
            "patches:\n"
            + patch("kind: Deployment, name: emqx", "")
            + patch("kind: StatefulSet, name: emqx", "")
        ),
    ),
    Written("EG601", extra("patches:\n" + patch("kind: Deployment, name: emqx"))),
    Written("EG601", extra("patches:\n" + patch("kind: StatefulSet, name: emq"))),
    Written("EG601", extra("patches:\n" + patch("kind: Service, name: mqtt"))),
    Written("EG601", extra("patches:\n" + patch("labelSelector: app.kubernetes.io/name=emqz"))),
    Written("EG601", extra("patches:\n" + patch("kind: StatefulSet, namespace: other"))),
    Written("", extra(merged("literals: [EMQX_MQTT__MAX_INFLIGHT=16]"))),
    Written("EG602", extra(merged("literals: [§EMQX_LOG__CONSOLE__LEVEL=debug]"))),
    Written(
        "EG602",
        extra(merged("envs: [more.env]")) | {"extra/more.env": "# mine\n§EMQX_NAME=emqx\n"},
    ),
    Written("EG301", extra(merged("literals: [§EMQX_MQTT__MAX_INFLIGT=16]"))),
    Written("EG303", extra(merged("literals: [§EMQX_CLUSTER__DISCOVERY=k8s]"))),
    Written("", extra("resources: [a.yaml]\n", a=CONFIG)),
    Written("", extra("resources: [a.yaml]\n", a=f"{CONFIG}  namespace: emqx-prod\n")),
    Written("EG603", extra("resources: [a.yaml]\n", a=f"{CONFIG}  §namespace: monitoring\n")),
    Written("EG611", extra("resources: [a.yaml]\n", a=ISSUER)),
    Written("EG612", extra(merged("literals: ['§EMQX_MQTT__MAX_PACKET_SIZE=\"2MB\"']"))),
    Written("", extra("patches:\n  - path: a.yaml\n", a=BROKERS % "imagePullPolicy: Always")),
    Written(
        "EG610",
        extra("patches:\n  - §path: a.yaml\n", a=BROKERS % "env: [{name: A, value: b}]"),
    ),
    Written(
        "EG610",
        extra(
            "patches:\n  - §path: a.yaml\n",
            a=BROKERS.replace("name: emqx, %s", "name: side, image: 'side:1'"),
        ),
    ),
)

BY_HAND = (
    Written("", by_hand("patches:\n" + patch("kind: Deployment, name: emqx"))),
    Written("EG601", by_hand("patches:\n" + patch("kind: StatefulSet, name: emqx"))),
    Written("", by_hand(merged("literals: [EMQX_MQTT__MAX_INFLIGHT=16]"))),
    Written("EG602", by_hand(merged("literals: [§EMQX_CLUSTER__K8S__ADDRESS_TYPE=dns]"))),
    Written("", by_hand("images: [{name: emqx/emqx, newTag: 5.8.8}]\n")),
    Written("", by_hand("images: [{name: emqx/emqx, newName: a.b:5000/emqx, newTag: 5.8.8}]\n")),
    Written("EG613", by_hand("images: [{§name: emqx, newTag: 5.8.8}]\n")),
    Written("EG601", {"kustomization.yaml": ON_COMMON}),
    Written(
        "EG602",
        {"kustomization.yaml": f"{OVERLAY}  - §../../dist/components/discovery/static/5\n"},
    ),
    Written("EG606", by_hand("§commonLabels: {a: b}\n")),
    Written("EG607", by_hand("§nameSuffix: -x\n")),
    Written("EG609", by_hand(unhashed(OFF, ""))),
    Written("EG609", by_hand(unhashed("", f"generatorOptions: {OFF}"))),
)

UNBUILDABLE = (
    Written("", extra("resources: [a.yaml]\n", a=CONFIG)),
    Written("EG604", extra("§resource: [a.yaml]\n", a=CONFIG)),
    Written("EG605", extra("§kind: Kustomization\n", HEAD.partition("kind")[0])),
    Written("EG605", extra("components: [§base]\n") | BELOW),
    Written("EG606", extra("§bases: [base]\n") | BELOW),
    Written("EG608", extra("resources: [§github.com/org/repo//base]\n")),
    Written("EG608", extra("resources: ['§https://github.com/org/repo//base?ref=main']\n")),
    Written("EG608", extra("resources: ['§https://x.org/o/r/main/a.yaml']\n")),
    Written("", extra("resources: ['https://github.com/org/repo//base?ref=v1.2.3']\n")),
    Written("", extra("resources: ['https://x.org/o/r/v1.2.3/a.yaml']\n")),
)

CASES = (*((case, "prod") for case in EXTRA), *((case, "hand") for case in BY_HAND))
