"""Write what three tools say of the pull requests in tests/golden, and the page that shows it."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.dyff.program import dyff  # noqa: E402
from tests.golden import cases  # noqa: E402


def main() -> None:
    """Write all of them anew."""
    program = dyff()
    for case in cases.CASES:
        with tempfile.TemporaryDirectory(prefix="emqx-gitops-golden-") as name:
            folder = Path(name)
            cases.checkouts(case, folder, os.environ)
            target = cases.HERE / case
            (target / "emqx-gitops.txt").write_text(cases.ours(folder, case))
            (target / "git-stat.txt").write_text(cases.git_stat(folder, case))
            (target / "dyff.txt").write_text(cases.dyffs(folder, case, program))
    (ROOT / "docs" / "pull-requests-compared.md").write_text(cases.page())


if __name__ == "__main__":
    main()
