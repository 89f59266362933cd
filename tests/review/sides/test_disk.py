"""Sides that stand on disk, and what of them is left out."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from emqx_gitops.kustomize.build import build
from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.listing import LARGEST
from emqx_gitops.review.sides.place import Makers
from tests.review.sides.checkouts import NOTHING_MADE, Checkout, config_map, names, refuse, sides


@pytest.fixture
def folder(tmp_path: Path) -> Checkout:
    """Two folders of manifests, in no repository."""
    made = Checkout(tmp_path)
    made.put("old/a.yaml", config_map("a", "1"))
    made.put("new/deep/er/b.yml", config_map("b", "2"))
    made.put("new/c.json", '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}')
    return made


def test_folders(folder: Checkout) -> None:
    """Folders are read with all below them, whatever of YAML and JSON is there."""
    old, new = sides(folder.root, "old", "new")

    assert (old.label, new.label) == ("old", "new")
    assert [each.file for each in old.documents] == ["old/a.yaml"]
    assert [each.file for each in new.documents] == ["new/c.json", "new/deep/er/b.yml"]


def test_documents_of_a_file(folder: Checkout) -> None:
    """A file may hold several documents; each knows its line."""
    folder.put("many.yaml", f"# no object\n---\n{config_map('a')}---\n\n---\n{config_map('b')}")

    assert [each.line for each in sides(folder.root, "old", "many.yaml")[1].documents] == [3, 13]


def test_names_as_given(folder: Checkout, tmp_path: Path) -> None:
    """Files are called as the user called them."""
    absolute = str(tmp_path / "old")

    old, new = sides(folder.root / "new", absolute, "../old/a.yaml")

    assert [each.file for each in (*old.documents, *new.documents)] == [
        f"{absolute}/a.yaml",
        "../old/a.yaml",
    ]


def test_stdin(folder: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """One side may come through standard input."""
    stream = io.TextIOWrapper(io.BytesIO(config_map("a", "7").encode()))
    monkeypatch.setattr(sys, "stdin", stream)

    assert names(sides(folder.root, "old", "-")[1]) == ["standard input=7"]


def test_pipe(folder: Checkout) -> None:
    """A side may be a pipe, as a shell makes of <(command)."""
    reading, writing = os.pipe()
    os.write(writing, config_map("a", "7").encode())
    os.close(writing)

    assert names(sides(folder.root, "old", f"/dev/fd/{reading}")[1]) == [f"/dev/fd/{reading}=7"]
    os.close(reading)


def test_nothing(folder: Checkout) -> None:
    """/dev/null is a side on which nothing is."""
    assert sides(folder.root, "/dev/null", "old")[0].documents == ()
    assert sides(folder.root, "/dev/null", "/dev/null")[1].documents == ()


OTHER_FILES = {
    "values.yaml": "replicas: 3\n",
    "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
    "part.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
    "environment.yaml": "apiVersion: emqx-gitops/v1\nkind: Environment\n",
    "chart/Chart.yaml": "apiVersion: v2\nname: chart\n",
    "chart/templates/a.yaml": "{{ if .Values.a }}\napiVersion: v1\nkind: ConfigMap\n{{ end }}\n",
    "broken.yaml": "a: [",
}


def test_what_is_no_object(folder: Checkout) -> None:
    """What Kustomize and Helm start from, and other YAML, is left out and counted."""
    for name, content in OTHER_FILES.items():
        folder.put(f"new/below/{name}", content)

    new = sides(folder.root, "old", "new")[1]

    assert len(new.documents) == 2
    assert len(new.warnings) == 1
    assert new.warnings[0].startswith("left out 7 files without Kubernetes objects: new/below/bro")


def test_what_is_no_object_and_the_same(folder: Checkout) -> None:
    """What is left out on both sides, and the same, is not worth a word."""
    folder.put("old/values.yaml", "a: 1\n")
    folder.put("copy/values.yaml", "a: 1\n")
    folder.put("copy/a.yaml", config_map("a", "1"))

    assert sides(folder.root / "old", ".", ".")[1].warnings == ()


@pytest.mark.parametrize("names", [("values.yaml", "values.yaml"), ("empty", "values.yaml")])
def test_no_object_at_all(folder: Checkout, names: tuple[str, str]) -> None:
    """Where no side has an object, something else was meant."""
    folder.put("values.yaml", "a: 1\n")
    (folder.root / "empty").mkdir()

    with pytest.raises(ReadError, match="no Kubernetes object on either side"):
        sides(folder.root, *names)


def test_links(folder: Checkout) -> None:
    """Links below a folder are not followed: neither round in circles, nor to what is not there."""
    (folder.root / "new/loop").symlink_to("..")
    (folder.root / "new/gone.yaml").symlink_to("nowhere")
    (folder.root / "named").symlink_to("new")

    for name in ("new", "named"):
        new = sides(folder.root, "old", name)[1]
        assert len(new.documents) == 2
        assert new.warnings == (f"left out 2 symbolic links: {name}/gone.yaml, {name}/loop",)


def test_link_to_itself(folder: Checkout) -> None:
    """A link that leads to itself is nothing that could be read."""
    (folder.root / "loop").symlink_to("loop")

    with pytest.raises(ReadError, match="loop: no such file or folder") as caught:
        sides(folder.root, "old", "./loop")
    assert caught.value.fix == "it links to what is not there"


def test_binary(folder: Checkout) -> None:
    """A file without text is left out below a folder, and an error where it was named."""
    folder.put("new/picture.yaml", b"\x89PNG\0\0\0")

    assert sides(folder.root, "old", "new")[1].warnings == (
        "left out one binary file: new/picture.yaml",
    )
    with pytest.raises(ReadError, match=r"new/picture\.yaml:1: .* is no UTF-8"):
        sides(folder.root, "old", "new/picture.yaml")


def test_large(folder: Checkout) -> None:
    """A file of 50 MB is not read."""
    with (folder.root / "new/large.yaml").open("wb") as stream:
        stream.truncate(50_000_000)

    with pytest.raises(ReadError, match=r"new/large\.yaml: has more than 40 MiB") as caught:
        sides(folder.root, "old", "new")
    assert LARGEST < 50_000_000
    assert caught.value.fix == "check that it is the right file, or split it"


def test_unreadable(folder: Checkout) -> None:
    """What cannot be read is named."""
    with pytest.raises(ReadError, match="/proc/self/mem: cannot be read: Input/output error"):
        sides(folder.root, "old", "/proc/self/mem")


def test_hidden_folders(folder: Checkout) -> None:
    """Folders that begin with a dot are other programs' business."""
    folder.put("new/.cache/a.yaml", config_map("a"))

    assert len(sides(folder.root, "old", "new")[1].documents) == 2


def test_kustomization(folder: Checkout, engines: tuple[Engine, Engine]) -> None:
    """A folder with a kustomization is built, on disk and in git."""

    def kustomize(path: Path, label: str) -> str:
        asked.append(label)
        return build(engines[0], path)[0]

    asked: list[str] = []
    makers = Makers(None, kustomize)
    folder.put("old/kustomization.yaml", "resources: [a.yaml, ../beside]\nnamePrefix: x-\n")
    folder.put("beside/kustomization.yaml", "resources: [b.yaml]\n")
    folder.put("beside/b.yaml", config_map("b", "2"))
    folder.git("init", "--quiet", "--initial-branch=main")
    folder.commit()

    for word in ("old", "git:main:old"):
        side = sides(folder.root, word, "/dev/null", makers=makers)[0]
        assert [each.text.count("name: x-") for each in side.documents] == [1, 1]
    assert asked == ["old", "main:old"]
    # Nobody named a kustomization here.
    assert len(sides(folder.root, "main", makers=NOTHING_MADE)[0].documents) == 4


def test_files_without_kustomize(folder: Checkout) -> None:
    """Kustomize is not asked where there is nothing to build."""
    assert sides(folder.root, "old", "new", makers=Makers(refuse, refuse))
