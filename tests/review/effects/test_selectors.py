"""What selects pods: each rule fires, and does not on the change next to it."""

from __future__ import annotations

from tests.review.effects.changes import LABELS, drop, edited, made, put, service, workload
from tests.review.effects.rows import Row, by_code, codes_of

POLICY_PORT = [{"port": 1883, "protocol": "TCP"}]
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
OTHER_LABELS = {"app": "other"}
ELSEWHERE = edited(workload(), put("metadata", "name", "other"))
ELSEWHERE["spec"]["template"]["metadata"]["labels"] = OTHER_LABELS
ELSEWHERE["spec"]["selector"]["matchLabels"] = OTHER_LABELS
SELECTOR = ("spec", "selector", "app")

ROWS: list[Row] = [
    (
        "EG841",
        workload(),
        put("spec", "template", "metadata", "labels", {"app": "b"}),
        put("spec", "template", "metadata", "labels", {**LABELS, "x": "1"}),
        (),
    ),
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
]


@by_code(ROWS)
def test_a_rule_finds_its_change_and_not_the_next(row: Row) -> None:
    """Each rule is found by one edit, and not by a like one that does something else."""
    found, beside = codes_of(row)

    assert row[0] in found
    assert row[0] not in beside
