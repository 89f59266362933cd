"""What belongs together on two sides."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.likeness import alike
from emqx_gitops.review.model import Kind, Object
from emqx_gitops.review.pairing import pair
from emqx_gitops.review.pipeline import review
from tests.review.sides_of import changes_of, side_of


def _made(kind: str, name: str, namespace: str = "", **body: Any) -> Manifest:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    group = "apps/v1" if kind in {"Deployment", "StatefulSet"} else "v1"
    return {"apiVersion": group, "kind": kind, "metadata": metadata, **body}


def _service(name: str, namespace: str = "", port: int = 1883) -> Manifest:
    spec = {
        "type": "ClusterIP",
        "selector": {"app": "emqx"},
        "ports": [{"name": "mqtt", "port": port}, {"name": "ws", "port": 8083}],
    }
    return _made("Service", name, namespace, spec=spec)


def _kinds(old: list[Manifest], new: list[Manifest]) -> list[tuple[str, str, str]]:
    """Return what became of what."""
    return sorted(
        (
            each.kind.value,
            each.old.id.name if each.old else "",
            each.new.id.name if each.new else "",
        )
        for each in changes_of(review(side_of(old), side_of(new)))
    )


def test_a_new_hash_is_no_new_name() -> None:
    """Generated ConfigMaps are one object, whatever hash their names end in."""
    old = _made("ConfigMap", "env-42fmc42fg2", data={"A": "1"})
    new = _made("ConfigMap", "env-g8h4cc8m4b", data={"B": "2"})

    assert _kinds([old], [new]) == [("changed", "env-42fmc42fg2", "env-g8h4cc8m4b")]


def test_an_exact_name_comes_before_a_hash() -> None:
    """Where one of two generated maps stays, the other is the one that went."""
    maps = [
        _made("ConfigMap", f"env-{each}", data={"A": each}) for each in ("42fmc42fg2", "g8h4cc8m4b")
    ]

    assert _kinds(maps, maps[1:]) == [("removed", "env-42fmc42fg2", "")]


def test_a_kind_swap_is_one_change() -> None:
    """A Deployment that becomes a StatefulSet of that name was replaced."""
    old, new = (_made(kind, "emqx", spec={}) for kind in ("Deployment", "StatefulSet"))

    assert _kinds([old], [new]) == [("replaced", "emqx", "emqx")]


def test_a_renamed_object_is_found() -> None:
    """An object with another name and nearly the same content was renamed."""
    old = [_service("mqtt"), _made("Service", "other", spec={"externalName": "example.org"})]
    new = [_service("broker", port=1884)]

    assert _kinds(old, new) == [("removed", "other", ""), ("renamed", "mqtt", "broker")]


def test_a_moved_namespace_keeps_its_objects() -> None:
    """Objects that moved together are each found by their name."""
    names = ("mqtt", "dashboard", "headless")
    old, new = ([_service(name, space) for name in names] for space in ("a", "b"))

    assert _kinds(old, new) == [("renamed", name, name) for name in sorted(names)]


def test_unlike_objects_are_not_paired() -> None:
    """Two Services that share little are one that went and one that came."""
    new = _made("Service", "web", spec={"type": "NodePort", "ports": [{"port": 80}]})

    assert _kinds([_service("mqtt")], [new]) == [("added", "", "web"), ("removed", "mqtt", "")]


@pytest.mark.slow
def test_thousands_of_likely_pairs_take_bounded_work() -> None:
    """Of many objects that are all alike, each is in one pair at most."""
    sides = [
        [Object(_service(f"{side}-{index}", port=index)) for index in range(3000)]
        for side in ("old", "new")
    ]

    found = alike(*sides)

    assert len(found) > 2900
    assert len({one for one, _ in found}) == len({other for _, other in found}) == len(found)


def test_a_resource_that_stands_twice() -> None:
    """Of two objects with one identity the last counts, and a warning names both places."""
    old, new = _made("ConfigMap", "x", data={"a": "1"}), _made("ConfigMap", "x", data={"a": "2"})

    found = review(side_of([old]), side_of([old, new], label="new", file="b.yaml"))

    assert [each.kind for each in changes_of(found)] == [Kind.CHANGED]
    assert found.warnings == (
        "new has ConfigMap x 2 times, in b.yaml:1 and b.yaml:8; the last one counts",
    )
    assert not review(side_of([old]), side_of([new, old])).entries


def test_names_that_are_made_up_later_are_no_duplicates() -> None:
    """Two objects with a generateName are two objects."""
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "run-"}}
    jobs = [{**job, "spec": {"parallelism": number}} for number in (1, 2)]
    changed = [jobs[0], {**job, "spec": {"parallelism": 3}}]

    found = review(side_of(jobs), side_of(changed))

    assert (len(found.entries), found.unchanged, found.warnings) == (1, 1, ())


def test_swapped_sides_give_swapped_pairs() -> None:
    """It does not matter which side is called old."""
    one = [Object(_service(name, port=port)) for name, port in (("a", 1), ("b", 2))]
    other = [Object(_service(name, port=port)) for name, port in (("c", 2), ("d", 3), ("e", 1))]

    forth, back = pair(one, other), pair(other, one)

    assert {(id(old), id(new)) for old, new in forth} == {(id(old), id(new)) for new, old in back}
