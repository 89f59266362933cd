"""
Try every combination of choices; write docs/matrix.md and the cover that `make test` builds.

With --check nothing is written, and the exit status is 1 when either is not current.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from emqx_gitops.kustomize.engine import find_engine  # noqa: E402
from emqx_gitops.kustomize.pinned import PINNED, install  # noqa: E402
from tests.matrix import cases, cover, page, run  # noqa: E402

PAGE = ROOT / "docs" / "matrix.md"
COVER = ROOT / "tests" / "matrix_cover.json"


def main() -> int:
    """Run the matrix and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--objects", type=Path, help="write each distinct object there, as a line")
    options = parser.parse_args()
    kustomize = install(PINNED, os.environ, announce=print)
    engine = find_engine(os.environ | {"KUSTOMIZE": str(kustomize)}, announce=print)
    every = list(cases())
    report = run(engine, every)
    for problem in report.problems[:40]:
        print(problem, file=sys.stderr)
    found = len(report.problems)
    print(f"{len(every)} combinations, {len(report.accepted)} compile, {found} problems")
    if options.objects:
        options.objects.write_text("\n".join(sorted(report.distinct)))
    files = {
        PAGE: page(report, len(every)),
        COVER: json.dumps(cover(report.accepted), indent=1) + "\n",
    }
    stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if options.check:
            print(f"{path.relative_to(ROOT)} is not current: run make matrix", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(files[path])
    return int(bool(report.problems) or (options.check and bool(stale)))


if __name__ == "__main__":
    sys.exit(main())
