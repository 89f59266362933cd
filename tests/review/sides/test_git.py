"""Sides that stand in git."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emqx_gitops.review.sides.errors import ReadError
from tests.review.sides.checkouts import ENVIRON, Checkout, checkout, config_map, names, sides


@pytest.fixture
def feature(tmp_path: Path) -> Checkout:
    """A branch `feature` that left `main` at a=1; both went on, and a file is changed."""
    made = checkout(tmp_path / "repository")
    made.commit(a="1", same="0")
    made.git("switch", "--quiet", "--create", "feature")
    made.commit(a="2")
    made.git("switch", "--quiet", "main")
    made.commit(b="main")
    made.git("switch", "--quiet", "feature")
    made.write(a="3")
    return made


def test_merge_base(feature: Checkout) -> None:
    """Alone, the working tree is compared with the commit where HEAD left the default branch."""
    old, new = sides(feature.root)

    assert (names(old), names(new)) == (
        ["a.yaml=1", "same.yaml=0"],
        ["a.yaml=3", "same.yaml=0"],
    )
    assert old.label.startswith("main (")
    assert old.label.endswith(", where HEAD left it)")
    assert new.label == "working tree"


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [
        (["main..HEAD"], ["a.yaml=1", "b.yaml=main"], ["a.yaml=2"]),
        (["main...HEAD"], ["a.yaml=1"], ["a.yaml=2"]),
        (["main.."], ["a.yaml=1", "b.yaml=main"], ["a.yaml=2"]),
        (["..main"], ["a.yaml=2"], ["a.yaml=1", "b.yaml=main"]),
        (["main"], ["a.yaml=1", "b.yaml=main"], ["a.yaml=3"]),
        (["HEAD"], ["a.yaml=2"], ["a.yaml=3"]),
        (["main", "feature~1"], ["a.yaml=1", "b.yaml=main"], ["a.yaml=1"]),
        (["git:main", "git:feature"], ["a.yaml=1", "b.yaml=main"], ["a.yaml=2"]),
    ],
)
def test_revisions(feature: Checkout, words: list[str], old: list[str], new: list[str]) -> None:
    """Revisions mean what they mean to git; one alone is compared with the working tree."""
    same = "same.yaml=0"

    assert feature.sides(*words) == ([*old, same], [*new, same])


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [
        (["git:main:a.yaml", "git:HEAD:a.yaml"], ["a.yaml=1"], ["a.yaml=2"]),
        (["main:a.yaml", "a.yaml"], ["a.yaml=1"], ["a.yaml=3"]),
        (["git:main:a.yaml"], ["a.yaml=1"], ["a.yaml=3"]),
        (["a.yaml"], ["a.yaml=1"], ["a.yaml=3"]),
        (["main..HEAD", "b.yaml"], ["b.yaml=main"], []),
        (["HEAD", "/dev/null"], ["a.yaml=2", "same.yaml=0"], []),
    ],
)
def test_paths(feature: Checkout, words: list[str], old: list[str], new: list[str]) -> None:
    """A path narrows a revision down."""
    assert feature.sides(*words) == (old, new)


def test_staged(feature: Checkout) -> None:
    """What is staged is compared with HEAD, or with what is named; the working tree is not read."""
    feature.git("add", "a.yaml")
    feature.write(a="not staged")

    assert feature.sides(staged=True) == (["a.yaml=2", "same.yaml=0"], ["a.yaml=3", "same.yaml=0"])
    assert feature.sides("main~1", staged=True)[0] == ["a.yaml=1", "same.yaml=0"]


def test_untracked(feature: Checkout) -> None:
    """Files that git does not know belong to the working tree, unless they are ignored."""
    feature.put(".gitignore", "ignored.yaml\n")
    feature.write(fresh="1", ignored="1")
    (feature.root / "same.yaml").unlink()

    assert feature.sides("HEAD")[1] == ["a.yaml=3", "fresh.yaml=1"]


def test_sub_folder(feature: Checkout) -> None:
    """In a folder below, the whole repository is compared, and paths count from there."""
    feature.put("below/deep/c.yaml", config_map("c"))

    old, new = sides(feature.root / "below", "HEAD")
    assert names(new) == ["a.yaml=3", "below/deep/c.yaml=1", "same.yaml=0"]
    assert names(sides(feature.root / "below", "deep")[1]) == ["below/deep/c.yaml=1"]
    assert names(sides(feature.root / "below", "../a.yaml")[1]) == ["a.yaml=3"]
    assert names(sides(feature.root / "below", "git:main:./../a.yaml")[0]) == ["a.yaml=1"]
    assert names(old) == ["a.yaml=2", "same.yaml=0"]


def test_default_branch(feature: Checkout, tmp_path: Path) -> None:
    """The remote's own default branch counts, then main and master; else one must be named."""
    feature.git("branch", "--move", "main", "trunk")
    feature.git("switch", "--quiet", "trunk", "--force")
    feature.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    clone = Checkout(tmp_path / "clone")

    assert sides(clone.root)[0].label.startswith("origin/trunk (")

    with pytest.raises(ReadError, match="no default branch: no origin/HEAD, no main, no master"):
        feature.sides()
    feature.git("branch", "master")
    assert sides(feature.root)[0].label.startswith("master (")


def test_before_the_first_commit(tmp_path: Path) -> None:
    """In a repository without a commit everything is new."""
    made = checkout(tmp_path / "repository")
    made.write(a="1")

    assert made.sides() == ([], ["a.yaml=1"])
    made.git("add", "a.yaml")
    assert made.sides(staged=True) == ([], ["a.yaml=1"])


def test_worktree(feature: Checkout, tmp_path: Path) -> None:
    """A second working tree of a repository has its own files, and the same branches."""
    feature.git("worktree", "add", "--quiet", str(tmp_path / "second"), "main")
    second = Checkout(tmp_path / "second")
    second.write(b="second")

    assert second.sides() == (
        ["a.yaml=1", "b.yaml=main", "same.yaml=0"],
        ["a.yaml=1", "b.yaml=second", "same.yaml=0"],
    )


def test_bare(feature: Checkout, tmp_path: Path) -> None:
    """A bare repository has revisions, and no working tree."""
    feature.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    bare = Checkout(tmp_path / "bare.git")

    assert bare.sides("main...feature") == (
        ["a.yaml=1", "same.yaml=0"],
        ["a.yaml=2", "same.yaml=0"],
    )
    with pytest.raises(ReadError, match="a bare repository has no working tree"):
        bare.sides("main")


def test_hook(feature: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of a hook are obeyed: `git commit FILE` gives it an index of its own."""
    monkeypatch.chdir(feature.root)
    index = {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/another"}
    feature.git("read-tree", "--index-output=.git/another", "HEAD~1")

    assert feature.sides("HEAD", staged=True, environ=ENVIRON | index)[1] == [
        "a.yaml=1",
        "same.yaml=0",
    ]


@pytest.mark.parametrize(
    "name",
    ["a b.yaml", "tab\t.yaml", 'quo"ted.yaml', "new\nline.yaml", "é.yaml", "-x.yaml", "*.yaml"],
)
def test_odd_names(feature: Checkout, name: str) -> None:
    """Files may be called whatever git allows."""
    feature.put(name, config_map("odd", "1"))
    feature.commit()
    feature.put(name, config_map("odd", "2"))

    old, new = feature.sides("HEAD")
    assert (f"{name}=1" in old, f"{name}=2" in new) == (True, True)


def test_name_without_utf_8(feature: Checkout) -> None:
    """A name in another encoding is no obstacle."""
    feature.put(os.fsdecode(b"\xff.yaml"), config_map("odd"))

    assert "\udcff.yaml=1" in feature.sides("HEAD")[1]


def test_links_and_submodules(feature: Checkout, tmp_path: Path) -> None:
    """What stands elsewhere is left out, with a warning where it differs."""
    other = checkout(tmp_path / "other")
    other.commit(inside="1")
    feature.git("submodule", "--quiet", "add", str(other.root), "module")
    (feature.root / "link.yaml").symlink_to("a.yaml")
    (feature.root / "loop").symlink_to(".")
    before = feature.sides("HEAD")
    feature.commit()

    old, new = sides(feature.root, "HEAD~1", "HEAD")
    assert names(new) == before[1]
    assert new.warnings == ("left out 3 paths (links or submodules): link.yaml, loop, module",)
    assert old.warnings == sides(feature.root, "HEAD")[1].warnings == ()


def test_nothing_is_written(feature: Checkout) -> None:
    """Neither the index nor anything else changes."""
    before = {path: path.stat().st_mtime_ns for path in feature.root.rglob("*")}

    feature.sides()
    feature.sides("main..HEAD")
    feature.sides(staged=True)

    assert {path: path.stat().st_mtime_ns for path in feature.root.rglob("*")} == before


def test_settings_of_git(feature: Checkout) -> None:
    """What a user sets for their own `git diff` changes nothing here."""
    questions = ((), ("main..feature",), ("main", "feature"))
    plain = [feature.sides(*words) for words in questions]
    for key, value in {
        "diff.orderFile": "/nonexistent",
        "diff.external": "false",
        "diff.noprefix": "true",
        "diff.relative": "true",
        "diff.renames": "copies",
        "core.quotePath": "true",
        "color.ui": "always",
        "status.showUntrackedFiles": "no",
    }.items():
        feature.git("config", key, value)

    assert [feature.sides(*words) for words in questions] == plain


@pytest.mark.parametrize(
    ("words", "message", "fix"),
    [
        (
            ["maine"],
            "maine: is neither a file nor a revision that git knows",
            "did you mean `main`?",
        ),
        (["main..featxre"], "featxre: is neither", "did you mean `feature`?"),
        (["main...featxre"], "featxre: is neither", "did you mean `feature`?"),
        (["--output=x"], "--output=x: is neither", "`git branch -a` lists what there is"),
        (["git:main:sam.yaml", "."], "main:sam.yaml: no such", "did you mean `same.yaml`?"),
        (["main..HEAD", "nothing"], "nothing: is on neither side", "check the name"),
        (["main", "feature", "HEAD"], "3 sides, and a comparison has two", "--help"),
    ],
)
def test_unknown(feature: Checkout, words: list[str], message: str, fix: str) -> None:
    """A revision or path that is not there is named, with the nearest that is."""
    with pytest.raises(ReadError) as caught:
        feature.sides(*words)

    assert message in str(caught.value)
    assert fix in caught.value.fix


def test_folder_or_branch(feature: Checkout) -> None:
    """A word that is both a folder and a branch is not guessed at."""
    feature.put("main/x.yaml", config_map("x"))

    with pytest.raises(ReadError, match="main: is both a folder and a revision"):
        feature.sides("main")
    assert feature.sides("./main")[1] == ["main/x.yaml=1"]
    assert feature.sides("git:main", "HEAD")[0] == ["a.yaml=1", "b.yaml=main", "same.yaml=0"]


def test_shallow(feature: Checkout, tmp_path: Path) -> None:
    """In a shallow clone without the commit in common, the message says what to fetch."""
    clone = Checkout(tmp_path / "clone")
    feature.git("clone", "--quiet", "--depth=1", f"file://{feature.root}", str(clone.root))
    clone.git("fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")

    with pytest.raises(ReadError, match="no commit in common with HEAD, in a shallow") as caught:
        clone.sides("origin/main...HEAD")
    assert "`fetch-depth: 0`" in caught.value.fix
    assert clone.sides("origin/main..HEAD") == (
        ["a.yaml=1", "b.yaml=main", "same.yaml=0"],
        ["a.yaml=2", "same.yaml=0"],
    )


def test_no_common_history(feature: Checkout) -> None:
    """Branches that never met are compared themselves."""
    feature.git("checkout", "--quiet", "--orphan", "alone")
    feature.commit()

    with pytest.raises(ReadError, match="main: has no commit in common with HEAD") as caught:
        feature.sides()
    assert "`diff main HEAD`" in caught.value.fix


def test_no_repository(tmp_path: Path) -> None:
    """Outside a repository, revisions are nothing."""
    (tmp_path / "a.yaml").write_text(config_map("a"), encoding="utf-8")

    with pytest.raises(ReadError, match="is not a git repository"):
        sides(tmp_path, "main..HEAD")
    with pytest.raises(ReadError, match="is not a git repository"):
        sides(tmp_path)


def test_no_git(tmp_path: Path) -> None:
    """Where git is missing, files can still be compared."""
    (tmp_path / "a.yaml").write_text(config_map("a"), encoding="utf-8")
    nowhere = {"PATH": str(tmp_path)}

    with pytest.raises(ReadError, match="git: is not on PATH"):
        sides(tmp_path, environ=nowhere)
    assert names(sides(tmp_path, "a.yaml", "a.yaml", environ=nowhere)[0]) == ["a.yaml=1"]


def test_unmerged(feature: Checkout) -> None:
    """An index in the middle of a merge has no one side."""
    feature.commit(a="mine")
    feature.git("switch", "--quiet", "main")
    feature.commit(a="theirs")
    with pytest.raises(Exception, match="exit status 1"):
        feature.git("merge", "feature")

    with pytest.raises(ReadError, match=r"a\.yaml: is not merged"):
        feature.sides(staged=True)
