"""
The lowest layer: what a manifest is, and the only code that reads or writes YAML.

Files that people write go through `read_document`, what programs print through `read_stream`, many
texts that have much in common through a `BlockReader`, and all that we write through `to_yaml`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from emqx_gitops.manifests.blocks import BlockReader
from emqx_gitops.manifests.documents import glance
from emqx_gitops.manifests.faults import Place, YamlError
from emqx_gitops.manifests.identity import Manifest, ResourceId, ValuePath, base_name, unhashed
from emqx_gitops.manifests.writer import order_keys, to_yaml

if TYPE_CHECKING:
    from emqx_gitops.manifests.reader import Document, read_document
    from emqx_gitops.manifests.stream import read_stream

_READERS = {"Document": "reader", "read_document": "reader", "read_stream": "stream"}
"""What takes libyaml, which is imported with them: a review seldom needs it."""

__all__ = [
    "BlockReader",
    "Document",
    "Manifest",
    "Place",
    "ResourceId",
    "ValuePath",
    "YamlError",
    "base_name",
    "glance",
    "order_keys",
    "read_document",
    "read_stream",
    "to_yaml",
    "unhashed",
]


def __getattr__(name: str) -> Any:
    """Return one of the readers, imported now."""
    if name not in _READERS:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_READERS[name]}"), name)
