"""Bringing a tree up to date: all of it or nothing, and nothing of anybody else's."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emqx_gitops.fleet.errors import InputError
from emqx_gitops.fleet.write import Changes, apply, compare
from emqx_gitops.kustomize.documents import comment
from tests.repository import Repository

HEAD = comment()
OLD = {
    "dist/rendered/a/changed.yaml": HEAD + "a: 1\n",
    "dist/rendered/a/same.yaml": HEAD + "a: 1\n",
    "dist/rendered/a/removed.yaml": HEAD + "a: 1\n",
    "dist/rendered/gone/removed.yaml": HEAD + "a: 1\n",
    "overlays/a/kustomization.yaml": HEAD + "a: 1\n",
    "overlays/gone/kustomization.yaml": HEAD + "a: 1\n",
}
NEW = {
    "dist/rendered/a/changed.yaml": HEAD + "a: 2\n",
    "dist/rendered/a/same.yaml": HEAD + "a: 1\n",
    "dist/rendered/a/created.yaml": HEAD + "a: 2\n",
    "dist/rendered/new/deep/created.yaml": HEAD + "a: 2\n",
    "overlays/a/kustomization.yaml": HEAD + "a: 2\n",
    "overlays/new/kustomization.yaml": HEAD + "a: 2\n",
}
THEIRS = {
    "dist/notes.txt": "mine",
    "dist/rendered/gone/notes.txt": "mine",
    "overlays/gone/extra/kustomization.yaml": "kind: Component\n",
    "overlays/hand/kustomization.yaml": "resources: []\n",
    "README.md": "mine",
}


@pytest.fixture
def old(tmp_path: Path) -> Repository:
    """The old tree, with files of other people in it."""
    repository = Repository(tmp_path)
    for name, text in (OLD | THEIRS).items():
        repository.write(name, text)
    return repository


def test_what_differs(old: Repository) -> None:
    """Files of ours that nothing asks for are stale; those of others are nobody's business."""
    assert compare(old.root, NEW) == Changes(
        created=(
            "dist/rendered/a/created.yaml",
            "dist/rendered/new/deep/created.yaml",
            "overlays/new/kustomization.yaml",
        ),
        changed=("dist/rendered/a/changed.yaml", "overlays/a/kustomization.yaml"),
        removed=(
            "dist/rendered/a/removed.yaml",
            "dist/rendered/gone/removed.yaml",
            "overlays/gone/kustomization.yaml",
        ),
    )


def test_selection_makes_nothing_stale(old: Repository) -> None:
    """Where only some environments were compiled, files of the others stay."""
    assert compare(old.root, NEW, only=frozenset({"a"})).removed == ()


def test_new_tree(old: Repository) -> None:
    """Afterwards there is the new tree, and what others wrote."""
    apply(old.root, NEW, compare(old.root, NEW))

    assert old.files() == {name: text.encode() for name, text in (NEW | THEIRS).items()}
    assert not compare(old.root, NEW)


def test_empty_folders_go(old: Repository) -> None:
    """Folders that are empty afterwards go, those of ours that always are stay."""
    for name in THEIRS:
        old.path(name).unlink()
    old.path("overlays/gone/extra").rmdir()

    apply(old.root, {}, compare(old.root, {}))

    assert [each for each in old.digest() if "dist" in each] == []
    assert old.path("overlays").is_dir()
    assert not old.path("overlays/gone").exists()


def test_modes(old: Repository) -> None:
    """Files can be read by all, whatever the user's mask; nothing else changes its mode."""
    before = os.umask(0o077)
    try:
        apply(old.root, NEW, compare(old.root, NEW))
    finally:
        os.umask(before)

    modes = {name: mode for name, (kind, mode, _) in old.digest().items() if kind == "file"}
    assert set(modes.values()) == {0o644}


STEPS: list[tuple[str, Callable[..., Any]]] = [
    ("replace", os.replace),
    ("rename", os.rename),
    ("link", os.link),
]


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize(("name", "step"), STEPS)
def test_stopped_at_any_step(
    old: Repository,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    step: Callable[..., Any],
    stop: BaseException,
) -> None:
    """Whatever stops it half-way, everything is as it was."""
    before, changes = old.digest(), compare(old.root, NEW)
    steps = 0
    for last in range(20):
        left = last

        def stumbling(*arguments: Any, **options: Any) -> Any:
            nonlocal left, steps
            left -= 1
            if left == -1:
                steps += 1
                raise stop
            return step(*arguments, **options)

        monkeypatch.setattr(os, name, stumbling)
        try:
            apply(old.root, NEW, changes)
        except (InputError, KeyboardInterrupt):
            assert old.digest() == before
        else:
            break
        finally:
            monkeypatch.setattr(os, name, step)
    # Where links cannot be made, files are copied, and all goes well.
    assert steps > 1 or name == "link"
    assert old.files() == {name: text.encode() for name, text in (NEW | THEIRS).items()}


def test_what_a_killed_run_left(old: Repository) -> None:
    """What a killed run left aside goes with the next one, even where nothing changes."""
    for kind in ("folder", "file", "link"):
        staging = old.path("dist/.staging")
        if kind == "folder":
            (staging / "new" / "dist").mkdir(parents=True)
        elif kind == "file":
            staging.write_text("")
        else:
            staging.symlink_to(old.root)

        apply(old.root, OLD, Changes())

        assert not staging.is_symlink()
        assert not staging.exists()
    assert old.path("README.md").exists()


BLOCKED = {
    "a folder where a file belongs": "dist/rendered/a/created.yaml/x",
    "a file where a folder belongs": "dist/rendered/new",
}


@pytest.mark.parametrize("name", BLOCKED)
def test_in_the_way(old: Repository, name: str) -> None:
    """What stands where a file of ours belongs is named, and stays."""
    old.write(BLOCKED[name], "mine")
    before = old.digest()

    with pytest.raises(InputError, match=r"belongs there"):
        apply(old.root, NEW, compare(old.root, NEW))

    assert old.digest() == before


def test_overlay_by_hand_is_not_replaced(old: Repository) -> None:
    """A kustomization without our comment is somebody's own."""
    with pytest.raises(InputError, match=r"overlays/hand/kustomization.yaml: was written by hand"):
        compare(old.root, {"overlays/hand/kustomization.yaml": HEAD})
