"""Whether two ways to apply the same tree give the same objects, by the API server's own books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emqx_gitops.manifests import Manifest, ResourceId
from tests.cluster.gitops.state import FLUX_LABELS, wanted

_FLUX = "kustomize-controller"


def owned(manifest: Manifest, manager: str) -> Mapping[str, Any]:
    """Return the fields that *manager* applied, by the API server's own books, but for labels of
    Flux's own.
    """
    entries = manifest["metadata"].get("managedFields", ())
    fields: Mapping[str, Any] = next(
        (
            each["fieldsV1"]
            for each in entries
            if each["manager"] == manager and each["operation"] == "Apply"
        ),
        {},
    )
    return _without_notes(fields)


def _without_notes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what Flux adds, labels and the empty `spec` of a Namespace, and what it drops: the
    empty class of a volume, which the API server does not tell from none.
    """
    bare = {name: below for name, below in fields.items() if below}
    bare["f:spec"] = {
        name: below
        for name, below in fields.get("f:spec", {}).items()
        if name != "f:storageClassName"
    }
    meta = dict(bare.get("f:metadata", {}))
    labels = {
        name: value
        for name, value in meta.get("f:labels", {}).items()
        if name.removeprefix("f:") not in FLUX_LABELS
    }
    return bare | {"f:metadata": meta | {"f:labels": labels}}


def same_objects(
    flux: Mapping[ResourceId, Manifest], other: Mapping[ResourceId, Manifest], manager: str
) -> Iterator[str]:
    """Flux and *manager* apply the same objects, with the same fields in each."""
    for each in sorted(flux.keys() ^ other.keys()):
        yield f"{each} comes from {'Flux' if each in flux else manager} only"
    for each in sorted(flux.keys() & other.keys()):
        if owned(flux[each], _FLUX) != owned(other[each], manager):
            fields = [owned(*pair) for pair in ((flux[each], _FLUX), (other[each], manager))]
            yield f"{each} has other fields: {fields[0]} and {fields[1]}"
        if wanted(flux[each]) != wanted(other[each]):
            yield f"{each} has other values"
