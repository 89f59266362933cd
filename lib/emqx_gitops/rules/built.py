"""The last stage of rules: an overlay's objects, and the documents that they were built from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from emqx_gitops.findings import Finding
from emqx_gitops.kustomize.documents import is_generated
from emqx_gitops.manifests import ResourceId
from emqx_gitops.rules.assembly import Assembly
from emqx_gitops.rules.kustomize import assembly_of, check_assembly, is_written
from emqx_gitops.rules.rendered import check_rendered
from emqx_gitops.rules.subjects import Rendered, Sources


def check_built(rendered: Rendered, sources: Sources) -> Iterator[Finding]:
    """Yield what is wrong with an overlay that was built; objects are found in their own files."""
    found = check_rendered(rendered)
    if not is_written(sources):
        yield from found
        return
    assembly = assembly_of(sources)
    files = _files(assembly)
    for each in found:
        file = files.get(each.where.resource, each.where.file)
        yield replace(each, where=replace(each.where, file=file))
    yield from check_assembly(sources, assembly)


def _files(assembly: Assembly) -> Mapping[str, str]:
    """Return the files of objects that people wrote, by identity after the build."""
    return {
        str(ResourceId(known.group, known.kind, known.namespace_now, known.now)): item.file
        for item in assembly.items()
        for known in (item.known,)
        if item.file and not is_generated(assembly.files[item.file])
    }
