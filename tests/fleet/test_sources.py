"""What is read of a repository, and what an overlay written by hand is built from."""

from __future__ import annotations

from pathlib import Path

import pytest

from emqx_gitops.fleet.closure import closure
from emqx_gitops.fleet.sources import read_sources
from emqx_gitops.kustomize.documents import comment
from tests.repository import Repository

BY_HAND = "resources:\n- ../../dist/base/statefulset\n"


@pytest.fixture
def root(tmp_path: Path) -> Repository:
    """An empty repository."""
    (tmp_path / "overlays").mkdir()
    return Repository(tmp_path)


def test_what_is_what(root: Repository) -> None:
    """Folders with an environment, with a kustomization by hand, and others."""
    root.write("overlays/clusters.yaml", "clusters")
    root.write("overlays/b/environment.yaml", "b")
    root.write("overlays/b/kustomization.yaml", comment())
    root.write("overlays/a/environment.yaml", "a")
    root.write("overlays/a/extra/kustomization.yaml", "x: 1")
    root.write("overlays/a/README.md", "not read")
    root.write("overlays/hand/kustomization.yml", BY_HAND)
    root.write("overlays/stale/kustomization.yaml", comment())
    root.write("overlays/shared/patch.yaml", "no kustomization")

    found = read_sources(root.root)

    assert found.clusters == b"clusters"
    assert [(each.name, each.text) for each in found.environments] == [("a", b"a"), ("b", b"b")]
    assert found.environments[0].extra == {"overlays/a/extra/kustomization.yaml": b"x: 1"}
    assert [each.name for each in found.overlays] == ["hand"]


def test_no_overlays(tmp_path: Path) -> None:
    """A repository without any has no sources."""
    assert read_sources(tmp_path).all == ()


def test_files_of_editors_are_passed_over(root: Repository) -> None:
    """The locks that Emacs leaves beside a file that is being edited are no links of the user's."""
    root.write("overlays/a/environment.yaml", "a")
    root.write("overlays/a/extra/kustomization.yaml", "x: 1")
    for folder in ("overlays", "overlays/a", "overlays/a/extra"):
        root.path(f"{folder}/.#kustomization.yaml").symlink_to("me@here.1234")

    assert list(read_sources(root.root).environments[0].extra) == [
        "overlays/a/extra/kustomization.yaml"
    ]


STYLES = {
    "block": "resources:\n- ../../shared/base\n",
    "flow": "{resources: [../../shared/base]}\n",
    "quoted": 'resources: ["../../shared/base"]\n',
    "dotted": "resources: [./../../shared/./base/]\n",
    "a component": "components:\n  - ../../shared/base\n",
    "by way of another": "resources: [../between]\n",
}


@pytest.mark.parametrize("name", STYLES)
def test_what_an_overlay_builds_upon(root: Repository, name: str) -> None:
    """Folders outside the overlay's own are followed, however YAML writes them."""
    root.write("overlays/hand/kustomization.yaml", STYLES[name])
    root.write("overlays/hand/config/file.txt", "taken with the folder")
    root.write("overlays/between/kustomization.yaml", "resources: [../../shared/base]\n")
    root.write("shared/base/kustomization.yaml", "resources: [a.yaml]\n")
    root.write("shared/base/a.yaml", "a")
    root.write("shared/other/b.yaml", "not named")

    found = closure(root.root, root.path("overlays/hand"))

    expected = {"overlays/hand/kustomization.yaml", "overlays/hand/config/file.txt"}
    expected |= {"shared/base/kustomization.yaml", "shared/base/a.yaml"}
    if name == "by way of another":
        expected.add("overlays/between/kustomization.yaml")
    assert set(found.files) == expected
    assert found.upon == frozenset()


def test_generated_documents_stay_out(root: Repository) -> None:
    """What is generated is made anew; whose it is counts."""
    root.write("overlays/prod/environment.yaml", "")
    root.write("overlays/prod/kustomization.yaml", comment())
    root.write("overlays/prod/parts/kustomization.yaml", "by: hand")
    root.write("dist/base/statefulset/kustomization.yaml", comment())
    root.write("dist/environments/dev/kustomization.yaml", comment())
    named = ["../../dist/base/statefulset", "../../dist/environments/dev", "../prod"]
    root.write("overlays/hand/kustomization.yaml", f"resources: {[*named, '../prod/parts']}\n")

    found = closure(root.root, root.path("overlays/hand"))

    assert set(found.files) == {
        "overlays/hand/kustomization.yaml",
        "overlays/prod/parts/kustomization.yaml",
    }
    assert found.upon == {"prod", "dev"}


ODD = [
    "resources: [../..]\n",
    "resources: [..]\n",
    "resources: [../../../../etc]\n",
    "resources: [../../nothing]\n",
    f"resources: ['../{'x' * 5000}']\n",
    'resources: ["../\\0"]\n',
    "patches: [{patch: '- op: add\n  path: /a/../b'}]\n",
    "resources: [\n",
    "\x00",
    "- a\n",
    "",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_references(root: Repository, text: str) -> None:
    """What leads nowhere, upwards or out of the repository is left to Kustomize to refuse."""
    root.write("overlays/hand/kustomization.yaml", text)

    assert set(closure(root.root, root.path("overlays/hand")).files) == {
        "overlays/hand/kustomization.yaml"
    }
