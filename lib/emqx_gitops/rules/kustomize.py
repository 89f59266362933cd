"""Rules on Kustomize documents: what Kustomize itself passes over in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emqx_gitops.constructs.names import SETTINGS
from emqx_gitops.findings import Finding, Rule
from emqx_gitops.kustomize.documents import is_generated
from emqx_gitops.rules import generated_maps, image_entries, kustomization_form, moved, patches
from emqx_gitops.rules.assembly import Assembly, Clash, Item, Step, assemble
from emqx_gitops.rules.broker_settings import check_broker_settings
from emqx_gitops.rules.generated_maps import (
    SETTING_IN_TWO_PLACES,
    Setting,
    check_generators,
    clash,
)
from emqx_gitops.rules.image_entries import check_images
from emqx_gitops.rules.kustomization_form import check_form
from emqx_gitops.rules.kustomizations import NAMES, Kustomization, find
from emqx_gitops.rules.moved import check_moves
from emqx_gitops.rules.objects import Objects, sort_objects
from emqx_gitops.rules.patches import check_order, check_patches
from emqx_gitops.rules.subjects import Rendered, Sources

RULES: tuple[Rule, ...] = (
    *kustomization_form.RULES,
    *patches.RULES,
    *generated_maps.RULES,
    *image_entries.RULES,
    *moved.RULES,
)

OVERLAYS = "overlays"


def check_documents(name: str, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """
    Yield what can be said of the kustomizations in *files* before anything is built.

    Kustomize refuses most of it, without a line.
    """
    yield from check_form(files, name)


def is_written(sources: Sources) -> bool:
    """
    Tell whether people wrote any of the kustomizations.

    Where the compiler wrote all of them there is nothing to find; tests see to that.
    """
    return not all(
        is_generated(text)
        for path, text in sources.files.items()
        if path.rpartition("/")[2] in NAMES
    )


def assembly_of(sources: Sources) -> Assembly:
    """Return how the overlay comes about, as far as its documents are known."""
    return assemble({**sources.shared, **sources.files}, f"{OVERLAYS}/{sources.name}")


def check_assembly(sources: Sources, assembly: Assembly) -> Iterator[Finding]:
    """Yield what is wrong with documents that people wrote, and with what they do to others."""
    yield from check_documents(sources.name, sources.files)
    objects = sort_objects(
        Rendered(
            name=sources.name,
            file=f"{OVERLAYS}/{sources.name}/kustomization.yaml",
            namespace=sources.namespace,
            manifests=sources.manifests,
        )
    )
    variables = frozenset(_variable_maps(assembly, objects))
    top = find(assembly.files, f"{OVERLAYS}/{sources.name}")
    for step in assembly.steps:
        here = step.kustomization
        if here.generated:
            if top is not None and not top.generated:
                yield from _misplaced(top, step, sources)
        else:
            yield from check_patches(step, sources.name, sources.manifests)
            yield from check_order(assembly.files, here, sources.name, objects)
            yield from check_generators(here, sources.name, variables)
            yield from check_images(step, sources.name, objects)
    for pair in assembly.clashes:
        if pair.later.map == SETTINGS:
            yield from clash(sources.name, pair.earlier, pair.later)
            if top is not None and not top.generated:
                yield from _two_choices(top, pair, sources.name)
    yield from check_moves(sources, assembly.items())
    yield from check_broker_settings(objects, _settings(assembly), sources.checked)


def _misplaced(top: Kustomization, step: Step, sources: Sources) -> Iterator[Finding]:
    """Yield patches of a generated component that miss, where an overlay by hand lists it."""
    here = step.kustomization
    for each in check_patches(step, sources.name, sources.manifests):
        message = f"{here.folder}: {each.message}"
        fix = "Build upon one of dist/base/statefulset, deployment and pod, or leave it out."
        yield top.at(each.rule, sources.name, _entry(top, here), message, fix)


def _two_choices(top: Kustomization, pair: Clash, environment: str) -> Iterator[Finding]:
    """Yield a pair of generated components that an overlay by hand should not have both."""
    first, second = pair.earlier.kustomization, pair.later.kustomization
    if first.generated and second.generated and pair.earlier.value != pair.later.value:
        message = f"{first.folder} and {second.folder} both set {pair.later.key}"
        path = _entry(top, second)
        yield top.at(SETTING_IN_TWO_PLACES, environment, path, message, "Keep one of the two.")


def _entry(top: Kustomization, here: Kustomization) -> tuple[str | int, ...]:
    """Return where *top* lists *here* among its components."""
    places = (i for i, path in top.listed("components") if top.beside(path) == here.folder)
    return "components", next(places, 0)


def _settings(assembly: Assembly) -> Mapping[str, Setting]:
    """Return the settings that people wrote, by name."""
    return {
        key: setting
        for item in assembly.items()
        if item.known.name == SETTINGS
        for key, setting in item.settings.items()
        if not setting.kustomization.generated
    }


def _variable_maps(assembly: Assembly, objects: Objects) -> Iterator[str]:
    """Yield the names, as generators know them, of maps that give variables to containers."""
    used = {
        name
        for pod in objects.pods
        for container in pod.containers
        for kind, name, _ in container.sources
        if kind == "ConfigMap"
    }
    for item in assembly.items():
        if item.known.kind == "ConfigMap" and any(_is_of(name, item) for name in used):
            yield item.known.name


def _is_of(name: str, item: Item) -> bool:
    """Tell whether *name* is that of a map, with a hash or without."""
    return name == item.known.now or name.startswith(f"{item.known.now}-")
