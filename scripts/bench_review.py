"""
Measure the review against dyff, side by side in one run; print ratios.

Objects are those of the shipped environments, copied under names of their own. Every figure is the
median over rounds in which all measured things take turns: of seconds that pass, and of seconds on
processors, which a busy machine changes less. Nothing here judges.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.dyff.program import dyff  # noqa: E402  (below the root, which is not on the path)

COMMAND = Path(sys.executable).parent / "emqx-gitops"
PATTERNS = ("dev", "staging", "prod")
OBJECTS = 10_000
CHANGED = 50
EDITS = (("replicas: 3", "replicas: 4"), ("memory: ", "memory: 1"), ("port: 1883", "port: 1993"))


class Seconds(NamedTuple):
    """What a process took."""

    passed: float
    work: float
    """Seconds on processors."""


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    program = str(dyff())
    with tempfile.TemporaryDirectory(prefix="emqx-gitops-bench-") as name:
        measure(Path(name), program, rounds)


def measure(folder: Path, program: str, rounds: int) -> None:
    """Write both sides into *folder*, measure *rounds* times, print the medians."""
    paths, old = zip(*islice(objects(), OBJECTS), strict=True)
    step = OBJECTS // CHANGED
    sides = {
        "old": old,
        "few": [changed(each) if at % step == 0 else each for at, each in enumerate(old)],
        "all": [changed(each) for each in old],
    }
    for name, documents in sides.items():
        (folder / f"{name}.yaml").write_text("---\n".join(documents))
    commits = [dict(zip(paths, sides[name], strict=True)) for name in ("old", "few")]
    repository(folder / "tree", *commits)
    repository(folder / "file", *({"all.yaml": "---\n".join(each.values())} for each in commits))
    ours = [str(COMMAND), "diff", "-C"]
    theirs = [program, "between", "--omit-header", "old.yaml"]
    runs = {
        "tree": [*ours, "tree", "HEAD~1..HEAD"],
        "file": [*ours, "file", "HEAD~1..HEAD"],
        "few, dyff": [*theirs, "few.yaml"],
        "all": [*ours, ".", "old.yaml", "all.yaml"],
        "all, dyff": [*theirs, "all.yaml"],
        "unchanged": [*ours, str(ROOT), "dist/rendered", "dist/rendered"],
    }
    figures: dict[str, list[Seconds]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, argv in runs.items():
            figures[name].append(timed(argv, folder))
    medians = {
        name: Seconds(*(statistics.median(each) for each in zip(*values, strict=True)))
        for name, values in figures.items()
    }
    show(medians)


def objects() -> Iterator[tuple[str, str]]:
    """
    Yield documents like the shipped ones, with their paths.

    Each environment of them has names of its own.
    """
    files = [
        (pattern, path.name, path.read_text())
        for pattern in PATTERNS
        for path in sorted((ROOT / "dist" / "rendered" / pattern).glob("*.yaml"))
    ]
    for number in count():
        for pattern, name, text in files:
            environment = f"{pattern}-{number:04d}"
            renamed = text.replace(f"emqx-{pattern}", f"emqx-{environment}")
            yield f"dist/rendered/{environment}/{name}", renamed


def changed(text: str) -> str:
    """Return an object with one value changed."""
    for before, after in EDITS:
        if before in text:
            return text.replace(before, after, 1)
    head = "  annotations:\n" if "\n  annotations:\n" in text else "metadata:\n"
    note = "    example.org/changed: x\n"
    return text.replace(head, head + note if head[0] == " " else f"{head}  annotations:\n{note}", 1)


def repository(folder: Path, *commits: Mapping[str, str]) -> None:
    """Make *folder* a git repository of *commits*, which are texts by path."""
    folder.mkdir()
    git = ["git", "-C", str(folder), "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for texts in commits:
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        for argv in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "bench"]):
            subprocess.run([*git, *argv], check=True)


def timed(argv: Sequence[str], folder: Path) -> Seconds:
    """Return the seconds that a process takes; 0 and 1 say same and different."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    environ = os.environ | {"NO_COLOR": "1"}
    ended = subprocess.run(argv, cwd=folder, env=environ, capture_output=True, check=False)
    passed, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode not in {0, 1}:
        sys.exit(f"{' '.join(argv)} failed:\n{ended.stderr.decode()}")
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Seconds(passed, work)


def show(figures: dict[str, Seconds]) -> None:
    """Print the table."""
    few, everything = figures["few, dyff"], figures["all, dyff"]
    print(f"diff of {OBJECTS:,} objects, ratios of seconds passed and of seconds on processors")
    print(f"dyff: {few.passed:.2f} s with {CHANGED} changed, {everything.passed:.2f} s with all")
    rows = (
        (f"dyff / diff from git, {CHANGED} changed", few, figures["tree"], "5"),
        ("  the same as one file in git", few, figures["file"], "5"),
        ("dyff / diff, all changed", everything, figures["all"], "1"),
    )
    for label, theirs, ours, goal in rows:
        ratios = [one / other for one, other in zip(theirs, ours, strict=True)]
        print(f"{label:<34} {ratios[0]:8.2f} {ratios[1]:8.2f}   (goal: at least {goal})")
    passed, work = (1000 * each for each in figures["unchanged"])
    print(f"{'diff, nothing changed, ms':<34} {passed:8.0f} {work:8.0f}   (goal: at most 200)")


if __name__ == "__main__":
    main()
