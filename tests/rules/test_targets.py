"""Targets of patches, matched as Kustomize matches them."""

from __future__ import annotations

import pytest

from emqx_gitops.rules.targets import Known, hits, is_literal

SERVICE = Known.of(
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "emqx", "labels": {"app": "emqx", "tier": "core"}},
    }
)
VOLUME = Known.of({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "a"}})


@pytest.mark.parametrize(
    "target",
    [
        {},
        {"kind": "Service"},
        {"kind": "Serv.*|Pod", "name": "emq.", "version": "v1"},
        {"namespace": "default"},
        {"labelSelector": "app=emqx,tier!=edge"},
        {"labelSelector": "app in (emqx, other), tier notin (edge), tier, !zone"},
        {"labelSelector": "app==emqx"},
    ],
)
def test_targets_that_hit(target: dict[str, str]) -> None:
    """Fields are anchored expressions; a field that is left out matches everything."""
    assert hits(target, SERVICE)


@pytest.mark.parametrize(
    "target",
    [
        {"kind": "Serv"},
        {"name": "mqx"},
        {"group": "apps"},
        {"namespace": "prod"},
        {"labelSelector": "app=other"},
        {"labelSelector": "app,zone"},
        {"annotationSelector": "a=b"},
    ],
)
def test_targets_that_miss(target: dict[str, str]) -> None:
    """A part of a name is not the name."""
    assert not hits(target, SERVICE)


def test_names_before_and_after_both_count() -> None:
    """A target may say what an object was called in its file, or what it is called by now."""
    moved = SERVICE.renamed("my-", "", "prod")

    assert all(hits({"name": name}, moved) for name in ("emqx", "my-emqx"))
    assert all(hits({"namespace": name}, moved) for name in ("default", "prod"))
    assert not hits({"namespace": "prod"}, VOLUME.renamed("", "", "prod"))


def test_an_expression_that_python_does_not_know_matches() -> None:
    """Better no finding than a wrong one."""
    assert hits({"name": r"\pL+"}, SERVICE)


def test_literals_are_told_from_patterns() -> None:
    """A name with a dot or a star could be meant as a pattern."""
    assert is_literal("emqx-headless")
    assert not any(map(is_literal, ("", "emqx.*", "a|b")))
