"""Five pull requests to this repository, and what three tools say about them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from emqx_gitops.fleet.run import synth
from emqx_gitops.review.model import Apply
from emqx_gitops.review.pipeline import review
from emqx_gitops.review.reports import Options, render
from emqx_gitops.review.sides.place import Makers
from emqx_gitops.review.sides.resolve import Asked, read

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES = tuple(sorted(each.name for each in HERE.iterdir() if (each / "pull-request.md").exists()))
WIDTH = 88


def checkouts(case: str, folder: Path, environ: Mapping[str, str]) -> tuple[Path, Path]:
    """Return the repository before and after a pull request, compiled below *folder*."""
    sides = []
    for name in ("main", case):
        side = folder / name
        shutil.copytree(ROOT / "overlays", side / "overlays")
        if name == case:
            shutil.copytree(HERE / case / "overlays", side / "overlays", dirs_exist_ok=True)
        synth(side, announce=print, environ=environ)
        sides.append(side)
    return sides[0], sides[1]


def ours(folder: Path, case: str, form: str = "terminal") -> str:
    """Return what `emqx-gitops diff main CASE` prints in *folder*."""
    asked = Asked(("main", case), folder, os.environ)
    old, new = read(asked, Makers(None, _nothing_to_build))
    return render(form, review(old, new, apply=frozenset(Apply)), Options(width=WIDTH))


def _nothing_to_build(folder: Path, label: str) -> str:
    raise AssertionError(f"{label} is no kustomization: {folder}")


def git_stat(folder: Path, case: str) -> str:
    """Return what ``git diff --stat`` prints for generated files and sources."""
    command = ["git", "diff", "--no-index", f"--stat={WIDTH}", "main", case]
    return subprocess.run(  # exits 1 for differences
        ["/usr/bin/env", *command], cwd=folder, check=False, capture_output=True, text=True
    ).stdout


def dyffs(folder: Path, case: str, program: Path) -> str:
    """Return what dyff prints for all rendered objects."""
    for name in ("main", case):
        texts = (each.read_text() for each in sorted((folder / name).glob("dist/rendered/*/*")))
        (folder / f"{name}.yaml").write_text("---\n".join(texts))
    command = [str(program), "between", "--omit-header", "--color=off", "--truecolor=off"]
    command += [f"--fixed-width={WIDTH}", "main.yaml", f"{case}.yaml"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def page() -> str:
    """Return the page that shows all outputs, from the files beside this one."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "<!-- Generated from tests/golden: run `make golden`. -->"
    yield ""
    yield "# Five pull requests, three tools"
    yield ""
    yield "Each of these changes the environments that this repository ships."
    yield "`emqx-gitops diff` says what happens to the clusters; dyff, on all rendered objects in"
    yield "one file a side, which values differ; `git diff --stat`, which files."
    for case in CASES:
        title, _, text = (HERE / case / "pull-request.md").read_text().partition("\n")
        yield ""
        yield f"## {title.removeprefix('# ')}"
        yield ""
        yield text.strip()
        for label, file in (
            ("emqx-gitops diff", "emqx-gitops.txt"),
            ("dyff between", "dyff.txt"),
            ("git diff --stat", "git-stat.txt"),
        ):
            said = (HERE / case / file).read_text().strip("\n")
            lines = said.count("\n") + 1
            yield ""
            yield "<details open>" if file == "emqx-gitops.txt" else "<details>"
            yield f"<summary><code>{label}</code>, {lines} lines</summary>"
            yield ""
            yield "```text"
            yield said
            yield "```"
            yield ""
            yield "</details>"
