"""From the options of `emqx-gitops diff` to the review, and on to where it is shown."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emqx_gitops.cli.options import announce, color, one_line
from emqx_gitops.cli.pager import show as show_paged

if TYPE_CHECKING:
    from emqx_gitops.review.model import Review
    from emqx_gitops.review.side import Side

Output = tuple[str, str]
"""A format, which may be left out, and the file it goes to."""

_QUOTED = re.compile(
    r"(?<=`)[^`]*\n[^`]*(?=`)"
    r"|(?<=\[patch: )\".*?\"(?=\])"
    r"|(?<=literal sources )\[.*?\](?=: )"
    r"|(?<=literal source ).*?(?=, expected)",
    re.DOTALL,
)
"""What Kustomize quotes of its input in an error: patches and literals, which may hold secrets."""


@dataclass(frozen=True)
class Asked:
    """The options of one run, by their names."""

    sides: tuple[str, ...]
    staged: bool
    environments: tuple[str, ...]
    build: bool
    form: str
    stat: bool
    outputs: tuple[Output, ...]
    fail_on: frozenset[str] | None
    exit_zero: bool
    ways: tuple[str, ...]
    when: str
    no_pager: bool
    budget: int
    title: str
    link: str
    kubectl: bool
    git_driver: bool
    root: Path


def review(asked: Asked) -> Review:
    """Return the review that was asked for; raise ReadError, BuildError or EngineError."""
    from emqx_gitops.review.same import same

    old, new = _sides(asked)
    if found := same(old, new):
        return found
    from emqx_gitops.review.model import Apply
    from emqx_gitops.review.pipeline import review as judge

    ways = frozenset(Apply(each) for each in asked.ways)
    return judge(old, new, apply=ways or frozenset(Apply))


def _sides(asked: Asked) -> tuple[Side, Side]:
    from emqx_gitops.review.sides.place import Makers
    from emqx_gitops.review.sides.reading import read_sides
    from emqx_gitops.review.sides.resolve import Asked as Question
    from emqx_gitops.review.sides.resolve import read

    if asked.kubectl or asked.git_driver:
        from emqx_gitops.review.sides import external

        given = external.from_kubectl if asked.kubectl else external.from_git
        return read_sides(*given(asked.sides))
    question = Question(
        asked.sides, asked.root, os.environ, asked.staged, frozenset(asked.environments)
    )
    return read(question, Makers(_compile if asked.build else None, _kustomize))


def _compile(folder: Path, label: str) -> Mapping[str, str]:
    """Return the tree that *folder* compiles to; what is wrong with it is told."""
    from emqx_gitops.cli.findings import counted, tell
    from emqx_gitops.fleet.run import compile_root
    from emqx_gitops.review.sides.errors import ReadError

    compiled = compile_root(folder, announce=announce)
    if compiled.failed:
        tell(compiled.findings)
        message = f"does not compile: {counted(compiled.findings)}"
        raise ReadError(label, message, "mend that, or compare sides that compile")
    return compiled.tree


def _kustomize(folder: Path, label: str) -> str:
    """Return what the kustomization in *folder* builds to."""
    from emqx_gitops.kustomize.build import build
    from emqx_gitops.kustomize.engine import find_engine
    from emqx_gitops.kustomize.errors import BuildError

    try:
        text, said = build(find_engine(os.environ, announce=announce), folder)
    except BuildError as error:
        message = _QUOTED.sub("...", error.message.replace(str(folder), label))
        raise type(error)(label, message) from None
    if said:
        announce(said.replace(str(folder), label))
    return text


def show(review: Review, asked: Asked) -> None:
    """Write the review to each file that was named; print it where none took its place."""
    form = "stat" if asked.stat else asked.form
    printed = True
    for named, file in asked.outputs:
        printed = printed and bool(named)
        text = _text(review, named or form, asked, paint=False)
        if file == "-":
            click.echo(text, nl=False)
        else:
            Path(file).write_text(text, encoding="utf-8", errors="backslashreplace")
    if printed and ("", "-") not in asked.outputs:
        paint = color(sys.stdout) if asked.when == "auto" else asked.when == "always"
        paged = form == "terminal" and not (asked.no_pager or asked.git_driver or asked.kubectl)
        show_paged(_text(review, form, asked, paint=paint), paged=paged)


def _text(review: Review, form: str, asked: Asked, *, paint: bool) -> str:
    from emqx_gitops.review.reports import Options, render

    options = Options(
        width=shutil.get_terminal_size().columns,
        color=paint,
        budget=asked.budget,
        title=asked.title,
        link=asked.link,
        version=_version() if form != "terminal" else "",
    )
    return render(form, review, options)


def _version() -> str:
    from importlib.metadata import version

    return version("emqx-gitops")


def status(review: Review, asked: Asked) -> int:
    """Return 1 for differences, or for those that were named; a driver of git must return 0."""
    if asked.git_driver or asked.exit_zero:
        return 0
    if asked.fail_on is None:
        return int(bool(review.entries))
    found = {str(effect.outcome) for entry in review.entries for effect in entry.effects}
    return int(bool(found & asked.fail_on))


@contextmanager
def driver_goes_on(asked: Asked) -> Iterator[None]:
    """Have git go on with the next file where one cannot be read: a driver that fails ends it."""
    from emqx_gitops.review.sides.errors import ReadError

    try:
        yield
    except ReadError as error:
        if not asked.git_driver:
            raise
        click.echo(one_line(f"{error.where}: {error.message}"))
        sys.exit(0)
