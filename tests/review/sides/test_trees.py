"""Our own trees: what of them is compared, and how they are made when only sources are there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emqx_gitops.review.pipeline import review
from emqx_gitops.review.side import Side
from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.place import Makers
from tests.review.sides.checkouts import Checkout, checkout, config_map, refuse, sides

SOURCE = "apiVersion: emqx-gitops/v1\nkind: Environment\n"


def put_tree(made: Checkout, below: str = "", **values: str) -> None:
    """Write a tree with an object in each environment, and files that must not count."""
    made.put(f"{below}dist/base/a.yaml", config_map("base", values.get("prod", "")))
    for name, value in values.items():
        made.put(f"{below}overlays/{name}/environment.yaml", SOURCE + f"# {value}\n")
        made.put(f"{below}overlays/{name}/kustomization.yaml", "resources: []\n")
        made.put(f"{below}dist/rendered/{name}/a.yaml", config_map("a", value))


@pytest.fixture
def ours(tmp_path: Path) -> Checkout:
    """A tree of ours: prod=1 and dev=1 are committed, and prod=2 is not."""
    made = checkout(tmp_path / "repository")
    put_tree(made, prod="1", dev="1")
    made.put("other.yaml", config_map("other"))
    made.commit()
    put_tree(made, prod="2")
    return made


def places(root: Path, *words: str, **more: Any) -> tuple[list[str], list[str]]:
    """Return environment and value of each object; `unread` for one that nobody had to read."""
    old, new = sides(root, *words, **more)
    return _places(old), _places(new)


def _places(side: Side) -> list[str]:
    unread = [f"{name}=unread" for name, count in side.unread.items() for _ in range(count)]
    read = [
        f"{each.environment}={each.text.rpartition('value: ')[2].strip()[1:-1]}"
        for each in side.documents
    ]
    return sorted(read + unread)


@pytest.mark.parametrize("words", [(), ("main",), (".",)])
def test_working_tree(ours: Checkout, words: tuple[str, ...]) -> None:
    """Only rendered objects are compared, each with its environment."""
    expected = ["dev=unread", "prod=1"], ["dev=unread", "prod=2"]

    assert places(ours.root, *words) == expected
    assert places(ours.root / "overlays/prod", "main") == expected


def test_environment(ours: Checkout) -> None:
    """Environments are picked by name."""
    one = frozenset({"prod"})
    assert places(ours.root, environments=one) == (["prod=1"], ["prod=2"])

    with pytest.raises(ReadError, match="pord: no such environment") as caught:
        sides(ours.root, environments=frozenset({"pord"}))
    assert caught.value.fix == "did you mean `prod`?"


def test_one_environment_with_another(ours: Checkout) -> None:
    """Folders of single environments are folders like any other."""
    expected = ["=1"], ["=2"]

    assert places(ours.root, "dist/rendered/dev", "dist/rendered/prod") == expected
    assert places(ours.root, "git:main:dist/rendered/dev", "dist/rendered/prod") == expected


@pytest.mark.parametrize("part", [".", "dist", "dist/rendered"])
def test_parts_of_a_tree(ours: Checkout, part: str) -> None:
    """Environments are known by the folder that they are in, wherever one begins."""
    expected = ["dev=1", "prod=1"], ["dev=1", "prod=2"]

    assert places(ours.root, f"git:main:{part}", str(ours.root / part)) == expected


def test_unchanged_is_not_read(ours: Checkout) -> None:
    """Environments that git knows to be the same are not read."""
    ours.commit()
    assert places(ours.root, "HEAD") == (["dev=unread", "prod=unread"],) * 2

    ours.git("mv", "dist/rendered/dev/a.yaml", "dist/rendered/dev/b.yaml")
    assert places(ours.root, "HEAD", staged=True) == (["dev=1", "prod=unread"],) * 2


def test_two_folders_of_one_environment(tmp_path: Path) -> None:
    """Where two folders have the name of one environment, the objects of both count."""
    made = checkout(tmp_path / "repository")
    put_tree(made, prod="1")
    put_tree(made, "dist/", prod="1")
    made.commit()
    made.put("dist/dist/rendered/prod/a.yaml", config_map("a", "2"))

    old, new = sides(made.root, "git:HEAD:dist", str(made.root / "dist"))
    assert review(old, new).environments == {"prod": 2}
    made.commit()

    old, new = sides(made.root, "HEAD~1..HEAD", "dist")
    assert review(old, new).environments == {"prod": 2}


def test_sources_that_nobody_rendered(ours: Checkout) -> None:
    """Where sources changed and nothing rendered did, synth may have been forgotten."""
    ours.put("overlays/dev/environment.yaml", SOURCE + "# 2\n")

    warnings = sides(ours.root)[1].warnings

    assert warnings == (
        "overlays/dev changed and dist/rendered/dev did not: has `emqx-gitops synth` been run?",
    )


def test_first_rendering(ours: Checkout) -> None:
    """Where one side has nothing rendered and no sources, everything is new."""
    ours.git("rm", "-r", "--quiet", "--force", "dist", "overlays")
    ours.commit()

    assert places(ours.root, "HEAD~1..HEAD") == (["dev=1", "prod=1"], [])


def test_trees_below(tmp_path: Path) -> None:
    """A repository may have several trees: the one that we stand in counts, else all of them."""
    made = checkout(tmp_path / "repository")
    put_tree(made, "eu/", prod="1")
    made.commit()
    put_tree(made, "us/", prod="2")

    assert places(made.root) == (["eu/prod=unread"], ["eu/prod=unread", "us/prod=2"])
    assert places(made.root / "us") == ([], ["prod=2"])
    put_tree(made, "eu/", prod="3")
    assert places(made.root / "eu/overlays") == (["prod=1"], ["prod=3"])


@pytest.fixture
def sources(ours: Checkout) -> Checkout:
    """A tree that never commits what it renders."""
    ours.git("rm", "-r", "--quiet", "--cached", "dist")
    ours.put(".gitignore", "dist/\n")
    ours.commit()
    ours.put("overlays/prod/environment.yaml", SOURCE + "# 3\n")
    return ours


@pytest.mark.parametrize("words", [("HEAD",), ("HEAD~1..HEAD",), ("HEAD", "/dev/null")])
def test_sources_alone(sources: Checkout, words: tuple[str, ...]) -> None:
    """Where there are only sources, the message says how to have them compiled."""
    with pytest.raises(ReadError, match="not rendered: there is no dist/rendered") as caught:
        sides(sources.root, *words)
    assert caught.value.fix == "add --build to have both sides compiled"


def test_build(sources: Checkout) -> None:
    """Both sides are compiled from their sources: the working tree in its place, others aside."""

    def compile_(folder: Path, label: str) -> Mapping[str, str]:
        asked.append((label, folder == sources.root))
        files = sorted(folder.glob("overlays/*/environment.yaml"))
        return {
            f"dist/rendered/{each.parent.name}/a.yaml": config_map("a", each.read_text()[-2:-1])
            for each in files
        } | {"dist/base/a.yaml": config_map("base")}

    asked: list[tuple[str, bool]] = []
    makers = Makers(compile_, refuse)

    assert places(sources.root, "HEAD", makers=makers) == (
        ["dev=1", "prod=2"],
        ["dev=1", "prod=3"],
    )
    assert asked == [("HEAD", False), ("working tree", True)]
    assert places(sources.root, "main~1", ".", makers=makers)[0] == ["dev=1", "prod=1"]
