"""
Measure the compiler against bare Kustomize, side by side in one run; print ratios.

Every figure is the median over rounds in which all measured things take turns, so that a machine
that slows down slows all of them. Nothing here judges; the goals stand beside the figures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emqx_gitops.kustomize.engine import find_engine
from emqx_gitops.kustomize.pinned import PINNED, install

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).parent / "emqx-gitops"
PATTERNS = ("dev", "staging", "prod")


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("-n", "--environments", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    kustomize = install(PINNED, os.environ, announce=print)
    engine = find_engine(os.environ | {"KUSTOMIZE": str(kustomize)}, announce=print)
    with tempfile.TemporaryDirectory(prefix="emqx-gitops-bench-") as folder:
        bench = Bench(Path(folder), str(engine.command[0]), options.environments)
        bench.run(options.rounds)


class Bench:
    """A repository of many environments, and what is measured on it."""

    def __init__(self, folder: Path, kustomize: str, number: int) -> None:
        """Write *number* environments like the shipped ones into *folder*."""
        self.repository = folder / "repository"
        self.cache = folder / "cache"
        self.kustomize = kustomize
        self.names = [f"env-{index:04d}" for index in range(number)]
        for index, name in enumerate(self.names):
            pattern = PATTERNS[index % len(PATTERNS)]
            text = (ROOT / "overlays" / pattern / "environment.yaml").read_text()
            target = self.repository / "overlays" / name / "environment.yaml"
            target.parent.mkdir(parents=True)
            target.write_text("\n".join(_unique(text, name, index)) + "\n")
        self.environ = os.environ | {
            "KUSTOMIZE": kustomize,
            "XDG_CACHE_HOME": str(self.cache),
            "NO_COLOR": "1",
        }

    def run(self, rounds: int) -> None:
        """Measure everything *rounds* times, in turns, and print the medians."""
        figures: dict[str, list[float]] = {}
        memory = 0.0
        for number in range(rounds):
            self.forget(number)
            seconds, peak = self.synth()
            memory = max(memory, peak)
            figures.setdefault("from nothing", []).append(seconds)
            figures.setdefault("bare", []).append(self.bare())
            figures.setdefault("nothing changed", []).append(self.synth()[0])
            self.change(number)
            figures.setdefault("one changed", []).append(self.synth()[0])
            figures.setdefault("help", []).append(_timed([str(COMMAND), "--help"], self.environ)[0])
        self.show({name: statistics.median(values) for name, values in figures.items()}, memory)

    def show(self, figures: dict[str, float], memory: float) -> None:
        """Print the table."""
        bare, number = figures["bare"], len(self.names)
        objects = len(list((self.repository / "dist" / "rendered").glob("*/*.yaml")))
        allowed = 150 + 0.3 * number
        print(f"{number} environments, {objects / number:.1f} objects each")
        each = bare / number * 2000
        print(f"bare kustomize build, two at a time: {bare:.2f} s, {each:.1f} ms each")
        rows = (
            ("synth from nothing / bare", figures["from nothing"] / bare, "1.0"),
            ("synth, nothing changed / bare", figures["nothing changed"] / bare, "0.2"),
            ("synth, one changed / bare", figures["one changed"] / bare, "0.3"),
            ("--help, ms", figures["help"] * 1000, "150"),
            ("peak memory of the compiler, MB", memory, f"{allowed:.0f}"),
        )
        for label, value, goal in rows:
            print(f"{label:<34} {value:8.2f}   (goal: at most {goal})")

    def synth(self) -> tuple[float, float]:
        """Return seconds and peak memory in MB of one compile."""
        return _timed([str(COMMAND), "synth", "-C", str(self.repository)], self.environ)

    def bare(self) -> float:
        """Return the seconds that building every overlay in a process of its own takes."""
        environ = {k: v for k, v in os.environ.items() if k not in {"GOGC", "GOMAXPROCS"}}

        def build(name: str) -> None:
            argv = [self.kustomize, "build", str(self.repository / "overlays" / name)]
            subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, env=environ)

        started = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(build, self.names))
        return time.monotonic() - started

    def forget(self, number: int) -> None:
        """
        Put what earlier rounds made out of the way.

        Nothing is removed before the end: ext4 takes its time to make files where thousands were
        just removed (``recently_deleted`` in fs/ext4/ialloc.c), and bare builds make none.
        """
        for folder in (self.cache, self.repository / "dist"):
            if folder.exists():
                folder.rename(self.repository.parent / f"{folder.name}-{number}")

    def change(self, number: int) -> None:
        """Change one environment, differently each time."""
        path = self.repository / "overlays" / self.names[0] / "environment.yaml"
        path.write_text(path.read_text().replace("cpu: 250m", f"cpu: {251 + number}m", 1))
        for before in range(251, 251 + number):
            path.write_text(path.read_text().replace(f"cpu: {before}m", f"cpu: {251 + number}m"))


def _unique(text: str, name: str, index: int) -> Iterator[str]:
    """Yield the lines of an environment that shares nothing with the others in its cluster."""
    for line in text.splitlines():
        if line.startswith(("cluster:", "# yaml-language-server")):
            continue
        if "nodePorts:" in line:
            yield f"  nodePorts: {{mqtt: {30000 + index}, dashboard: {31000 + index}}}"
        elif line.strip().startswith("path:"):
            yield f"{line}/{name}"
        else:
            yield line


def _timed(argv: Sequence[str], environ: dict[str, str]) -> tuple[float, float]:
    started = time.monotonic()
    process = subprocess.Popen(argv, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(argv)} failed:\n{said}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
