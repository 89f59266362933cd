"""A cluster of the user's own, reached as kubectl reaches it, whatever its way to log in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.cluster.client import Client, wait_for
from tests.cluster.processes import Keeper, Process, ProcessError

_ADDRESS = re.compile(r"serve on (127\.0\.0\.1:\d+)")


@contextmanager
def external(kubeconfig: Path) -> Iterator[Client]:
    """Give a client of the cluster of the current context of *kubeconfig*, by `kubectl proxy`.

    Raises ProcessError where there is no kubectl, or it cannot reach the cluster.
    """
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        raise ProcessError(
            "a cluster of your own is reached with kubectl, which PATH does not have"
        )
    keeper = Keeper.new()
    try:
        file = kubeconfig.resolve()
        process = keeper.start("proxy", [kubectl, "proxy", "--port=0", f"--kubeconfig={file}"])
        address = wait_for(lambda: _address(process), "kubectl proxy serves", seconds=30)
        with closing(Client(f"http://{address}")) as client:
            yield client
    finally:
        keeper.close()


def _address(process: Process) -> str | None:
    if process.code is not None:
        raise ProcessError(f"kubectl proxy ended: {process.last_words()}")
    match = _ADDRESS.search(process.log.read_text())
    return match and match[1]
