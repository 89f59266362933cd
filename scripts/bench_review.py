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
from collections.abc import Iterator, Sequence
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
    old = list(islice(objects(), OBJECTS))
    step = OBJECTS // CHANGED
    sides = {
        "old": old,
        "few": [changed(each) if at % step == 0 else each for at, each in enumerate(old)],
        "all": [changed(each) for each in old],
    }
    for name, documents in sides.items():
        (folder / f"{name}.yaml").write_text("---\n".join(documents))
    repository(folder, "old.yaml", sides["few"])
    unchanged = [str(COMMAND), "diff", "-C", str(ROOT), "dist/rendered", "dist/rendered"]
    ours = [str(COMMAND), "diff", "-C", str(folder)]
    theirs = [program, "between", "--omit-header", "old.yaml"]
    runs = {
        "few": [*ours, "HEAD~1..HEAD"],
        "few, dyff": [*theirs, "few.yaml"],
        "all": [*ours, "old.yaml", "all.yaml"],
        "all, dyff": [*theirs, "all.yaml"],
        "unchanged": unchanged,
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


def objects() -> Iterator[str]:
    """Yield documents like the shipped ones, each environment of them under names of its own."""
    texts = [
        (pattern, path.read_text())
        for pattern in PATTERNS
        for path in sorted((ROOT / "dist" / "rendered" / pattern).glob("*.yaml"))
    ]
    for number in count():
        for pattern, text in texts:
            yield text.replace(f"emqx-{pattern}", f"emqx-{pattern}-{number:04d}")


def changed(text: str) -> str:
    """Return an object with one value changed."""
    for before, after in EDITS:
        if before in text:
            return text.replace(before, after, 1)
    return text.replace("metadata:\n", "metadata:\n  annotations:\n    example.org/changed: x\n", 1)


def repository(folder: Path, name: str, after: Sequence[str]) -> None:
    """Make *folder* a git repository whose last commit changes the file *name*."""
    path = folder / name
    before = path.read_text()
    git = ["git", "-C", str(folder), "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for text in (before, "---\n".join(after)):
        path.write_text(text)
        for argv in (["init", "-q"], ["add", name], ["commit", "-q", "-m", "bench"]):
            subprocess.run([*git, *argv], check=True)
    path.write_text(before)


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
        (f"dyff / diff from git, {CHANGED} changed", few, figures["few"], "5"),
        ("dyff / diff, all changed", everything, figures["all"], "1"),
    )
    for label, theirs, ours, goal in rows:
        ratios = [one / other for one, other in zip(theirs, ours, strict=True)]
        print(f"{label:<34} {ratios[0]:8.2f} {ratios[1]:8.2f}   (goal: at least {goal})")
    passed, work = (1000 * each for each in figures["unchanged"])
    print(f"{'diff, nothing changed, ms':<34} {passed:8.0f} {work:8.0f}   (goal: at most 200)")


if __name__ == "__main__":
    main()
