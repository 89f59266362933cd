"""ConfigMaps and Secrets: each rule fires, and does not on the change next to it."""

from __future__ import annotations

from tests.review.effects.changes import CONTAINER, edited, made, put, workload
from tests.review.effects.rows import Row, by_code, codes_of

CONFIG = made("ConfigMap", data={"a": "1"})
FIXED = made("ConfigMap", data={"a": "1"}, immutable=True)
SECRET = made("Secret", data={"a": "MQ=="})
READING = edited(workload(), put(*CONTAINER, "envFrom", [{"configMapRef": {"name": "emqx"}}]))

ROWS: list[Row] = [
    ("EG833", FIXED, put("data", "a", "2"), put("metadata", "labels", "x", "1"), ()),
    ("EG834", SECRET, put("type", "a/b"), put("type", "Opaque"), ()),
    ("EG838", CONFIG, put("data", "a", "2"), put("metadata", "labels", "x", "1"), (READING,)),
    ("EG848", CONFIG, put("data", "a", "2"), put("binaryData", {}), ()),
]


@by_code(ROWS)
def test_a_rule_finds_its_change_and_not_the_next(row: Row) -> None:
    """Each rule is found by one edit, and not by a like one that does something else."""
    found, beside = codes_of(row)

    assert row[0] in found
    assert row[0] not in beside
