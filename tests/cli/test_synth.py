"""`emqx-gitops synth`: what it says, and how it ends."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from emqx_gitops.kustomize.documents import HEADER
from tests.repository import HEAD, PLANT, SMALL, Repository

MORE = SMALL.replace("replicas: 1", "replicas: 3")
DELIVERY = "dist/delivery/flux/lab/environments/kustomization-emqx-small.yaml"
STALE = ("dist/environments/small/kustomization.yaml", "dist/rendered/small/statefulset-emqx.yaml")


def test_summary(repository: Repository) -> None:
    """A line for each environment, one for all, and how to prepare new volumes."""
    repository.write("overlays/small/environment.yaml", SMALL)
    repository.write("overlays/plant/environment.yaml", PLANT)

    call = repository.call("synth")

    lines = call.out.splitlines()
    assert call.status == 0
    assert re.sub(" +", " ", lines[0]) == (
        "environment cluster emqx runs discovery exposure storage objects changed findings"
    )
    assert re.split(r" {2,}", lines[1])[:7] == [
        *("plant", "lab", "5.7.1 opensource", "StatefulSet x3", "dns srv", "clusterIp", "nfs")
    ]
    assert lines[2].startswith("small ")
    assert re.fullmatch(r"2 environments, \d+ objects, files \d+ created, \d+\.\d s", lines[3])
    assert lines[5] == "volumes of plant, to prepare before the first sync:"
    assert "  # on nfs.example.com" in lines
    assert any(line.startswith("  chown 1000:1000 /srv/emqx/emqx-plant/emqx-0 ") for line in lines)


def test_nothing_to_do(compiled: Repository) -> None:
    """Where nothing changed, that is said, and volumes that are not new are not shown."""
    call = compiled.call("synth")

    assert call.status == 0
    assert ", no file changed, " in call.out
    assert "volumes" not in call.out


def test_prepare_shows_every_volume(compiled: Repository) -> None:
    """With --prepare, volumes are shown though they are not new."""
    assert "volumes of plant" in compiled.call("synth", "--prepare").out


def test_changes_are_counted(compiled: Repository) -> None:
    """The table counts the files of an environment that changed."""
    compiled.write("overlays/small/environment.yaml", MORE)

    call = compiled.call("synth")

    assert re.search(r"^small .* 2  +\S+$", call.out, re.MULTILINE)
    assert "files 3 changed, " in call.out


def test_check_names_files(compiled: Repository) -> None:
    """With --check nothing is written, and files that are not up to date are named."""
    compiled.write("overlays/small/environment.yaml", MORE)
    compiled.path("dist/rendered/plant/service-emqx.yaml").unlink()
    compiled.write("dist/rendered/old/pod-x.yaml", compiled.read(STALE[0]))
    before = compiled.digest()

    call = compiled.call("synth", "--check")

    assert call.status == 1
    assert [line for line in call.err.splitlines() if line.startswith("dist/")] == [
        f"{DELIVERY}: differs",
        f"{STALE[0]}: differs",
        "dist/rendered/old/pod-x.yaml: stale",
        "dist/rendered/plant/service-emqx.yaml: missing",
        f"{STALE[1]}: differs",
    ]
    assert "run `emqx-gitops synth`" in call.err
    assert compiled.digest() == before


def test_check_is_content(compiled: Repository) -> None:
    """With --check a tree that is up to date ends with 0."""
    call = compiled.call("synth", "--check")

    assert (call.status, call.err) == (0, "")


def test_file_in_place_of_a_folder(repository: Repository) -> None:
    """A stale file of ours is named, wherever in dist/ it lies."""
    shutil.rmtree(repository.root / "overlays")
    shutil.rmtree(repository.root / "dist", ignore_errors=True)
    repository.write(
        "overlays/clusters.yaml",
        "apiVersion: emqx-gitops/v1\nkind: Clusters\nclusters: {lab: {}}\n",
    )
    repository.write("dist/rendered", HEADER)

    call = repository.call("synth", "--check")

    assert call.status == 1
    assert ", 1 stale, " in call.out


def test_check_stops_naming(compiled: Repository) -> None:
    """Where hundreds of files differ, not all of them are named."""
    for path in compiled.path("dist/components").rglob("*.yaml"):
        path.unlink()

    call = compiled.call("synth", "--check")

    assert call.err.count(": missing\n") == 20
    assert re.search(r"^and \d+ more$", call.err, re.MULTILINE)


@pytest.mark.parametrize("check", [True, False])
def test_environment_that_is_gone(compiled: Repository, check: bool) -> None:  # noqa: FBT001
    """That an environment is gone is said; its generated files go, and what is not ours stays."""
    compiled.path("overlays/plant/environment.yaml").unlink()
    compiled.write("overlays/plant/extra/kustomization.yaml", "kind: Component\n")

    call = compiled.call("synth", *(["--check"] if check else []))

    done = "are stale" if check else "were removed"
    assert f"plant is gone: its generated files {done}; what was protected stays" in call.err
    assert call.status == (1 if check else 0)
    left = {name for name in compiled.files() if "plant" in name}
    assert check or left == {"overlays/plant/extra/kustomization.yaml"}


def test_copy_of_a_generated_overlay(compiled: Repository) -> None:
    """A copy of a generated file that was never rendered is ours too; that it goes is said."""
    text = compiled.read("overlays/small/kustomization.yaml")
    compiled.write("overlays/copy/kustomization.yaml", text)

    assert "copy is gone: its generated files were removed" in compiled.call("synth").err


def test_overlay_by_hand(compiled: Repository) -> None:
    """An overlay written by hand is rendered and left alone; when it goes, that is said."""
    text = "resources: [pod.yaml]\n"
    pod = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: y}}\n"
    compiled.write("overlays/hand/kustomization.yaml", text)
    compiled.write("overlays/hand/pod.yaml", pod)

    made = compiled.call("synth")
    rendered = compiled.read("dist/rendered/hand/configmap-x.yaml")
    compiled.path("overlays/hand/kustomization.yaml").unlink()
    gone = compiled.call("synth")

    assert "written by hand" in made.out
    assert "name: x" in rendered
    assert "hand is gone: " in gone.err
    assert not compiled.path("dist/rendered/hand").exists()
    assert compiled.read("overlays/hand/pod.yaml") == pod


def test_empty_overlays(repository: Repository) -> None:
    """Without any environment there are only the shared documents."""
    call = repository.call("synth")

    assert call.status == 0
    assert call.out.startswith("0 environments, 0 objects, files ")
    assert repository.path("dist/base/common/kustomization.yaml").exists()
    assert not repository.path("dist/rendered").exists()


def test_warnings_do_not_stop(compiled: Repository) -> None:
    """A warning is told with its place and fix, and counted; the tree is written."""
    compiled.write("overlays/small/environment.yaml", SMALL.replace("replicas: 1", "replicas: 2"))

    call = compiled.call("synth")

    assert call.status == 0
    assert "overlays/small/environment.yaml:4:34: warning EG308: " in call.err
    assert "\n  fix: " in call.err
    assert re.search(r"^small .* 1 warning$", call.out, re.MULTILINE)


def test_json(compiled: Repository) -> None:
    """JSON has one shape, whatever happened; nothing else is on standard output."""
    compiled.write("overlays/small/environment.yaml", SMALL.replace("replicas: 1", "replicas: 2"))
    compiled.path("overlays/plant/environment.yaml").unlink()

    call = compiled.call("synth", "--format", "json")

    answer = json.loads(call.out)
    assert (call.status, call.err) == (0, "")
    assert set(answer) == {"environments", "findings", "files", "gone", "written", "seconds"}
    (small,) = answer["environments"]
    assert small["changed"] == list(STALE)
    assert small["name"] == "small"
    assert small["summary"]["replicas"] == 2
    assert set(small) == {"name", "objects", "changed", "prepare", "summary"}
    (finding,) = [each for each in answer["findings"] if each["rule"] == "EG308"]
    assert finding["file"] == "overlays/small/environment.yaml"
    assert (finding["line"], finding["severity"]) == (4, "warning")
    assert set(answer["files"]) == {"created", "changed", "removed"}
    assert answer["gone"] == ["plant"]
    assert answer["written"] is True


def test_json_of_a_refusal(compiled: Repository) -> None:
    """What is wrong is in the JSON too, and that nothing was written."""
    compiled.write("overlays/small/environment.yaml", HEAD + "emqx: 1\n")

    call = compiled.call("synth", "--format", "json")

    answer = json.loads(call.out)
    assert (call.status, call.err) == (2, "")
    assert answer["written"] is False
    assert {each["rule"] for each in answer["findings"]} == {"EG103", "EG104"}


def test_json_of_trouble(compiled: Repository) -> None:
    """What keeps it from running is in the JSON, and told to people."""
    call = compiled.call("synth", "--format", "json", "nothing")

    assert call.status == 2
    assert json.loads(call.out)["error"]["where"] == "overlays/nothing"
    assert "error: overlays/nothing: no such environment" in call.err


COLORS = [
    ({}, False),
    ({"FORCE_COLOR": "1"}, True),
    ({"CLICOLOR_FORCE": "1"}, True),
    ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
]


@pytest.mark.parametrize(("environ", "painted"), COLORS)
def test_colors(
    compiled: Repository,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    painted: bool,  # noqa: FBT001
) -> None:
    """Colours are for terminals, for who forces them, and never for who wants none."""
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    fine = compiled.call("synth")
    compiled.write("overlays/small/environment.yaml", "emqx: 1\n")
    wrong = compiled.call("synth")

    assert ("\x1b[" in fine.out) is painted
    assert ("\x1b[31m" in wrong.err) is painted
