"""What `emqx-gitops diff` does with what it cannot read: one message and 2, or a warning."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from emqx_gitops.kustomize.engine import Engine
from tests.repository import call
from tests.review.sides.checkouts import Checkout, checkout, config_map

CANARY = "hunter2-canary"
SECRET = f"""\
apiVersion: v1
kind: Secret
metadata:
  name: s
  namespace: test
stringData:
  password: {CANARY}
data:
  token: {base64.b64encode(CANARY.encode()).decode()}
"""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A repository with one ConfigMap, in the current folder."""
    found = checkout(tmp_path / "repository")
    found.commit(a="1")
    monkeypatch.chdir(found.root)
    return found


def told(*words: str) -> str:
    """Return what a run says that must end with 2: one message with its fix, and nothing else."""
    done = call("diff", *words)

    assert (done.status, done.out) == (2, "")
    first, *rest = done.err.splitlines()
    assert first.startswith("error: ")
    assert [line[:7] for line in rest] == ["  fix: "]
    return done.err.removeprefix("error: ")


BROKEN = {
    "unclosed": "  more: [1\n",
    "indent": "  a: 1\n b: 2\n",
    "tab": "\tb: 2\n",
    "colon": "  a: b: c\n",
    "quote": '  a: "x\n',
    "conflict": "<<<<<<< HEAD\n  a: 1\n=======\n  a: 2\n>>>>>>> b\n",
    "alias": "  a: *nobody\n",
    "twice": "  value: 1\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_yaml(made: Checkout, name: str) -> None:
    """Broken YAML on one side is named with file and line, whichever side it is."""
    made.put("a.yaml", config_map("a", "2") + BROKEN[name])
    if name == "twice":
        assert call("diff").status in {1, 2}
        return

    message = told()

    assert message.startswith("a.yaml:")
    assert message.split(":")[1].isdigit()
    made.commit()
    made.write(a="1")
    assert told("HEAD") == message


def test_broken_on_both_sides_alike(made: Checkout) -> None:
    """What is broken and does not change keeps nobody from seeing the rest."""
    made.put("broken.yaml", config_map("b") + BROKEN["unclosed"])
    made.commit()
    made.write(a="2")

    assert call("diff", "HEAD").status == 1


SPOILT = {
    "unclosed": SECRET.replace("password: ", "password: ["),
    "alias": SECRET.replace("password: ", "password: *"),
    "tag": SECRET.replace("password: ", "password: !"),
    "quote": SECRET.replace("password: ", 'password: "'),
    "colon": SECRET.replace("password: ", "password: a: "),
    "percent": SECRET.replace("password: ", "password: %"),
    "at": SECRET.replace("password: ", "password: @"),
    "indent": SECRET.replace("  password: ", " password: x\n  password: "),
    "key": SECRET.replace("password: ", "? ["),
    "merge": SECRET.replace("password: ", "<<: "),
    "list": SECRET.replace("stringData:\n  password: ", "stringData: "),
    "control": SECRET.replace("password: ", "password: \x01"),
    "base64": SECRET.replace("token: ", "token: !!!"),
}


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.parametrize("form", ["terminal", "json"])
def test_secrets_in_messages(made: Checkout, name: str, form: str) -> None:
    """No message quotes a line of a Secret, whatever is wrong with it."""
    made.put("secret.yaml", SPOILT[name])

    done = call("diff", "HEAD", "--format", form)

    assert done.status in {1, 2}
    assert CANARY not in done.out + done.err
    assert CANARY[1:] not in done.out + done.err
    assert base64.b64encode(CANARY.encode()).decode() not in done.out + done.err


PATCH = f"apiVersion: v1\\nkind: Secret\\nmetadata: {{name: x}}\\nstringData: {{a: {CANARY}"
KUSTOMIZATIONS = {
    "patch": f'patches:\n  - target: {{kind: ConfigMap}}\n    patch: "{PATCH}"\n',
    "literal": f"secretGenerator:\n  - name: s\n    literals: [{CANARY}]\n",
    "two literals": f"secretGenerator:\n  - name: s\n    literals: ['a=1', 'x {CANARY}']\n",
    "operation": (
        "patches:\n  - target: {kind: ConfigMap}\n"
        f'    patch: "[{{op: replace, path: /x/y, value: {CANARY}}}]"\n'
    ),
}


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_secrets_in_kustomizations(
    made: Checkout, engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What Kustomize says of a kustomization is passed on without what it quotes."""
    monkeypatch.setenv("KUSTOMIZE", engines[0].command[0])
    made.put("k/kustomization.yaml", "resources: [a.yaml]\n" + KUSTOMIZATIONS[name])
    made.put("k/a.yaml", config_map("a", "2"))

    done = call("diff", "a.yaml", "k")

    assert done.status == 2
    assert "error: k: kustomize refused it: " in done.err
    assert CANARY not in done.out + done.err


def test_duplicates(made: Checkout) -> None:
    """A resource that stands twice on one side is told, and nothing is lost without a word."""
    made.put("again.yaml", config_map("a", "3"))

    done = call("diff", "HEAD")

    assert done.status == 1
    assert "test/a" in done.out
    assert "again.yaml" in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("maine",), "maine: is neither a file nor a revision that git knows"),
        (("main..HEAD~7",), "HEAD~7: is neither a file nor a revision"),
        (("nowhere.yaml", "a.yaml"), "nowhere.yaml: is neither a file nor a revision"),
        (("./nowhere", "a.yaml"), "./nowhere: no such file or folder"),
        (("-", "-"), "-: standard input on both sides"),
        (("-",), "-: one side alone"),
        (("a.yaml", "b", "c"), "diff: 3 sides, and a comparison has two"),
        (("--env", "prod"), "prod: no such environment on either side"),
        (("", "a.yaml"), "diff: a side without a name"),
    ],
)
def test_what_is_not_there(made: Checkout, words: tuple[str, ...], message: str) -> None:
    """What is not there is named."""
    assert told(*words).startswith(message)
    assert made.root.is_dir()


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a repository there is nothing to compare with."""
    monkeypatch.chdir(tmp_path)

    assert "is not a git repository" in told()


def test_no_objects(made: Checkout) -> None:
    """A folder of YAML that is not Kubernetes's is refused where there is nothing else."""
    made.put("other/values.yaml", "a: 1\n")
    made.put("other/list.yaml", "- a\n- b\n")
    made.put("other/text.yaml", "only words\n")

    assert told("other", "/dev/null/..").startswith("/dev/null/..")
    assert told("other", "other").startswith("other: no Kubernetes object on either side")
    done = call("diff", "a.yaml", "other")
    assert done.status == 1
    assert "left out 3 files without Kubernetes objects" in done.out


def test_binary(made: Checkout) -> None:
    """A binary file is left out of a folder, and refused where it was named."""
    made.put("other/picture.yaml", os.urandom(100) + b"\0")

    assert "left out one binary file: other/picture.yaml" in call("diff").out
    assert told("a.yaml", "other/picture.yaml").startswith("other/picture.yaml")


def test_large(made: Checkout) -> None:
    """A file of 50 MB is refused before it is parsed."""
    with (made.root / "large.yaml").open("wb") as stream:
        stream.truncate(50_000_000)

    assert told().startswith("large.yaml: has more than 40 MiB, which is not read")


def test_loop(made: Checkout) -> None:
    """A loop of links is left out with a warning."""
    made.put("other/a.yaml", config_map("a", "2"))
    (made.root / "other/loop").symlink_to("../other")

    done = call("diff", "a.yaml", "other")

    assert done.status == 1
    assert "left out one symbolic link: other/loop" in done.out


def test_deep(made: Checkout) -> None:
    """Nesting without end is refused."""
    made.put("a.yaml", config_map("a", "2") + "  deep: " + "[" * 100_000 + "\n")

    assert told().startswith("a.yaml")


def test_manifests_of_odd_shapes(made: Checkout) -> None:
    """Objects that no API server would take are compared all the same, or named."""
    odd = [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: x\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 1}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: [x]}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: []\n",
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: d}\nspec: {template: 1}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: d}\nspec: {ports: {a: 1}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: d}\ndata: [a]\nstringData: x\n",
        "apiVersion: v1\nkind: List\nitems: {}\n",
        "apiVersion: v1\nkind: List\nitems: [1, null, {a: 1}]\n",
        "apiVersion: 1\nkind: [x]\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [1, null]}\n",
    ]
    for number, text in enumerate(odd):
        made.put("odd/x.yaml", text)
        for words in (("/dev/null", "odd"), ("odd", "/dev/null"), ("a.yaml", "odd/x.yaml")):
            done = call("diff", *words)
            assert done.status in {0, 1, 2}, number
            assert "defect" not in done.err, (text, done.err)
