"""Which fields differ between two manifests."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emqx_gitops.review.compare import compare
from emqx_gitops.review.compare.quantities import quantity
from emqx_gitops.review.model import Field, How, Item, path_text


def _told(old: Any, new: Any) -> list[tuple[str, str, Any, Any]]:
    return [
        (path_text(each.path), each.how.value, each.old, each.new) for each in compare(old, new)
    ]


def _pod(**fields: Any) -> dict[str, Any]:
    return {"kind": "Pod", "spec": {"containers": [{"name": "emqx", **fields}]}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"limits": {"cpu": "1000m"}}, {"limits": {"cpu": 1}}),
        ({"limits": {"cpu": "1"}}, {"limits": {"cpu": "1.0"}}),
        ({"requests": {"memory": "1Gi"}}, {"requests": {"memory": "1024Mi"}}),
        ({"requests": {"memory": "1M"}}, {"requests": {"memory": "1000k"}}),
        ({"limits": {"cpu": None}}, {"limits": {}}),
    ],
)
def test_same_amounts_are_no_change(old: Any, new: Any) -> None:
    """Another spelling of a quantity is none where the schema says quantity."""
    assert not compare(_pod(resources=old), _pod(resources=new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            {"kind": "ConfigMap", "data": {"cpu": "1"}},
            {"kind": "ConfigMap", "data": {"cpu": "1000m"}},
        ),
        (
            {"metadata": {"annotations": {"limits": "1"}}},
            {"metadata": {"annotations": {"limits": "1000m"}}},
        ),
        ({"data": {"limits": {"cpu": "1"}}}, {"data": {"limits": {"cpu": "1000m"}}}),
        ({"spec": {"duration": "60s"}}, {"spec": {"duration": "1m"}}),
        ({"spec": {"port": "1883"}}, {"spec": {"port": 1883}}),
        ({"spec": {"on": True}}, {"spec": {"on": 1}}),
        (_pod(resources={"limits": {"cpu": "1"}}), _pod(resources={"limits": {"cpu": "2"}})),
        (_pod(resources={"limits": {"cpu": "1"}}), _pod(resources={"limits": {"cpu": "1 "}})),
        (_pod(resources={"limits": {"x": "1Gi"}}), _pod(resources={"limits": {"x": "1073741824"}})),
        (_pod(resources={"limits": {"x": "1e3"}}), _pod(resources={"limits": {"x": "1k"}})),
    ],
)
def test_other_values_are_changes(old: Any, new: Any) -> None:
    """Texts, numbers and durations are equal only where they are the same."""
    assert [each.how for each in compare(old, new)] == [How.CHANGED]


@given(st.integers(0, 10**6), st.sampled_from(["", "k", "M", "G", "Ki", "Mi", "Gi", "m"]))
def test_quantities_add_up(number: int, suffix: str) -> None:
    """A suffix multiplies."""
    one = quantity(f"1{suffix}")

    assert one is not None
    assert quantity(f"{number}{suffix}") == number * one


@pytest.mark.parametrize(
    ("name", "old", "new", "path"),
    [
        ("env", {"name": "A", "value": "1"}, {"name": "A", "value": "2"}, "env[name=A].value"),
        (
            "ports",
            {"containerPort": 1883, "name": "a"},
            {"containerPort": 1883, "name": "b"},
            "ports[containerPort=1883].name",
        ),
        (
            "ports",
            {"port": 1, "targetPort": 2},
            {"port": 1, "targetPort": 3},
            "ports[port=1].targetPort",
        ),
        (
            "volumeMounts",
            {"mountPath": "/a", "name": "x"},
            {"mountPath": "/a", "name": "y"},
            "volumeMounts[mountPath=/a].name",
        ),
        (
            "volumeClaimTemplates",
            {"metadata": {"name": "data"}, "spec": {"a": 1}},
            {"metadata": {"name": "data"}, "spec": {"a": 2}},
            "volumeClaimTemplates[metadata.name=data].spec.a",
        ),
        (
            "subjects",
            {"kind": "User", "name": "x", "apiGroup": "a"},
            {"kind": "User", "name": "x", "apiGroup": "b"},
            "subjects[kind=User,namespace=,name=x].apiGroup",
        ),
        ("things", {"id": 7, "a": 1}, {"id": 7, "a": 2}, "things[id=7].a"),
    ],
)
def test_lists_by_key(name: str, old: Any, new: Any, path: str) -> None:
    """An item is found by its key wherever it stands."""
    other = {
        key: f"other {value}" if isinstance(value, str) else value for key, value in old.items()
    }
    other |= {key: 99 for key in ("containerPort", "port", "id") if key in old}
    if "metadata" in old:
        other["metadata"] = {"name": "logs"}

    fields = compare({name: [old, other]}, {name: [other, new]})

    assert [(each.how, path_text(each.path)) for each in fields] == [
        (How.CHANGED, path),
        (How.ORDER, name),
    ]


def test_ports_of_one_number_are_told_apart_by_protocol() -> None:
    """UDP and TCP on one port are two items; a protocol left out is TCP."""
    old = _pod(ports=[{"containerPort": 1}, {"containerPort": 1, "protocol": "UDP", "name": "a"}])
    new = _pod(ports=[{"containerPort": 1}, {"containerPort": 1, "protocol": "UDP", "name": "b"}])

    (field,) = compare(old, new)

    assert field.path[-2] == Item((("containerPort", 1), ("protocol", "UDP")))


def test_order_alone_is_told_as_order() -> None:
    """Items in another order give one field, with their keys on both sides."""
    names = ["A", "B", "C"]
    old, new = ([{"name": name, "value": "x"} for name in side] for side in (names, names[::-1]))

    path = ("spec", "containers", Item((("name", "emqx"),)), "env")
    assert compare(_pod(env=old), _pod(env=new)) == (Field(path, How.ORDER, names, names[::-1]),)


def test_an_item_that_came_is_no_new_order() -> None:
    """Items that stay in order are in order, wherever a new one stands between them."""
    old = [{"name": "A"}, {"name": "B"}]

    assert _told({"env": old}, {"env": [old[0], {"name": "X"}, old[1]]}) == [
        ("env[name=X]", "added", None, {"name": "X"})
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["a", "b"], ["a", "c"], [("args[1]", "changed", "b", "c")]),
        (["a", "b"], ["b", "a"], [("args", "order", ["a", "b"], ["b", "a"])]),
        (["a"], ["a", "b"], [("args[1]", "added", None, "b")]),
        (["a", "b"], ["b"], [("args[0]", "removed", "a", None)]),
        ([{"x": 1}, {"y": 1}], [{"y": 1}], [("args[0]", "removed", {"x": 1}, None)]),
        ([{"x": 1}], [{"x": 2}], [("args[0].x", "changed", 1, 2)]),
        ([[1]], [[2]], [("args[0][0]", "changed", 1, 2)]),
        (
            ["a"],
            [{"a": 1}],
            [("args[0]", "added", None, {"a": 1}), ("args[0]", "removed", "a", None)],
        ),
    ],
)
def test_lists_without_keys(old: Any, new: Any, expected: Any) -> None:
    """Of lists without keys, equal items are the same, and the rest is told by place."""
    assert _told({"args": old}, {"args": new}) == expected


def test_open_maps_are_told_key_by_key() -> None:
    """Labels, annotations and data that come or go are told one by one."""
    assert _told({"metadata": {}}, {"metadata": {"labels": {"a": "1", "b": "2"}}}) == [
        ("metadata.labels.a", "added", None, "1"),
        ("metadata.labels.b", "added", None, "2"),
    ]


def test_texts_are_kept_whole() -> None:
    """A text of many lines is one field, with all of it on both sides."""
    old, new = "a\nb\n", "a\nc\n"

    assert _told({"data": {"x": old}}, {"data": {"x": new}}) == [("data.x", "changed", old, new)]
