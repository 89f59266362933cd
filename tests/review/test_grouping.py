"""The same change in many environments."""

from __future__ import annotations

from emqx_gitops.manifests import to_yaml
from emqx_gitops.review.grouping import group
from emqx_gitops.review.model import (
    Change,
    Effect,
    EffectRule,
    Entry,
    Field,
    How,
    Object,
    Outcome,
)
from emqx_gitops.review.pipeline import review
from emqx_gitops.review.side import Side, documents_of

_RULE = EffectRule("EG800", "restart", Outcome.ROLLING_RESTART, "", "", "", "")


def _change(environment: str, image: str = "emqx:2") -> Change:
    metadata = {"name": "emqx", "namespace": f"emqx-{environment}"}
    ref = {"configMapRef": {"name": f"env-{hash_of(environment)}"}}
    own = Object({"kind": "StatefulSet", "metadata": metadata, "envFrom": [ref]})
    fields = (
        Field(("image",), How.CHANGED, "emqx:1", image),
        Field(("host",), How.ADDED, None, f"emqx.emqx-{environment}.svc"),
        Field(("volume",), How.ADDED, None, f"{environment}-data"),
        Field(("env",), How.CHANGED, "env-42fmc42fg2", f"env-{hash_of(environment)}"),
    )
    return Change(own, own, fields, environment)


def hash_of(environment: str) -> str:
    """Return a hash as Kustomize would give, another for each environment."""
    return {"dev": "bbbbbbbbbb", "prod": "cccccccccc"}.get(environment, "dddddddddd")


def _restart(message: str) -> tuple[Effect, ...]:
    return (Effect(_RULE, (), message, ""),)


def _entries(*judged: tuple[Change, str]) -> tuple[Entry, ...]:
    return group((change, _restart(message)) for change, message in judged)


def test_the_same_change_is_told_once() -> None:
    """Changes that differ in the environment's own names and hashes are one entry."""
    (entry,) = _entries(
        *((_change(name), f"emqx-{name}/emqx restarts") for name in ("prod", "dev", "test"))
    )

    assert entry.environments == ("dev", "prod", "test")
    assert [each.message for each in entry.effects] == ["emqx-prod/emqx restarts"]


def test_other_numbers_are_told_of_each() -> None:
    """Where environments differ in what happens, each is named."""
    (entry,) = _entries(
        (_change("dev"), "1 pod"), (_change("prod"), "5 pods"), (_change("b"), "1 pod")
    )

    assert [each.message for each in entry.effects] == ["dev, b: 1 pod", "prod: 5 pods"]


def test_other_values_are_other_changes() -> None:
    """A value that differs beyond names is another change."""
    assert len(_entries((_change("dev"), ""), (_change("prod", "emqx:3"), ""))) == 2


def test_changes_outside_our_trees_are_told_one_by_one() -> None:
    """Without environments nothing is grouped."""
    assert len(_entries((_change(""), ""), (_change(""), ""))) == 2


def test_part_of_a_word_is_no_name() -> None:
    """The environment's name within a word is not its name."""
    changes = []
    for name, word in (("dev", "devoted"), ("prod", "product")):
        own = Object({"kind": "ConfigMap", "metadata": {"name": "x", "namespace": name}})
        field = Field(("data", "a"), How.ADDED, None, word)
        changes.append(Change(own, own, (field,), name))

    assert len(_entries(*((change, "") for change in changes))) == 2


def _rendered(replicas: dict[str, int]) -> Side:
    documents = []
    for name, number in replicas.items():
        metadata = {"name": "emqx", "namespace": f"emqx-{name}"}
        head = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata}
        path = f"dist/rendered/{name}/statefulset-emqx.yaml"
        documents += documents_of(to_yaml({**head, "spec": {"replicas": number}}), path)
    return Side("tree", tuple(documents))


def test_objects_are_compared_within_their_environment() -> None:
    """Each environment's objects are its own; the counts are those of the new side."""
    found = review(_rendered({"dev": 1, "prod": 3}), _rendered({"dev": 2, "prod": 3, "test": 3}))

    told = {each.environments: each.change.kind.value for each in found.entries}
    assert told == {("dev",): "changed", ("test",): "added"}
    assert (found.unchanged, dict(found.environments)) == (1, {"dev": 1, "prod": 1, "test": 1})


def test_two_environments_can_be_compared_with_each_other() -> None:
    """Of two folders of one environment each, the objects are paired all the same."""
    (entry,) = review(_rendered({"staging": 3}), _rendered({"prod": 5})).entries

    assert (entry.change.kind.value, entry.environments) == ("renamed", ())
