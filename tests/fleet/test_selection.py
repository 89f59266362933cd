"""Compiling some environments and not others, and overlays that build upon environments."""

from __future__ import annotations

from tests.repository import PLANT, SMALL, Repository

UPON = "resources: [../small]\nlabels: [{pairs: {team: a}}]\n"


def test_others_are_left_alone(compiled: Repository) -> None:
    """Only what is named is compiled; what is stale or broken elsewhere stays so."""
    compiled.write("overlays/small/environment.yaml", SMALL.replace("replicas: 1", "replicas: 3"))
    compiled.write("overlays/plant/environment.yaml", PLANT.replace("replicas: 3", "replicas: 5"))
    compiled.write("overlays/broken/environment.yaml", "emqx: [\n")
    compiled.write(
        "dist/rendered/gone/pod-x.yaml", compiled.read("dist/rendered/small/service-emqx.yaml")
    )
    before = compiled.files()

    call = compiled.call("synth", "small")

    after = compiled.files()
    touched = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert call.status == 0
    assert touched == {
        "dist/environments/small/kustomization.yaml",
        "dist/rendered/small/statefulset-emqx.yaml",
    }


def test_conflict_is_told_to_who_is_compiled(compiled: Repository) -> None:
    """What the environments named take from others is refused there, whatever the order."""
    for name in ("aaa", "zzz"):
        compiled.write(f"overlays/{name}/environment.yaml", SMALL + "namespace: emqx-small\n")

    for name in ("aaa", "small", "zzz"):
        call = compiled.call("synth", name)

        assert call.status == 1
        assert call.err.count(": error EG501") == 1
        assert f"overlays/{name}/environment.yaml:" in call.err
    assert compiled.call("synth", "plant").status == 0


def test_overlay_follows_its_environment(compiled: Repository) -> None:
    """An overlay by hand that builds upon an environment is rendered anew with it."""
    compiled.write("overlays/mine/kustomization.yaml", UPON)
    rendered = "dist/rendered/mine/statefulset-emqx.yaml"

    compiled.call("synth")
    first = compiled.read(rendered)
    compiled.write("overlays/small/environment.yaml", SMALL.replace("replicas: 1", "replicas: 3"))
    compiled.call("synth", "mine")
    second = compiled.read(rendered)

    assert "team: a" in first
    assert "replicas: 1\n" in first
    assert first.replace("replicas: 1\n", "replicas: 3\n") == second
    assert compiled.read("overlays/mine/kustomization.yaml") == UPON


def test_overlay_upon_a_broken_environment(compiled: Repository) -> None:
    """What is wrong with an environment that is built upon counts."""
    compiled.write("overlays/mine/kustomization.yaml", UPON)
    compiled.write("overlays/small/environment.yaml", "emqx: [\n")

    assert "overlays/small/environment.yaml:2:1: error EG101" in compiled.call("synth", "mine").err


def test_overlay_upon_an_overlay(compiled: Repository) -> None:
    """An overlay by hand may build upon another one, which has what it needs."""
    compiled.write("overlays/mine/kustomization.yaml", UPON)
    compiled.write("overlays/yours/kustomization.yaml", "resources: [../mine]\nnamespace: yours\n")

    assert compiled.call("synth").status == 0
    assert "namespace: yours" in compiled.read("dist/rendered/yours/statefulset-emqx.yaml")
