"""Rules on Kustomize documents: what Kustomize itself passes over in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emqx_gitops.constructs.names import SETTINGS
from emqx_gitops.findings import Finding, Rule
from emqx_gitops.kustomize.documents import is_generated
from emqx_gitops.rules import generated_maps, kustomization_form, moved, patches
from emqx_gitops.rules.assembly import Assembly, assemble
from emqx_gitops.rules.generated_maps import check_generators, clash
from emqx_gitops.rules.kustomization_form import check_form
from emqx_gitops.rules.kustomizations import NAMES
from emqx_gitops.rules.moved import check_moves
from emqx_gitops.rules.objects import Objects, sort_objects
from emqx_gitops.rules.patches import check_order, check_patches
from emqx_gitops.rules.subjects import Rendered, Sources

RULES: tuple[Rule, ...] = (
    *kustomization_form.RULES,
    *patches.RULES,
    *generated_maps.RULES,
    *moved.RULES,
)

OVERLAYS = "overlays"


def check_documents(name: str, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """
    Yield what can be said of the kustomizations in *files* before anything is built.

    Kustomize refuses most of it, without a line.
    """
    yield from check_form(files, name)


def check_sources(sources: Sources) -> Iterator[Finding]:
    """
    Yield what is wrong with the documents of one overlay.

    Where the compiler wrote all of them there is nothing to find; tests see to that.
    """
    if all(is_generated(text) for path, text in sources.files.items() if _is_kustomization(path)):
        return
    yield from check_documents(sources.name, sources.files)
    files = {**sources.shared, **sources.files}
    assembly = assemble(files, f"{OVERLAYS}/{sources.name}")
    objects = sort_objects(_rendered(sources))
    variables = frozenset(_variable_maps(assembly, objects))
    for step in assembly.steps:
        here = step.kustomization
        if not here.generated:
            yield from check_patches(step, sources.name, sources.manifests)
            yield from check_order(files, here, sources.name, objects)
            yield from check_generators(here, sources.name, variables)
    for pair in assembly.clashes:
        if pair.later.map == SETTINGS:
            yield from clash(sources.name, pair.earlier, pair.later)
    items = {id(each): each for step in assembly.steps for each in step.items}
    yield from check_moves(sources, items)


def _is_kustomization(path: str) -> bool:
    return path.rpartition("/")[2] in NAMES


def _rendered(sources: Sources) -> Rendered:
    return Rendered(
        name=sources.name, file="", namespace=sources.namespace, manifests=sources.manifests
    )


def _variable_maps(assembly: Assembly, objects: Objects) -> Iterator[str]:
    """Yield the names, as generators know them, of maps that give variables to containers."""
    used = {
        name
        for pod in objects.pods
        for container in pod.containers
        for kind, name, _ in container.sources
        if kind == "ConfigMap"
    }
    for step in assembly.steps:
        for item in step.items:
            if item.known.kind == "ConfigMap" and any(
                each == item.known.name or each.startswith(f"{item.known.name}-") for each in used
            ):
                yield item.known.name
