"""All shared components there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emqx_gitops.components.addition import Addition, Shared
from emqx_gitops.components.catalog import AXES, add_shared, shared_components
from emqx_gitops.kustomize.documents import Kustomization


def test_each_says_something() -> None:
    """A choice without structure has no component: kustomize refuses an empty one."""
    for path, addition in shared_components().items():
        assert addition.kustomization() != Kustomization(kind="Component"), path


def test_paths_are_axis_choice_and_generation() -> None:
    """A folder for each choice, and one below it for each generation of keys."""
    for path in shared_components():
        assert re.fullmatch(r"(line|credentials)/[45.]+|[a-z]+/[a-z0-9-]+(/(4\.4|5))?", path)


def test_what_speaks_of_settings_has_two_generations() -> None:
    """Names of settings changed with EMQX 5: what has settings is there for both."""
    paths = set(shared_components())
    for path, addition in shared_components().items():
        if addition.settings:
            stem = path.rpartition("/")[0]
            assert {f"{stem}/4.4", f"{stem}/5"} <= paths


def test_no_number_or_name_of_an_environment_is_shared() -> None:
    """Values belong to environments: nothing shared counts replicas or replaces an image."""
    for addition in shared_components().values():
        assert (addition.images, addition.replicas) == ((), {})


def test_one_path_is_one_component() -> None:
    """Two choices may share a component; two components may not share a path."""
    found: dict[str, Addition] = {}
    add_shared(found, Shared(path="a/b", addition=Addition(settings={"A": "1"})))
    add_shared(found, Shared(path="a/b", addition=Addition(settings={"A": "1"})))

    with pytest.raises(ValueError, match="different components a/b"):
        add_shared(found, Shared(path="a/b", addition=Addition()))


@pytest.mark.parametrize("axis", AXES)
def test_every_choice_has_a_file_of_its_own(axis: str) -> None:
    """Which choices there are can be seen in the folder."""
    folder = Path(__file__).parents[2] / "lib" / "emqx_gitops" / "components" / axis
    modules = [choice.__module__.rpartition(".")[2] for choice in AXES[axis]]

    assert len(set(modules)) == len(modules)
    assert all((folder / f"{module}.py").is_file() for module in modules)
