"""The part of the tree that all environments share, from the cache or from its constructs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from emqx_gitops.aside import aside
from emqx_gitops.fleet.cache import Cache, fingerprint, key_of
from emqx_gitops.kustomize.documents import Tree


@contextmanager
def structure(cache: Cache) -> Iterator[Callable[[], Tree]]:
    """
    Have `structure_tree` made while the block runs; the function given waits for it.

    Node takes its time to start, and does so only where the tree is not in the cache.
    """
    key = key_of(fingerprint(), "structure")
    kept = cache.get("structure", key)
    if isinstance(kept, dict):
        yield lambda: kept
        return

    def made(wait: Callable[[], Tree]) -> Tree:
        tree = wait()
        cache.put("structure", key, tree)
        return tree

    if "jsii" in sys.modules:
        # Its Node is there already, and talks to one process.
        yield lambda: made(structure_tree)
        return
    import emqx_gitops.components.catalog  # noqa: F401  (both processes need it)

    with aside(structure_tree) as wait:
        yield lambda: made(wait)


def structure_tree() -> Tree:
    """Return ``dist/base`` and ``dist/components``; Node must run. Raises NodeError."""
    from emqx_gitops.components.catalog import shared_components
    from emqx_gitops.kustomize.node import use_bundled_node

    use_bundled_node()
    import cdk8s

    from emqx_gitops.constructs import structure as constructs
    from emqx_gitops.kustomize.constructs import synth

    app = cdk8s.App()
    components = {path: item.kustomization() for path, item in shared_components().items()}
    constructs.build(app, components)
    return synth(app)
