"""The commands beside synth."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from emqx_gitops.manifests import read_document, read_stream
from emqx_gitops.review.effects.registry import RULES as EFFECTS
from emqx_gitops.rules.registry import RULES
from tests.repository import CLUSTERS, HEAD, OVERLAYS, PLANT, SMALL, Repository, call

TWO = SMALL.replace("replicas: 1", "replicas: 2")


def test_check_finds_nothing(compiled: Repository) -> None:
    """Where nothing is wrong, nothing is answered."""
    assert compiled.call("check") == (0, "", "nothing found\n")


def test_check(compiled: Repository) -> None:
    """Findings are the answer; a warning is fine, unless one is strict."""
    compiled.write("overlays/small/environment.yaml", TWO)
    before = compiled.digest()

    lenient, strict = compiled.call("check"), compiled.call("check", "--strict")

    assert (lenient.status, strict.status) == (0, 1)
    assert lenient.out.startswith("overlays/small/environment.yaml:4:34: warning EG308: ")
    assert lenient.err == "1 warning\n"
    assert compiled.digest() == before


def test_check_what_is_named(compiled: Repository) -> None:
    """What is wrong elsewhere is not asked for."""
    compiled.write("overlays/small/environment.yaml", "emqx: 1\n")

    assert compiled.call("check", "plant").status == 0
    assert compiled.call("check", "plant", "small").status == 2


def test_check_json(compiled: Repository) -> None:
    """Findings as JSON."""
    compiled.write("overlays/small/environment.yaml", TWO)

    answer = json.loads(compiled.call("check", "--format", "json").out)

    assert [each["rule"] for each in answer["findings"]] == ["EG308"]


def test_render(compiled: Repository) -> None:
    """Rendered manifests are those of dist/rendered, and nothing is written."""
    before = compiled.digest()

    shown = compiled.call("render", "small")

    assert shown.status == 0
    assert read_stream(shown.out) == [
        read_document(content).data for content in compiled.files("dist/rendered/small").values()
    ]
    assert compiled.digest() == before


def test_render_from_sources(compiled: Repository) -> None:
    """It is the sources that are rendered, not what is committed."""
    compiled.write("overlays/small/environment.yaml", TWO)

    call = compiled.call("render", "small", "--format", "json")

    items = json.loads(call.out)["items"]
    assert [each["spec"]["replicas"] for each in items if each["kind"] == "StatefulSet"] == [2]
    assert "warning EG308" in call.err


def test_render_to_a_folder(compiled: Repository, tmp_path: Path) -> None:
    """A new or empty folder is filled with a file for each object."""
    for name in ("new/below", "empty"):
        folder = tmp_path / name
        if name == "empty":
            folder.mkdir()

        call = compiled.call("render", "small", "-o", str(folder))

        assert call.status == 0
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
            Path(name).name: content
            for name, content in compiled.files("dist/rendered/small").items()
        }


@pytest.mark.parametrize("name", ["full", "file", "file/below"])
def test_render_to_what_is_there(compiled: Repository, tmp_path: Path, name: str) -> None:
    """A folder with something in it, or a file, is left alone."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_text("dear all")
    (tmp_path / "file").write_text("mine")
    before = Repository(tmp_path).digest()

    call = compiled.call("render", "small", "-o", str(tmp_path / name))

    assert call.status == 2
    assert f"error: {tmp_path / 'f'}"[:-1] in call.err
    assert "\n  fix: " in call.err
    assert Repository(tmp_path).digest() == before


def test_render_of_a_refusal(compiled: Repository) -> None:
    """What is refused is not rendered."""
    compiled.write("overlays/plant/environment.yaml", PLANT + "workload: {kind: deployment}\n")

    call = compiled.call("render", "plant")

    assert (call.status, call.out) == (1, "")
    assert "error EG208" in call.err


def test_rules() -> None:
    """All rules are listed, one on a line."""
    listed = call("rule")

    assert listed.status == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == [
        *(rule.code for rule in RULES),
        *(rule.code for rule in EFFECTS),
    ]
    assert json.loads(call("rule", "--format", "json").out)[0]["code"] == RULES[0].code


def test_rule_of_effects() -> None:
    """What a change does is explained as well, with its outcome."""
    explained = call("rule", "EG842")

    assert explained.out.startswith("EG842 data-removed (data-loss)\n\nwhat    ")
    assert (
        json.loads(call("rule", "data-removed", "--format", "json").out)["outcome"] == "data-loss"
    )


@pytest.mark.parametrize("name", ["EG203", "eg203", "discovery-needs-hostnames"])
def test_rule(name: str) -> None:
    """A rule is explained by code or name."""
    explained = call("rule", name)

    assert explained.status == 0
    assert explained.out.startswith("EG203 discovery-needs-hostnames (error)\n\nwhat    ")
    assert [line[:8].strip() for line in explained.out.splitlines() if line[:1].strip()][1:] == [
        *("what", "why", "fix", "source")
    ]
    assert max(map(len, explained.out.splitlines())) <= 88
    assert json.loads(call("rule", name, "--format", "json").out)["code"] == "EG203"


def test_no_such_rule() -> None:
    """For a rule that is not there the nearest is named."""
    answer = call("rule", "EG20A")

    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("error: there is no rule EG20A\n  fix: did you mean EG")


SECRETS = {
    "4.4": ("version: 4.4.19", {"management-secret"}),
    "5.8": ("version: 5.8.9", set[str]()),
}


@pytest.mark.parametrize("line", SECRETS)
def test_secret(repository: Repository, line: str) -> None:
    """A Secret with what the line reads, random each time, in the environment's namespace."""
    version, more = SECRETS[line]
    text = f"{HEAD}emqx: {{{version}, replicas: 1}}\nstorage: {{type: ephemeral}}\nnamespace: own\n"
    repository.write("overlays/demo/environment.yaml", text + "credentials: {secretName: mine}\n")
    before = repository.digest()

    first, second = (secret(repository) for _ in range(2))

    data, again = first["stringData"], second["stringData"]
    assert first["metadata"] == {"name": "mine", "namespace": "own"}
    assert set(data) == {"node-cookie", "dashboard-username", "dashboard-password"} | more
    assert data["dashboard-username"] == "admin"
    for key in set(data) - {"dashboard-username"}:
        assert data[key] != again[key]
        assert len(data[key]) >= 32
        assert data[key].isalnum()
        assert data[key][0].isalpha()
    assert repository.digest() == before


def secret(repository: Repository) -> Any:
    """Return the Secret of the environment `demo`."""
    answer = repository.call("secret", "demo")
    assert (answer.status, answer.err) == (0, "")
    return read_document(answer.out.encode()).data


def test_secret_names_others(repository: Repository) -> None:
    """What else must exist is said beside it."""
    more = "exposure: {type: loadBalancer, tls: {terminateAt: haproxy, secretName: certificate}}\n"
    repository.write("overlays/demo/environment.yaml", SMALL + more)

    assert "it also needs: certificate (TLS)" in repository.call("secret", "demo").err


SECRETS_REFUSED = {
    "no such": ({}, 2, "no such environment"),
    "by hand": ({"overlays/demo/kustomization.yaml": "resources: []\n"}, 2, "written by hand"),
    "form": ({"overlays/demo/environment.yaml": "a: 1\n"}, 2, "error EG102"),
    "rule": (
        {"overlays/demo/environment.yaml": PLANT + "workload: {kind: deployment}\n"},
        1,
        "error EG208",
    ),
}


@pytest.mark.parametrize("name", SECRETS_REFUSED)
def test_no_secret(repository: Repository, name: str) -> None:
    """For what is no sound environment there is no Secret, and it is said why."""
    files, status, message = SECRETS_REFUSED[name]
    for file, text in files.items():
        repository.write(file, text)

    answer = repository.call("secret", "demo")

    assert (answer.status, answer.out) == (status, "")
    assert message in answer.err


@pytest.mark.parametrize("file", ["environment", "clusters"])
def test_schema(file: str) -> None:
    """The schema is one, and takes what the loader takes."""
    schema = json.loads(call("schema", file).out)

    jsonschema.Draft202012Validator.check_schema(schema)
    texts = [CLUSTERS] if file == "clusters" else [OVERLAYS[name] for name in OVERLAYS][1:]
    for text in texts:
        jsonschema.validate(read_document(text.encode()).data, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"unknown": 1}, schema)


def test_schema_of_environments_is_the_default() -> None:
    """Without a name it is that of environments."""
    assert call("schema") == call("schema", "environment")


def test_from_anywhere(compiled: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repository is the current folder, or what --root says, relative or not."""
    monkeypatch.chdir(compiled.root)
    assert call("check").status == 0
    monkeypatch.chdir(compiled.path("dist"))
    assert call("check").status == 2
    assert call("check", "--root", "..").status == 0
    assert call("check", "-C", os.path.relpath(compiled.root)).status == 0
    assert call("check", "-C", "nowhere").status == 2
