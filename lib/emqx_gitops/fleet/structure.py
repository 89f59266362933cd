"""
The part of the tree that all environments share, from the cache or from its constructs.

Run as a program, this module prints it as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from emqx_gitops.fleet.cache import Cache, fingerprint, key_of
from emqx_gitops.kustomize.documents import Tree
from emqx_gitops.kustomize.process import StoppedError, run

_SECONDS = 60.0
"""After which it is made here, so that whatever is wrong is told."""


@contextmanager
def structure(cache: Cache) -> Iterator[Callable[[], Tree]]:
    """
    Have `structure_tree` made while the block runs; the function given waits for it.

    Node takes its time, and starts only where the tree is not in the cache: beside this process, in
    one of its own.
    """
    key = key_of(fingerprint(), "structure")
    kept = cache.get("structure", key)
    if isinstance(kept, dict):
        yield lambda: kept
        return
    unwanted = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        aside = pool.submit(_made_aside, unwanted)

        def made() -> Tree:
            tree = aside.result() or structure_tree()
            cache.put("structure", key, tree)
            return tree

        try:
            yield made
        finally:
            unwanted.set()


def _made_aside(unwanted: threading.Event) -> Tree | None:
    """Return the tree from a process of its own; None where that failed, or is *unwanted* now."""
    if not sys.executable:  # unknown where Python is embedded
        return None
    # This very program, wherever it was found; not what lies in the current folder.
    places = (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", ""))
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}
    argv = [sys.executable, "-P", "-m", __name__]
    try:
        status, out, _ = run(argv, environ=environ, seconds=_SECONDS, stop=unwanted)
        return json.loads(out) if status == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired, StoppedError):
        return None


def structure_tree() -> Tree:
    """Return ``dist/base`` and ``dist/components``; Node must run. Raises NodeError."""
    from emqx_gitops.kustomize.node import use_bundled_node

    use_bundled_node()
    with ThreadPoolExecutor(1) as pool:
        # It waits for Node to start.
        imported = pool.submit(importlib.import_module, "cdk8s")
        from emqx_gitops.components.catalog import shared_components

        components = {path: item.kustomization() for path, item in shared_components().items()}
        imported.result()
    import cdk8s

    from emqx_gitops.constructs import structure as constructs
    from emqx_gitops.kustomize.constructs import synth

    app = cdk8s.App()
    constructs.build(app, components)
    return synth(app)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(structure_tree()))
