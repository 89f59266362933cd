"""What choices add, as documents."""

from __future__ import annotations

import pytest

from emqx_gitops.components.addition import Addition, combine
from emqx_gitops.kustomize.documents import Image, add, replace

ENV = add("/spec/containers/0/env/-", {"name": "A"})
COUNT = replace("/spec/replicas", 2)


def test_an_open_kind_patches_both_ways() -> None:
    """A shared component patches the template of a workload, and a bare Pod: one of them is hit."""
    patches = Addition(pod=(ENV,), workload=(COUNT,)).kustomization().patches

    assert [
        (each.target.kind, each.target.name, each.operations[0]["path"]) for each in patches
    ] == [
        ("StatefulSet|Deployment", "emqx", "/spec/replicas"),
        ("StatefulSet|Deployment", "emqx", "/spec/template/spec/containers/0/env/-"),
        ("Pod", "emqx", "/spec/containers/0/env/-"),
    ]


@pytest.mark.parametrize(("kind", "prefix"), [("Deployment", "/spec/template"), ("Pod", "")])
def test_a_known_kind_is_patched_once(kind: str, prefix: str) -> None:
    """An environment knows its workload, and has one patch for it."""
    (patch,) = Addition(pod=(ENV,)).kustomization(workload=kind).patches

    assert patch.target.kind == kind
    assert patch.file == f"patch-{kind.lower()}-emqx.yaml"
    assert [each["path"] for each in patch.operations] == [f"{prefix}{ENV['path']}"]


def test_nothing_is_no_document() -> None:
    """What adds nothing has neither patches nor generators."""
    empty = Addition(patches={("Service", "emqx"): ()}).kustomization(workload="Pod")

    assert (empty.patches, empty.generators, empty.objects) == ((), (), ())


def test_additions_stand_in_order() -> None:
    """Operations of an earlier choice come first, for each object that is patched."""
    one = Addition(pod=(ENV,), patches={("Service", "a"): (add("/x", 1),)}, settings={"A": "1"})
    two = Addition(pod=(COUNT,), patches={("Service", "a"): (add("/y", 2),)}, settings={"B": "2"})

    both = combine((one, two))

    assert both.pod == (ENV, COUNT)
    assert [each["path"] for each in both.patches["Service", "a"]] == ["/x", "/y"]
    assert both.settings == {"A": "1", "B": "2"}


def test_images_and_replicas_are_kept() -> None:
    """All that an addition may hold is in the sum."""
    image = Image(name="a", new_name="b")
    both = combine((Addition(images=(image,)), Addition(replicas={"a": 2})))

    assert (both.images, both.replicas) == ((image,), {"a": 2})


def test_no_setting_has_two_places() -> None:
    """Two choices that set one key contradict each other, or will."""
    with pytest.raises(ValueError, match="two choices set A"):
        combine((Addition(settings={"A": "1"}), Addition(settings={"A": "1"})))
