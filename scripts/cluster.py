"""
Start a simulated cluster for a person, ``python scripts/cluster.py up``, and end it with ``down``.

It has what the shipped environments need; `.cluster` in this repository leads to its files.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from emqx_gitops.kustomize.errors import EngineError  # noqa: E402
from tests.cluster.control_plane import ControlPlane  # noqa: E402
from tests.cluster.prerequisites import prepare  # noqa: E402
from tests.cluster.processes import Keeper, ProcessError  # noqa: E402

LINK = ROOT / ".cluster"
_SECONDS = 20


def main() -> int:
    """Start or end it, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("what", choices=("up", "down"))
    if parser.parse_args().what == "down":
        return _down()
    if _keeper() is None:
        try:
            _up()
        except (EngineError, ProcessError, TimeoutError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    print(f"export KUBECONFIG={LINK}/kubeconfig")
    return 0


def _keeper() -> Keeper | None:
    """Return a connection to what keeps the cluster; None where none runs."""
    try:
        return Keeper(LINK.resolve())
    except OSError:
        LINK.unlink(missing_ok=True)
        return None


def _up() -> None:
    plane = ControlPlane.start()
    try:
        names = prepare(plane)
        LINK.symlink_to(plane.folder)
        plane.keeper.ask(do="stay")
    finally:
        plane.close()
    print(
        f"A control plane with simulated nodes: pods become Ready, no container runs.\n"
        f"Ready for {', '.join(names)}: kubectl apply -k overlays/{names[0]}. "
        "`make cluster-down` ends it.",
        file=sys.stderr,
    )


def _down() -> int:
    keeper = _keeper()
    if keeper is None:
        print("no cluster runs", file=sys.stderr)
        return 0
    keeper.ask(do="end")
    end = time.monotonic() + _SECONDS
    while keeper.folder.exists() and time.monotonic() < end:
        time.sleep(0.05)
    LINK.unlink(missing_ok=True)
    return int(keeper.folder.exists())


if __name__ == "__main__":
    sys.exit(main())
