"""Namespaces for tests."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster.client import Client, Manifest

RESTRICTED = {
    f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")
}
"""Labels that have Pod Security refuse what is not `restricted`, and warn of it too."""


def namespace(name: str) -> Manifest:
    """Return a namespace that enforces Pod Security `restricted`."""
    metadata = {"name": name, "labels": dict(RESTRICTED)}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


@contextmanager
def new_namespace(client: Client) -> Iterator[str]:
    """Make a namespace of a new name, and have it deleted, without waiting, at the end."""
    name = f"emqx-test-{secrets.token_hex(4)}"
    client.create(namespace(name))
    try:
        yield name
    finally:
        client.delete("v1", "Namespace", name)
