"""`emqx-gitops diff`: options, exit codes, and other programs that call it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import PROGRAM, Repository, call
from tests.review.sides.checkouts import Checkout, checkout, config_map

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: test
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
"""


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """Two files that differ in one value, in the current folder."""
    made = Checkout(tmp_path)
    made.put("old.yaml", config_map("a", "one"))
    made.put("new.yaml", config_map("a", "two"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return made


def test_differences(pair: Checkout) -> None:
    """Differences are shown, and the exit status is 1."""
    told = call("diff", "old.yaml", "new.yaml")

    assert (told.status, told.err) == (1, "")
    assert "ConfigMap test/a" in told.out
    assert "one -> two" in told.out
    assert pair.root.joinpath("old.yaml").is_file()


def test_no_differences(pair: Checkout) -> None:
    """Without differences the exit status is 0; other keys and quotes are none."""
    pair.put("new.yaml", config_map("a", "one").replace('"one"', "one"))

    assert call("diff", "old.yaml", "new.yaml").status == 0
    assert call("diff", "old.yaml", "old.yaml").out.startswith("no changes")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], 1),
        (["--exit-zero"], 0),
        (["--fail-on", "data-loss,refused"], 1),
        (["--fail-on", "refused"], 0),
        (["--fail-on", "data-loss", "--exit-zero"], 0),
    ],
)
def test_exit_status(pair: Checkout, options: list[str], status: int) -> None:
    """Some outcomes alone may fail a run, or none."""
    pair.put("claim.yaml", CLAIM)

    assert call("diff", "claim.yaml", os.devnull, *options).status == status


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fail-on", "dataloss"], "'dataloss' is none of: data-loss, cluster-split, refused"),
        (["-o", "pdf=x"], "'pdf' is no format; there are: terminal, stat, markdown"),
        (["-o", "json="], "a file is missing"),
        (["--apply", "helm"], "'helm' is not one of 'flux', 'argocd', 'kubectl'"),
        (["--budget", "10"], "10 is not in the range x>=1000"),
    ],
)
def test_wrong_options(pair: Checkout, options: list[str], message: str) -> None:
    """What an option does not know ends with 2, and with what it knows."""
    told = call("diff", "old.yaml", "new.yaml", *options)

    assert (told.status, told.out) == (2, "")
    assert message in told.err
    assert pair.root.is_dir()


def test_words_of_the_model() -> None:
    """What help lists without importing it is what there is."""
    from emqx_gitops.cli import diff
    from emqx_gitops.review.model import Apply, Outcome
    from emqx_gitops.review.reports import FORMATS

    assert list(diff.FORMATS) == list(FORMATS)
    assert list(diff.APPLY) == [str(each) for each in Apply]
    assert list(diff.OUTCOMES) == [str(each) for each in Outcome]


def test_outputs(pair: Checkout) -> None:
    """Several formats are written in one run; the terminal's goes on to where it went."""
    told = call("diff", "old.yaml", "new.yaml", "-o", "json=r.json", "-o", "markdown=r.md")

    assert told.out == call("diff", "old.yaml", "new.yaml").out
    assert json.loads(pair.root.joinpath("r.json").read_text())["changes"]
    assert "ConfigMap" in pair.root.joinpath("r.md").read_text()


def test_output(pair: Checkout) -> None:
    """A file alone takes the place of standard output."""
    told = call("diff", "old.yaml", "new.yaml", "--format", "json", "--output", "r.json")

    assert (told.status, told.out) == (1, "")
    assert json.loads(pair.root.joinpath("r.json").read_text())["changes"]
    assert json.loads(call("diff", "old.yaml", "new.yaml", "-o", "json=-", "-o", "x").out)
    assert json.loads(call("diff", "old.yaml", "new.yaml", "-f", "json", "-o", "-").out)


def test_output_that_cannot_be_written(pair: Checkout) -> None:
    """A file that cannot be written ends with 2."""
    told = call("diff", "old.yaml", "new.yaml", "-o", "nowhere/x")

    assert (told.status, told.out) == (2, "")
    assert "error: nowhere/x: No such file or directory" in told.err
    assert pair.root.is_dir()


def test_stat(pair: Checkout) -> None:
    """--stat is --format stat."""
    short = call("diff", "old.yaml", "new.yaml", "--stat")

    assert short == call("diff", "old.yaml", "new.yaml", "--format", "stat")
    assert len(short.out) < len(call("diff", "old.yaml", "new.yaml").out)
    assert pair.root.is_dir()


@pytest.mark.parametrize(
    ("when", "variables", "colored"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color(
    pair: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    variables: dict[str, str],
    colored: bool,  # noqa: FBT001  (a value of the table)
) -> None:
    """The option wins, then NO_COLOR, then FORCE_COLOR; files have no colour."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    told = call("diff", "old.yaml", "new.yaml", "--color", when, "-o", "terminal=r.txt")

    assert ("\x1b[" in told.out) is colored
    assert "\x1b[" not in pair.root.joinpath("r.txt").read_text()


@pytest.mark.parametrize(
    ("variables", "options", "paged"),
    [
        ({"PAGER": "tee paged"}, [], True),
        ({"PAGER": "false", "EMQX_GITOPS_PAGER": "tee paged"}, [], True),
        ({"PAGER": "tee paged", "EMQX_GITOPS_PAGER": "cat"}, [], False),
        ({"PAGER": "tee paged"}, ["--no-pager"], False),
        ({"PAGER": "tee paged"}, ["--format", "json"], False),
        ({"PAGER": "/no/such/pager"}, [], False),
    ],
)
def test_pager(
    pair: Checkout,
    variables: dict[str, str],
    options: list[str],
    paged: bool,  # noqa: FBT001  (a value of the table)
) -> None:
    """On a terminal a pager shows the review, the program's own before the user's."""
    environ = {**os.environ, "TERM": "xterm", **variables}
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [PROGRAM, "diff", "old.yaml", "new.yaml", *options], stdout=theirs, env=environ
    ) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
    os.close(ours)

    assert process.returncode == 1
    assert b"ConfigMap" in shown
    assert pair.root.joinpath("paged").exists() is paged


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux ends a terminal that nobody writes to
        return b""


def test_kubectl(pair: Checkout) -> None:
    """As KUBECTL_EXTERNAL_DIFF it gets two folders of files without endings."""
    name = "v1.ConfigMap.test.a"
    for number, (folder, value) in enumerate({"LIVE-1": "one", "MERGED-2": "two"}.items()):
        text = config_map("a", value).replace("  name:", f"  generation: {number}\n  name:")
        pair.put(f"{folder}/{name}", text + f"  generation: '{number}'\n")
    folders = [str(pair.root / "LIVE-1"), str(pair.root / "MERGED-2")]

    changed = call("diff", "--kubectl", "--format", "json", "extra", *folders)
    # Its folders come first, and then the words of the variable.
    same = call(folders[0], folders[0], "diff", "--kubectl", "--no-pager")

    assert (changed.status, same.status) == (1, 0)
    assert same.out.startswith("no changes  live -> after apply")
    assert name in changed.out
    assert [each["path"] for each in json.loads(changed.out)["changes"][0]["fields"]] == [
        "data.value",
        "data.generation",
    ]
    assert "LIVE-1" not in changed.out


def test_kubectl_without_folders(pair: Checkout) -> None:
    """Called by hand, it says how it is meant to be called."""
    told = call("diff", "--kubectl", "old.yaml")

    assert told.status == 2
    assert 'set KUBECTL_EXTERNAL_DIFF="emqx-gitops diff --kubectl"' in told.err
    assert pair.root.is_dir()


@pytest.fixture
def driven(tmp_path: Path) -> Checkout:
    """A repository whose manifests git shows through our driver."""
    made = checkout(tmp_path / "repository")
    made.put(".gitattributes", "*.yaml diff=emqx-gitops\n")
    made.git("config", "diff.emqx-gitops.command", f"{PROGRAM} diff --git-driver")
    made.commit(a="one", gone="1", moved="x" * 50, gone2="2")
    return made


def test_git_driver(driven: Checkout) -> None:
    """Git shows changed, new, removed and moved files through it."""
    driven.write(a="two")
    driven.put("values.yaml", "a: 1\n")
    driven.git("rm", "--quiet", "gone.yaml")
    driven.git("mv", "moved.yaml", "elsewhere.yaml")
    driven.put("elsewhere.yaml", config_map("moved", "x" * 50) + "  more: '1'\n")
    driven.put("fresh.yaml", CLAIM)
    driven.git("add", "--all")

    shown = driven.git("diff", "--cached", "--ext-diff", "--find-renames=30%")

    assert "one -> two" in shown
    assert "ConfigMap test/gone  removed" in shown
    assert "PersistentVolumeClaim test/data  added" in shown
    assert "data.more" in shown
    assert "moved.yaml -> elsewhere.yaml" in shown


def test_git_driver_and_a_conflict(driven: Checkout) -> None:
    """A file that is not merged has no two sides, and git goes on."""
    driven.git("switch", "--quiet", "--create", "other")
    driven.commit(a="two")
    driven.git("switch", "--quiet", "main")
    driven.commit(a="three")
    with pytest.raises(subprocess.CalledProcessError):
        driven.git("merge", "other")

    assert "a.yaml: is not merged" in driven.git("diff", "--cached", "--ext-diff")


def test_git_driver_and_broken_yaml(driven: Checkout) -> None:
    """A file that cannot be read is named, and git goes on with the next."""
    driven.put("a.yaml", config_map("a", "two") + "  b: [\n")
    driven.write(gone="2")

    shown = driven.git("diff")

    assert "a.yaml:" in shown
    assert "test/gone" in shown


def test_build(compiled: Repository) -> None:
    """Sources are compiled on both sides, and nothing is written."""
    made = Checkout(compiled.root)
    made.git("init", "--quiet", "--initial-branch=main")
    made.put(".gitignore", "dist/\n")
    made.commit()
    source = compiled.read("overlays/small/environment.yaml")
    compiled.write("overlays/small/environment.yaml", source.replace("replicas: 1", "replicas: 3"))
    before = compiled.digest()

    refused, told = compiled.call("diff", "HEAD"), compiled.call("diff", "HEAD", "--build")

    assert refused.status == 2
    assert "HEAD: holds environments that are not rendered" in refused.err
    assert told.status == 1
    assert "spec.replicas" in told.out
    assert "small" in told.out
    assert compiled.digest() == before


def test_build_what_does_not_compile(compiled: Repository) -> None:
    """What keeps a side from being compiled is told as `check` does."""
    compiled.write("overlays/small/environment.yaml", "emqx: 1\n")

    told = compiled.call("diff", ".", os.devnull, "--build")

    assert (told.status, told.out) == (2, "")
    assert "overlays/small/environment.yaml:1:" in told.err
    assert "error: .: does not compile" in told.err


def test_imports(pair: Checkout) -> None:
    """Nothing heavy is imported, without changes nor with them."""
    heavy = {"cdk8s", "jsii", "constructs", "pydantic", "deepdiff", "jinja2", "jsonschema", "yaml"}
    for names in (("old.yaml", "old.yaml"), ("old.yaml", "new.yaml")):
        program = (
            "import sys\nfrom emqx_gitops.cli.group import group\n"
            f"try: group.main(['diff', *{names}])\nexcept SystemExit: pass\n"
            f"print(*sorted({heavy!r} & set(sys.modules)), file=sys.stderr)\n"
        )
        done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
        assert done.stderr == b"\n"
    assert pair.root.is_dir()
