"""Rights and privileges: each rule fires, and does not on the change next to it."""

from __future__ import annotations

from emqx_gitops.manifests import Manifest
from tests.review.effects.changes import CONTAINER, TEMPLATE, drop, edited, made, put, workload
from tests.review.effects.rows import IMAGE, Row, by_code, codes_of

ON, OFF = True, False
SECURITY = (*CONTAINER, "securityContext")
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
LEVEL = "pod-security.kubernetes.io/enforce"
NAMESPACE: Manifest = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "demo", "labels": {LEVEL: "restricted"}},
}
WITHIN_ITSELF = edited(NAMESPACE, put("metadata", "namespace", "emqx"))
LOOSE = edited(NAMESPACE, put("metadata", "labels", LEVEL, "privileged"))
ROOT = edited(workload(), put(*TEMPLATE, "hostNetwork", ON))

ROWS: list[Row] = [
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
    (
        "EG839",
        NAMESPACE,
        put("metadata", "labels", LEVEL, "none"),
        put("metadata", "labels", LEVEL, "privileged"),
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
    # A namespace may say that it is in itself.
    ("EG851", workload(), put(*TEMPLATE, "hostNetwork", ON), IMAGE, (WITHIN_ITSELF,)),
]


@by_code(ROWS)
def test_a_rule_finds_its_change_and_not_the_next(row: Row) -> None:
    """Each rule is found by one edit, and not by a like one that does something else."""
    found, beside = codes_of(row)

    assert row[0] in found
    assert row[0] not in beside
