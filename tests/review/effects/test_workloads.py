"""Workloads and pods: each rule fires, and does not on the change next to it."""

from __future__ import annotations

from tests.review.effects.changes import CONTAINER, TEMPLATE, claiming, made, put, workload
from tests.review.effects.rows import IMAGE, SIZE, Row, by_code, codes_of

ON = True
POD = made("Pod", spec=workload()["spec"]["template"]["spec"])
JOB = made(
    "Job",
    "batch/v1",
    spec={
        "template": {
            "spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "b:1"}]}
        }
    },
)

ROWS: list[Row] = [
    (
        "EG800",
        workload("Deployment", strategy={"type": "Recreate"}),
        IMAGE,
        put("spec", "minReadySeconds", 5),
        (),
    ),
    (
        "EG800",
        workload("Deployment", strategy={"rollingUpdate": {"maxUnavailable": "100%"}}),
        IMAGE,
        put("spec", "paused", ON),
        (),
    ),
    (
        "EG801",
        claiming(),
        put("spec", "serviceName", "b"),
        put("spec", "revisionHistoryLimit", 1),
        (),
    ),
    (
        "EG801",
        claiming(),
        put("spec", "volumeClaimTemplates", 0, *SIZE, "20Gi"),
        put("spec", "volumeClaimTemplates", 0, *SIZE, "10240Mi"),
        (),
    ),
    ("EG802", workload(), IMAGE, put(*CONTAINER, "terminationMessagePolicy", "File"), ()),
    (
        "EG802",
        workload(),
        put(*CONTAINER, "resources", "limits", "memory", "1073741824"),
        put(*CONTAINER, "resources", "limits", "memory", "1024Mi"),
        (),
    ),
    (
        "EG802",
        workload(),
        put(*TEMPLATE, "enableServiceLinks", ON),
        put(*TEMPLATE, "dnsPolicy", "ClusterFirst"),
        (),
    ),
    (
        "EG802",
        workload(),
        lambda m: m["spec"]["template"]["spec"]["containers"][0]["env"].reverse(),
        lambda m: m.update(dict(reversed(m.items()))),
        (),
    ),
    (
        "EG802",
        workload("Deployment"),
        IMAGE,
        put(*CONTAINER, "resources", "limits", "memory", "1073741824"),
        (),
    ),
    (
        "EG803",
        workload(updateStrategy={"type": "OnDelete"}),
        IMAGE,
        put("spec", "minReadySeconds", 5),
        (),
    ),
    (
        "EG803",
        workload(updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}),
        IMAGE,
        put("spec", "minReadySeconds", 5),
        (),
    ),
    ("EG804", workload(), put("spec", "replicas", 5), put("spec", "minReadySeconds", 5), ()),
    ("EG805", workload(), put("spec", "replicas", 0), put("spec", "replicas", 1), ()),
    (
        "EG806",
        workload(),
        put("spec", "ordinals", {"start": 1}),
        put("spec", "ordinals", {"start": 0}),
        (),
    ),
    (
        "EG807",
        workload("Deployment"),
        put("spec", "selector", "matchLabels", "x", "1"),
        put("metadata", "labels", "x", "1"),
        (),
    ),
    (
        "EG808",
        JOB,
        put("spec", "template", "spec", "containers", 0, "image", "b:2"),
        put("spec", "backoffLimit", 1),
        (),
    ),
    ("EG808", JOB, put("spec", "completions", 2), put("spec", "ttlSecondsAfterFinished", 9), ()),
    ("EG809", POD, put("spec", "hostname", "x"), put("metadata", "labels", "x", "1"), ()),
    (
        "EG809",
        POD,
        put("spec", "nodeSelector", {"a": "b"}),
        put("spec", "enableServiceLinks", ON),
        (),
    ),
    (
        "EG810",
        POD,
        put("spec", "containers", 0, "image", "a:1"),
        put("spec", "activeDeadlineSeconds", 9),
        (),
    ),
]


@by_code(ROWS)
def test_a_rule_finds_its_change_and_not_the_next(row: Row) -> None:
    """Each rule is found by one edit, and not by a like one that does something else."""
    found, beside = codes_of(row)

    assert row[0] in found
    assert row[0] not in beside
