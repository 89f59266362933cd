"""
Bad input: one clear message with file, line and fix, exit status 2, and nothing is touched.

Whatever is wrong, everything in the repository is the same afterwards, byte for byte.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.repository import CLUSTERS, HEAD, PLANT, SMALL, Call, Repository

PLANT_FILE = "overlays/plant/environment.yaml"
CLUSTERS_FILE = "overlays/clusters.yaml"
EXTRA = "overlays/plant/extra/kustomization.yaml"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
BOMB = "k0: &k0 [x]\n" + "".join(f"k{n + 1}: &k{n + 1} [*k{n}, *k{n}]\n" for n in range(20))

SPOILT: dict[str, tuple[str | bytes, str, str]] = {
    "unclosed list": ("emqx: [1\n", "1:7", "is not closed"),
    "empty": ("", "1:1", "the file is empty"),
    "a list": ("- emqx\n", "1:1", "no mapping"),
    "duplicate key": ("emqx: {}\nemqx: {}\n", "2:1", "stands twice"),
    "duplicate key below": (HEAD + "emqx: {version: 1, version: 2}\n", "4:20", "stands twice"),
    "tab": ("emqx:\n\tversion: 5.8.9\n", "2:1", "a tab"),
    "conflict": (f"{HEAD}<<<<<<< HEAD\nemqx: 1\n=======\n", "4:1", "a merge conflict"),
    "latin-1": (HEAD.encode() + b"# caf\xe9\n", "4:6", "no UTF-8"),
    "utf-16": (HEAD.encode("utf-16"), "", "UTF-16"),
    "null byte": (HEAD + "a: \0\n", "4:4", "U+0000"),
    "binary": (bytes(range(256)) * 8, "3:115", "no UTF-8"),
    "anchor bomb": (BOMB, "3:10", "what aliases repeat"),
    "self reference": ("a: &a [*a]\n", "1:8", "contains itself"),
    "deep": ("a: " + "[" * 10_000 + "\n", "1:68", "nested more than"),
    "10 MB": ("a: " + "x" * 10_000_000 + "\n", "", "larger than"),
    "2 MB": ("a: " + "x" * 2_000_000 + "\n", "", "bytes"),
    "a million keys": ("".join(f"k{n}: 1\n" for n in range(140_000)), "", "bytes"),
    "a tag": ("a: !!python/object:os.system {}\n", "1:4", "tag"),
    "two documents": (SMALL + "---\na: 1\n", "6:1", "more than one document"),
    "a truth value to some": (HEAD + "protect: yes\n", "4:10", "truth value"),
    "an octal to some": (HEAD + "emqx: {replicas: 010}\n", "4:18", "read differently"),
    "a number without end": (HEAD + f"protect: {'9' * 5000}\n", "4:10", "characters"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt_environment(compiled: Repository, name: str) -> None:
    """A file that cannot be read as it was meant is named with the place in it."""
    content, place, message = SPOILT[name]
    compiled.write(PLANT_FILE, content)

    said = refused(compiled, "synth")

    assert f"{PLANT_FILE}{':' if place else ''}{place}: " in said
    assert message in said


@pytest.mark.parametrize(
    "name", ["unclosed list", "duplicate key", "utf-16", "2 MB", "anchor bomb"]
)
def test_spoilt_clusters(compiled: Repository, name: str) -> None:
    """So is a file of clusters."""
    content, place, message = SPOILT[name]
    compiled.write(CLUSTERS_FILE, content)

    said = refused(compiled, "synth")

    assert f"{CLUSTERS_FILE}{':' if place else ''}{place}: " in said
    assert message in said


MISTAKES = {
    "wrong type": (HEAD + "emqx: [x]\nstorage: {type: ephemeral}\n", "4:7", "is not a mapping"),
    "unknown field": (SMALL + "exposre: {}\n", "6:1", "did you mean `exposure`?"),
    "unknown cluster": (SMALL.replace("lab", "lob"), "3:10", "write `lab`"),
    "missing": (HEAD + "emqx: {version: 5.8.9}\n", "1:1", "storage is missing"),
}


@pytest.mark.parametrize("command", ["synth", "synth --check", "check", "render plant"])
@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(compiled: Repository, name: str, command: str) -> None:
    """Every command names a mistake in the same words."""
    content, place, message = MISTAKES[name]
    compiled.write(PLANT_FILE, content)

    said = refused(compiled, *command.split())

    assert f"{PLANT_FILE}:{place}: error EG1" in said
    assert message in said


def test_refusal_is_no_bad_form(compiled: Repository) -> None:
    """What can be read and is refused by a rule ends with status 1."""
    compiled.write(PLANT_FILE, PLANT + "workload: {kind: deployment}\n")

    said = refused(compiled, "synth", status=1)

    assert f"{PLANT_FILE}:8:9: error EG208" in said


CLUSTER_MISTAKES = {
    "a list": ("clusters: []\n", "1:11", "clusters: a list is not a mapping"),
    "a typo": (CLUSTERS.replace("flux", "fluxx"), "5:5", "did you mean `flux`?"),
    "defaults": (CLUSTERS + "    defaults: {emqx: {replica: 1}}\n", "6:23", "`replicas`?"),
}


@pytest.mark.parametrize("name", CLUSTER_MISTAKES)
def test_mistake_in_clusters(compiled: Repository, name: str) -> None:
    """A mistake in the file of clusters is told once, not for each environment."""
    content, place, message = CLUSTER_MISTAKES[name]
    compiled.write(CLUSTERS_FILE, content)

    said = refused(compiled, "synth")

    assert said.count(f"{CLUSTERS_FILE}:{place}: ") == 1
    assert message in said


NAMES = ["Prod", "a_b", "-a", "a-", "a.b", "a b", "ä", "x" * 51]


@pytest.mark.parametrize("name", NAMES)
def test_name_that_is_no_label(compiled: Repository, name: str) -> None:
    """A folder's name that no namespace could have is refused."""
    compiled.write(f"overlays/{name}/environment.yaml", SMALL)

    said = refused(compiled, "synth")

    assert f"overlays/{name}/environment.yaml: error EG106" in said


def test_name_that_is_no_text(compiled: Repository) -> None:
    """So is one that is no UTF-8."""
    folder = os.fsencode(compiled.path("overlays")) + b"/\xff"
    Path(os.fsdecode(folder)).mkdir()

    assert "overlays/\\udcff: has a name that is no UTF-8" in refused(compiled, "synth")


def test_name_that_commands_a_terminal(compiled: Repository) -> None:
    """What would move a terminal's cursor, or pass for another message, is spelled out."""
    compiled.write("overlays/a\nerror: b\x1b[2J/environment.yml", SMALL)

    assert "overlays/a\\nerror: b\\x1b[2J/environment.yml: is not read" in refused(
        compiled, "synth"
    )


def test_environment_is_a_folder(compiled: Repository) -> None:
    """A folder where environment.yaml belongs is named."""
    compiled.path("overlays/odd/environment.yaml").mkdir(parents=True)

    assert "overlays/odd/environment.yaml: is a folder" in refused(compiled, "synth")


def test_environment_is_a_pipe(compiled: Repository) -> None:
    """A pipe is not waited for."""
    compiled.path(PLANT_FILE).unlink()
    os.mkfifo(compiled.path(PLANT_FILE))

    assert f"{PLANT_FILE}: is no regular file" in refused(compiled, "synth")


@pytest.mark.parametrize("name", ["environment.yml", "environment.json"])
def test_environment_by_another_name(compiled: Repository, name: str) -> None:
    """A file that was meant as an environment is not passed over in silence."""
    compiled.write(f"overlays/odd/{name}", SMALL)

    assert f"overlays/odd/{name}: is not read under this name" in refused(compiled, "synth")


def test_no_overlays(repository: Repository) -> None:
    """A folder that is no repository is told apart from one without environments."""
    repository.path(CLUSTERS_FILE).unlink()
    repository.path("overlays").rmdir()

    said = refused(repository, "synth")

    assert "overlays: is not in" in said
    assert "--root" in said


def test_overlays_is_a_file(repository: Repository) -> None:
    """A file called overlays is no folder of environments."""
    repository.path(CLUSTERS_FILE).unlink()
    repository.path("overlays").rmdir()
    repository.write("overlays", "")

    assert "overlays: is not a folder" in refused(repository, "synth")


LINKS = {
    "environment": PLANT_FILE,
    "overlay": "overlays/plant",
    "overlays": "overlays",
    "clusters": CLUSTERS_FILE,
    "dist": "dist",
    "rendered": "dist/rendered/plant",
    "a rendered folder that is new": "dist/rendered/new",
    "extra": "overlays/plant/extra",
}


@pytest.mark.parametrize("name", LINKS)
def test_link_out_of_the_tree(compiled: Repository, tmp_path: Path, name: str) -> None:
    """A link out of the repository is followed neither to read nor to write."""
    link, outside = compiled.path(LINKS[name]), tmp_path / "outside"
    compiled.write("overlays/new/environment.yaml", SMALL)
    if os.path.lexists(link):
        link.rename(outside)
    else:
        outside.mkdir()
    link.symlink_to(outside)
    before = Repository(tmp_path).digest()

    assert f"{LINKS[name]}: is a symbolic link" in refused(compiled, "synth")
    assert Repository(tmp_path).digest() == before


@pytest.mark.parametrize("target", ["nowhere", "file.yaml", "../../../outside"])
def test_link_in_extra(compiled: Repository, tmp_path: Path, target: str) -> None:
    """A link in a component of one's own would be missing where Flux builds it."""
    (tmp_path / "outside").write_text("")
    compiled.write(EXTRA, COMPONENT)
    compiled.path(EXTRA).with_name("file.yaml").symlink_to(target)

    assert "overlays/plant/extra/file.yaml: is a symbolic link" in refused(compiled, "synth")


def test_link_to_itself(compiled: Repository) -> None:
    """A link in a circle leads nowhere."""
    compiled.path(PLANT_FILE).unlink()
    compiled.path(PLANT_FILE).symlink_to("environment.yaml")

    assert f"{PLANT_FILE}: is a symbolic link to nothing" in refused(compiled, "synth")


def test_link_within_the_repository(compiled: Repository) -> None:
    """An environment's file may be a link to another one: Flux and Argo CD do not read it."""
    compiled.write("shared.yaml", SMALL)
    compiled.path("overlays/small/environment.yaml").unlink()
    compiled.path("overlays/small/environment.yaml").symlink_to("../../shared.yaml")

    assert compiled.call("synth", "--check").status == 0


EXTRAS = {
    "a file": ({"overlays/plant/extra": "x"}, "overlays/plant/extra: is not a folder"),
    "no kustomization": ({"overlays/plant/extra/a.yaml": "x"}, "has no kustomization.yaml"),
    "broken YAML": ({EXTRA: "resources: [\n"}, "overlays/plant: kustomize refused it"),
    "unknown field": ({EXTRA: COMPONENT + "resurces: []\n"}, "EG6"),
    "missing file": ({EXTRA: COMPONENT + "resources: [a.yaml]\n"}, "overlays/plant: kustomize"),
    "too large": ({EXTRA: COMPONENT, "overlays/plant/extra/x": "x" * 9_000_000}, "8 MiB"),
    "second kustomization": ({"overlays/plant/kustomization.yml": "x"}, "stands beside the"),
}


@pytest.mark.parametrize("name", EXTRAS)
def test_bad_extra(compiled: Repository, name: str) -> None:
    """What is wrong with a component of one's own is told for its environment."""
    files, message = EXTRAS[name]
    for file, content in files.items():
        compiled.write(file, content)

    said = refused(compiled, "synth", status=1 if "EG" in message else 2)

    assert message in said
    assert tempfile.gettempdir() not in said


def test_broken_overlay_by_hand(compiled: Repository) -> None:
    """An overlay written by hand that does not build is named."""
    compiled.write("overlays/mine/kustomization.yaml", "resources: [nothing.yaml]\n")

    assert "overlays/mine: kustomize refused it" in refused(compiled, "synth")


def test_overlay_by_hand_where_ours_belongs(compiled: Repository) -> None:
    """A kustomization that is somebody's own is not replaced by ours."""
    compiled.write("overlays/plant/kustomization.yaml", "resources: []\n")

    assert "was written by hand" in refused(compiled, "synth")


PROGRAM = "from emqx_gitops.app import App\napp = App(__file__)\n"
PROGRAMS = {
    "syntax": ("def\n", "main.py:3: SyntaxError"),
    "exception": ("1 / 0\n", "main.py:3: ZeroDivisionError"),
    "exit": ("import sys\nsys.exit(3)\n", "main.py:4: ended with 3"),
    "words": ("raise SystemExit('no\\nmore')\n", "main.py:3: ended with no\n"),
    "import": ("import nothing\n", "main.py:3: ModuleNotFoundError"),
    "twice": ("app.add('x', {})\napp.add('x', {})\n", "main.py:4: ValueError: environment x"),
    "not one": ("app.add('x', 5)\n", "main.py:3: TypeError"),
    "not YAML": ("app.add('x', {'a': object()})\n", "main.py:3: TypeError"),
    "no label": ("app.add('X_y', {})\napp.synth()\n", "main.py: error EG106"),
    "out of the tree": ("app.add('../../x', {})\napp.synth()\n", "main.py: error EG106"),
    "mistake": ("app.add('x', {'emqx': 1})\napp.synth()\n", "main.py: error EG10"),
    "also a file": ("app.add('plant', {})\napp.synth()\n", "environment plant is also"),
    "two apps": (
        "for data in [{'a': 1}, {}]:\n  app = App(__file__)\n  app.add('x', data)\n  app.synth()\n",
        "main.py: environment x is added twice",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_bad_program(compiled: Repository, name: str) -> None:
    """What is wrong with main.py is told with the line of it that was run."""
    text, message = PROGRAMS[name]
    compiled.write("main.py", PROGRAM + text)

    assert message in refused(compiled, "synth")


def test_unknown_environment(compiled: Repository) -> None:
    """A name that is not there is not passed over."""
    said = refused(compiled, "synth", "plnt")

    assert "overlays/plnt: no such environment" in said
    assert "did you mean `plant`?" in said


def refused(repository: Repository, *arguments: str, status: int = 2) -> str:
    """Return what is said about bad input; the repository stays as it is."""
    before = repository.digest()

    call = repository.call(*arguments)

    assert (call.status, call.out) == (status, answer(call))
    assert "Traceback" not in call.err
    said = call.err + call.out
    assert "  fix: " in said
    assert len(said) < 3000
    assert repository.digest() == before
    return said


def answer(call: Call) -> str:
    """Return what may stand on standard output: findings, where they were asked for."""
    return call.out if ": error EG" in call.out else ""
