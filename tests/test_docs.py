"""What the documentation says is so: links, examples, commands, generated pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from emqx_gitops.cli.group import COMMANDS, group
from emqx_gitops.components.choice import EXPECTATIONS
from emqx_gitops.environment.loader import load_clusters, merge
from emqx_gitops.environment.schema import schema_of
from emqx_gitops.fleet.run import compile_root
from emqx_gitops.fleet.unit import Compiled
from emqx_gitops.manifests import read_document, to_yaml
from emqx_gitops.review.effects.registry import RULES as EFFECTS
from emqx_gitops.rules.registry import RULES

ROOT = Path(__file__).parent.parent
TOP = tuple(ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG"))
PAGES = (*TOP, *sorted((ROOT / "docs").rglob("*.md")))
WRITTEN = tuple(page for page in PAGES if page.parent.name != "reference")
"""Pages that people write."""

LEAST = {"cluster": "lab", "emqx": {"version": "5.8.9"}, "storage": {"type": "ephemeral"}}
"""What a fragment is a fragment of."""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """A block of code, with the words that its fence opens with."""

    page: Path
    line: int
    words: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{_name(self.page)}:{self.line}"


def _blocks(page: Path) -> Iterator[Block]:
    words: tuple[str, ...] | None = None
    lines: list[str] = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip().startswith("```"):
            if words is None:
                words, lines = tuple(line.strip().strip("`").split()), []
            else:
                yield Block(page, number - len(lines), words, "\n".join(lines) + "\n")
                words = None
        elif words is not None:
            lines.append(line)


BLOCKS = tuple(block for page in WRITTEN for block in _blocks(page))


def _marked(*words: str) -> list[Any]:
    found = [block for block in BLOCKS if block.words[: len(words)] == words]
    return [pytest.param(block, id=str(block)) for block in found]


def _anchors(page: Path) -> set[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_between_pages_resolve(page: Path) -> None:
    """Every relative link leads to a file, and its fragment to a heading there."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, fragment = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (fragment and fragment not in _anchors(file)):
            broken.append(target)

    assert broken == []


def test_every_page_is_listed() -> None:
    """The index, or the list of decisions, leads to every page."""
    lists = (ROOT / "docs/index.md", ROOT / "docs/adr/README.md")
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in lists
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    }

    assert [_name(each) for each in PAGES if each not in {*linked, *lists, *TOP}] == []


def test_generated_pages_are_current() -> None:
    """The reference and the schemas are what the program says now."""
    command = [sys.executable, "scripts/docs.py", "--check"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.stdout + run.stderr == ""


def _compile(folder: Path, environment: str) -> Compiled:
    overlay = folder / "overlays" / "example"
    overlay.mkdir(parents=True)
    (overlay / "environment.yaml").write_text(environment, encoding="utf-8")
    clusters = (ROOT / "overlays/clusters.yaml").read_text(encoding="utf-8")
    (folder / "overlays/clusters.yaml").write_text(clusters, encoding="utf-8")
    return compile_root(folder, announce=print)


@pytest.mark.parametrize("block", _marked("yaml", "environment"))
def test_environments_compile(block: Block, tmp_path: Path) -> None:
    """An environment that a page shows whole compiles without a finding."""
    assert [str(each.message) for each in _compile(tmp_path, block.text).findings] == []


@pytest.mark.parametrize("block", _marked("yaml", "fragment"))
def test_fragments_compile(block: Block, tmp_path: Path) -> None:
    """A part of an environment that a page shows compiles upon the smallest one."""
    asked = merge(LEAST, read_document(block.text.encode()).data)

    compiled = _compile(tmp_path, to_yaml(asked))

    assert not compiled.failed, compiled.findings


@pytest.mark.parametrize("block", _marked("yaml", "refused"))
def test_refused_environments_are_refused(block: Block, tmp_path: Path) -> None:
    """What a page shows as refused is refused, by the rule that the page names."""
    compiled = _compile(tmp_path, block.text)

    assert [each.rule.code for each in compiled.findings if compiled.failed] == [block.words[2]]


@pytest.mark.parametrize("block", _marked("yaml", "clusters"))
def test_clusters_load(block: Block) -> None:
    """A clusters.yaml that a page shows is read."""
    load_clusters(block.text.encode())


@pytest.mark.parametrize("block", _marked("python", "app"))
def test_apps_compile(block: Block, tmp_path: Path) -> None:
    """A main.py that a page shows compiles."""
    (tmp_path / "overlays").mkdir()
    (tmp_path / "main.py").write_text(block.text, encoding="utf-8")

    assert not compile_root(tmp_path, announce=print).failed


@pytest.mark.parametrize("block", _marked("python", "run"))
def test_programs_run(block: Block) -> None:
    """A program that a page shows runs, and prints something."""
    command = [sys.executable, "-c", block.text]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout


def test_tables_are_current() -> None:
    """The tutorial's table of the shipped environments counts their objects rightly."""
    text = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    told = re.findall(r"^(dev|staging|prod) .* ([0-9]+) +- +-$", text, flags=re.MULTILINE)

    rendered = ROOT / "dist/rendered"
    assert len(told) == len({name for name, _ in told}) == 3
    assert {name: int(count) for name, count in told} == {
        name: len(list((rendered / name).glob("*.yaml"))) for name, _ in told
    }


def test_make_targets_exist() -> None:
    """Every `make` command of the pages is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    shell = "\n".join(block.text for block in BLOCKS if block.words[:1] in {("sh",), ("console",)})
    inline = " ".join(re.findall(r"`(make [a-z-]+)", "".join(p.read_text() for p in WRITTEN)))
    named = set(re.findall(r"^\$? ?make ([a-z-]+)|\bmake ([a-z-]+)", f"{shell}\n{inline}"))
    wanted = {first or second for first, second in named}

    assert {"synth", "test"} <= wanted
    assert {each for each in wanted if not re.search(rf"^{each}:", makefile, re.MULTILINE)} == set()


def _lines() -> Iterator[tuple[Block, str]]:
    for block in BLOCKS:
        if block.words[:1] in {("sh",), ("bash",), ("console",)}:
            for line in block.text.splitlines():
                for command in re.findall(r"(?:^|\s|/)emqx-gitops ((?:[a-z]|--)[^|&;#>]*)", line):
                    if not line.startswith("  fix:"):
                        yield block, command


@pytest.mark.parametrize(("block", "line"), [pytest.param(*e, id=str(e[0])) for e in _lines()])
def test_commands_exist(block: Block, line: str) -> None:
    """Every command of the pages has the sub-command and the options that it is given."""
    name, *rest = line.split()
    command = group.get_command(click.Context(group), name)
    options = {text for each in command.params for text in each.opts} if command else set()

    assert name in COMMANDS, block
    assert {each.partition("=")[0] for each in rest if each.startswith("-")} <= {*options, "-"}, (
        block
    )


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_rules_exist(page: Path) -> None:
    """Every rule that a page names is one."""
    known = {rule.code for rule in RULES} | {rule.code for rule in EFFECTS}

    assert set(re.findall(r"\bEG[0-9]{3}\b", page.read_text(encoding="utf-8"))) <= known


def test_patterns_have_words() -> None:
    """No message and no page of the reference shows a regular expression."""
    found = re.findall(r"'pattern': '((?:[^'\\]|\\.)*)'", str([schema_of("environment")]))

    assert {each.replace("\\\\", "\\") for each in found} - EXPECTATIONS.keys() == set()


def test_no_page_names_a_machine() -> None:
    """Pages hold no path of the machine that they were written on."""
    home = os.path.expanduser("~/")  # noqa: PTH111  (with its slash)

    assert [_name(page) for page in PAGES if home in page.read_text(encoding="utf-8")] == []
