"""The way from two sides to entries."""

from __future__ import annotations

import pytest

from emqx_gitops.manifests import BlockReader, ResourceId, to_yaml
from emqx_gitops.review.model import Outcome, Surroundings, ids_of
from emqx_gitops.review.pipeline import review
from emqx_gitops.review.side import Objects, Side, SideError, documents_of, objects_of
from tests.review.sides_of import changes_of, side_of

_CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: {value}\n"


def _side(text: str, file: str = "a.yaml") -> Side:
    return Side("side", tuple(documents_of(text, file)))


def test_equal_documents_are_not_read() -> None:
    """What is the same text on both sides may even be no YAML."""
    broken = "kind: [\n"
    old, new = (_side(f"{broken}---\n{_CONFIG.format(name='x', value=v)}") for v in "12")

    assert len(review(old, new).entries) == 1


def test_what_nobody_read_is_counted() -> None:
    """Environments that are the same count with their objects, and are not taken for renamed."""
    unread = {"same": 3}
    old, new = (
        Side(
            "side", tuple(documents_of(_CONFIG.format(name="x", value="1"), "a", name)), (), unread
        )
        for name in ("gone", "come")
    )

    found = review(old, new)

    assert (found.unchanged, len(found.entries)) == (3, 2)
    assert found.environments == {"come": 1, "gone": 0, "same": 3}


def test_broken_documents_are_named() -> None:
    """A changed document that cannot be read is told with its file and line."""
    with pytest.raises(SideError, match=r"b\.yaml:3: .*not closed"):
        review(_side(""), _side("a: 1\n---\nb: [c\n", "b.yaml"))


def test_other_yaml_is_no_object() -> None:
    """Values, comments and empty documents are left out."""
    assert not review(_side("a: 1\n"), _side("# nothing\n---\na: 2\n---\n")).entries


def test_a_marker_within_a_text_ends_no_document() -> None:
    """Three dashes that are indented belong to the text in which they stand."""
    text = "a: |\n  x\n  ---\n  y\n--- # b\nb: 1\n---\nc: 1\n...\n"

    assert [(each.line, each.text) for each in documents_of(text, "a")] == [
        (1, "a: |\n  x\n  ---\n  y\n"),
        (5, " # b\nb: 1\n"),
        (8, "c: 1\n...\n"),
    ]


def test_lists_are_their_items() -> None:
    """The items of a List are objects each for itself; those of a typed list get its kind."""
    item = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}}
    bare = {"metadata": {"name": "y"}}
    text = to_yaml({"apiVersion": "v1", "kind": "List", "items": [item]})
    text += "---\n" + to_yaml({"apiVersion": "v1", "kind": "ConfigMapList", "items": [bare]})

    found = [each.id for document in documents_of(text, "a") for each in objects_of(document)]

    assert found == [ResourceId("", "Service", "", "x"), ResourceId("", "ConfigMap", "", "y")]


def test_worst_first() -> None:
    """Entries stand in the order of what they do."""
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {}}

    found = review(side_of([config, claim]), side_of([{**config, "data": {"x": "1"}}]))

    order = [list(Outcome).index(each.outcome) for each in found.entries]
    assert order == sorted(order)
    assert len(changes_of(found)) == 2


def test_surroundings_know_all_objects_and_read_few() -> None:
    """Rules find objects by kind and namespace, of equal documents too."""
    text = "---\n".join(_CONFIG.format(name=name, value=1) for name in "xyz")
    text += "---\nkind: Secret\napiVersion: v1\nmetadata: {name: s, namespace: n}\n"
    side = Objects(documents_of(text, "a"), BlockReader())
    around = Surroundings(side, side, frozenset())

    assert [each["metadata"]["name"] for each in around.find(side, "ConfigMap")] == ["x", "y", "z"]
    assert list(ids_of(side, "Secret", "n")) == [ResourceId("", "Secret", "n", "s")]
    assert list(ids_of(dict(side), "Secret", "n")) == list(ids_of(side, "Secret", "n"))
    assert not ids_of(side, "Secret", "")
