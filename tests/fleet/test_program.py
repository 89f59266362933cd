"""Environments written in Python are like those with a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emqx_gitops.app import App
from emqx_gitops.emqx import Edition
from emqx_gitops.environment import (
    Dns,
    Emqx,
    Environment,
    Haproxy,
    ListenerOptions,
    Listeners,
    LoadBalancer,
    Local,
    Resources,
    SecretValue,
)
from emqx_gitops.environment.written import as_written
from emqx_gitops.fleet.program import environments_in_python
from emqx_gitops.manifests import read_document
from tests.repository import Call, Repository

FILE = """\
apiVersion: emqx-gitops/v1
kind: Environment
cluster: lab
emqx:
  version: 5.8.9
  edition: enterprise
  replicas: 3
  resources: {cpu: "1", memory: 2Gi}
  settings:
    EMQX_LOG__CONSOLE__LEVEL: debug
    EMQX_AUTHENTICATION__1__SECRET: {secretName: jwt, key: secret}
  listeners: {wss: true, mqtt: {port: 1884, public: false}}
discovery: {strategy: dns, recordType: srv}
exposure:
  type: loadBalancer
  sourceRanges: [203.0.113.0/24]
  tls: {terminateAt: haproxy, secretName: own}
storage: {type: local, nodes: [a, b, c], path: /srv, size: 1Gi}
"""

MODEL = Environment(
    cluster="lab",
    emqx=Emqx(
        version="5.8.9",
        edition=Edition.ENTERPRISE,
        replicas=3,
        resources=Resources(cpu="1", memory="2Gi"),
        settings={
            "EMQX_LOG__CONSOLE__LEVEL": "debug",
            "EMQX_AUTHENTICATION__1__SECRET": SecretValue(secret_name="jwt", key="secret"),  # noqa: S106
        },
        listeners=Listeners(wss=True, mqtt=ListenerOptions(port=1884, public=False)),
    ),
    discovery=Dns(record_type="srv"),
    exposure=LoadBalancer(
        source_ranges=("203.0.113.0/24",),
        tls=Haproxy(secret_name="own"),  # noqa: S106
    ),
    storage=Local(nodes=("a", "b", "c"), path="/srv", size="1Gi"),
)

MAPPING: dict[str, Any] = read_document(FILE.encode()).data

PROGRAM = """\
from emqx_gitops.app import App
from tests.fleet.test_program import MAPPING, MODEL

app = App(__file__)
app.add("demo", {given})
app.synth()
"""


@pytest.mark.parametrize("given", ["MODEL", "MAPPING"])
def test_same_tree_as_a_file(repository: Repository, given: str) -> None:
    """A model, or what the file would hold, compiles to what the file compiles to."""
    repository.write("overlays/demo/environment.yaml", FILE)
    by_file = synthesized(repository)
    repository.path("overlays/demo/environment.yaml").unlink()

    repository.write("main.py", PROGRAM.format(given=given))
    by_program = synthesized(repository)

    assert by_program == by_file


def synthesized(repository: Repository) -> dict[str, str]:
    """Return the tree without the comments that name its sources."""
    call: Call = repository.call("synth")
    assert call.status == 0, call.err
    return {
        name: "".join(
            line for line in content.decode().splitlines(keepends=True) if "# Source: " not in line
        )
        for name, content in repository.files("dist", "overlays").items()
        if not name.endswith(("environment.yaml", "clusters.yaml"))
    }


def test_source_is_the_program(repository: Repository) -> None:
    """The comment of a generated file names what to edit."""
    repository.write("main.py", PROGRAM.format(given="MAPPING"))

    synthesized(repository)

    sources = {
        line
        for content in repository.files("dist/rendered", "dist/environments").values()
        for line in content.decode().splitlines()
        if line.startswith("# Source: ")
    }
    assert sources == {"# Source: main.py"}


def test_defaults_stay_out() -> None:
    """Only what was given is written, so that a cluster's defaults fill in the rest."""
    model = Environment(
        emqx=Emqx(version="5.8.9"), storage=Local(nodes=("a",), path="/x", size="1")
    )

    assert as_written(model) == {
        "apiVersion": "emqx-gitops/v1",
        "kind": "Environment",
        "emqx": {"version": "5.8.9"},
        "storage": {"type": "local", "nodes": ["a"], "path": "/x", "size": "1"},
    }


def test_same_as_its_file() -> None:
    """What is written of a model is read back as the same model."""
    written = as_written(MODEL)

    assert Environment.model_validate(written, by_alias=True, by_name=False) == MODEL
    assert as_written(written) == written


def test_mapping_may_hold_tuples_and_editions(tmp_path: Path) -> None:
    """What Python people write in place of lists and words is taken."""
    app = App(tmp_path)

    app.add("a", {"emqx": {"edition": Edition.EDGE}, "storage": {"nodes": ("x", "y")}})


@pytest.mark.parametrize("given", [5, None, "text", {"a": {1, 2}}, {1: 2}, {"a": object()}])
def test_what_is_no_environment(tmp_path: Path, given: Any) -> None:
    """Anything else is a TypeError where it is added."""
    with pytest.raises(TypeError):
        App(tmp_path).add("a", given)


def test_added_twice(tmp_path: Path) -> None:
    """A name is taken once."""
    app = App(tmp_path)
    app.add("a", {})

    with pytest.raises(ValueError, match=r"environment a was added before"):
        app.add("a", {})


def test_program_as_python_runs_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It may import its neighbours, print, look at its arguments and exit with 0."""
    root = Repository(tmp_path)
    root.write("neighbour_of_main.py", "NAME = 'a'\n")
    root.write(
        "main.py",
        "import sys\nfrom emqx_gitops.app import App\nfrom neighbour_of_main import NAME\n"
        "if __name__ == '__main__':\n    app = App(__file__)\n    app.add(NAME, {})\n"
        "    print('hello', sys.argv[1:])\n    app.synth()\n    sys.exit()\n",
    )

    found = environments_in_python(tmp_path)

    assert [(each.name, each.file, each.written) for each in found] == [("a", "main.py", False)]
    assert capfd.readouterr() == ("", "hello []\n")


@pytest.mark.parametrize("content", [None, "raise SystemExit(1)\n", b"\xff emqx_gitops"])
def test_no_program_of_ours(tmp_path: Path, content: str | bytes | None) -> None:
    """A main.py of something else is not run."""
    if content is not None:
        Repository(tmp_path).write("main.py", content)

    assert environments_in_python(tmp_path) == ()


def test_other_output_folder(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another folder than dist/, which overlays refer to, is refused."""
    monkeypatch.setenv("CDK8S_OUTDIR", "out")

    with pytest.raises(SystemExit, match=r"^2$"):
        App(repository.root).synth()

    assert "output: dist" in capsys.readouterr().err
