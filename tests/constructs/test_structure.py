"""The tree that is the same for all environments."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

import emqx_gitops
from emqx_gitops.fleet.structure import structure_tree
from emqx_gitops.kustomize.documents import Tree, is_generated
from emqx_gitops.manifests import Manifest, read_document


@pytest.fixture(scope="module")
def tree() -> Tree:
    """Bases and components."""
    return structure_tree()


def kustomizations(tree: Tree) -> dict[str, Manifest]:
    """Return every kustomization by its folder."""
    return {
        path.rpartition("/")[0]: read_document(text.encode()).data
        for path, text in tree.items()
        if path.endswith("/kustomization.yaml")
    }


def test_it_is_of_this_very_program(tmp_path: Path) -> None:
    """Another copy of the package makes its own, wherever the installed one lies."""
    package = tmp_path / "emqx_gitops"
    shutil.copytree(Path(emqx_gitops.__file__).parent, package)
    names = package / "constructs" / "names.py"
    names.write_text(names.read_text().replace('"emqx-gitops"', '"another"'))
    program = (
        "from emqx_gitops.fleet.cache import Cache\n"
        "from emqx_gitops.fleet.structure import structure\n"
        "with structure(Cache(None)) as made: print('another' in str(made()))"
    )
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{program}"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "True\n"


def test_it_lies_below_dist(tree: Tree) -> None:
    """Nothing of it is anybody else's."""
    assert {path.split("/")[1] for path in tree} == {"base", "components"}
    assert all(is_generated(text.encode()) for text in tree.values())


def test_it_refers_to_nothing_outside(tree: Tree) -> None:
    """A copy of dist/ alone can be built: every folder and file that is named is there."""
    found = kustomizations(tree)
    for folder, document in found.items():
        patches = [each["path"] for each in document.get("patches", ())]
        generated = [
            name
            for each in document.get("configMapGenerator", ())
            for name in (*each.get("envs", ()), *each.get("files", ()))
        ]
        for name in (*document.get("resources", ()), *patches, *generated):
            path = _normal(PurePosixPath(folder) / name)
            assert path in tree or path in found, f"{folder}: {name}"
        assert "components" not in document
        assert "namespace" not in document


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_bases_are_bases_and_components_components(tree: Tree) -> None:
    """Only what is listed under `components` has that kind."""
    for folder, document in kustomizations(tree).items():
        kind = "Kustomization" if folder.startswith("dist/base/") else "Component"
        assert document["kind"] == kind


def test_no_file_is_left_over(tree: Tree) -> None:
    """Every file is named by the kustomization beside it."""
    for folder, document in kustomizations(tree).items():
        inside = {path.rpartition("/")[2] for path in tree if path.rpartition("/")[0] == folder}
        text = str(document)
        assert all(name in text for name in inside - {"kustomization.yaml"})


def test_no_name_comes_from_a_construct(tree: Tree) -> None:
    """No hash of a construct's path is in a name or selector: those could never change later."""
    assert not [path for path, text in tree.items() if re.search(r"-[cC]8[0-9a-f]{6}\b", text)]
