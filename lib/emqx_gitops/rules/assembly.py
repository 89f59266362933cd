"""
What Kustomize has gathered when it comes to each kustomization's patches.

The order is Kustomize's own (kusttarget.go, accumulateTarget): resources, generators, components,
then what changes them. Only identities, labels and settings are followed, for rules on documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.generated_maps import Setting, settings_of
from emqx_gitops.rules.kustomizations import Files, Kustomization, find, manifests_in
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.targets import Known, hits

_ELSEWHERE = ("generators", "helmCharts", "helmChartInflationGenerator")
"""Fields that bring objects which nobody sees without running them."""


@dataclass(slots=True, eq=False)
class Item:
    """An object on its way through the build."""

    known: Known
    manifest: Manifest
    file: str
    """File that holds it; empty for a generated map."""

    settings: dict[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One kustomization, with what it finds when it begins to patch."""

    kustomization: Kustomization
    items: tuple[Item, ...]
    known: tuple[Known, ...]
    """What targets can ask of these objects, with the names that they have by now."""

    complete: bool
    """Whether nothing else can be there."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A setting that two kustomizations give to one map."""

    earlier: Setting
    later: Setting


@dataclass(slots=True)
class Assembly:
    """How one overlay comes about."""

    files: Files
    steps: list[Step] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    complete: bool = True

    def items(self) -> list[Item]:
        """Return every object that was there at some step, in order."""
        return list({id(each): each for step in self.steps for each in step.items}.values())


def assemble(files: Files, folder: str) -> Assembly:
    """Return how the overlay in *folder* comes about."""
    assembly = Assembly(files)
    _run(assembly, folder, [], ())
    return assembly


def _run(assembly: Assembly, folder: str, items: list[Item], above: tuple[str, ...]) -> None:
    """Add to *items* what the kustomization in *folder* brings, and take what it removes."""
    here = find(assembly.files, folder)
    if here is None or folder in above:
        assembly.complete = False
        return
    above = (*above, folder)
    for key in ("resources", "bases"):
        for _, path in here.listed(key):
            items += _resource(assembly, here, path, above)
    if any(here.data.get(key) for key in _ELSEWHERE):
        assembly.complete = False
    for field_name, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        for index, entry in enumerate(entries(here.data.get(field_name))):
            _generate(assembly, here, items, kind, index, entry)
    for _, path in here.listed("components"):
        _run(assembly, here.beside(path), items, above)
    known = tuple(each.known for each in items)
    assembly.steps.append(Step(here, tuple(items), known, assembly.complete))
    for removed in _removed(assembly.files, here, items):
        items.remove(removed)
    _rename(here.data, items)


def _resource(
    assembly: Assembly, here: Kustomization, path: str, above: tuple[str, ...]
) -> list[Item]:
    place = here.beside(path)
    content = assembly.files.get(place)
    if content is not None:
        return [Item(Known.of(each), each, place) for each in manifests_in(content)]
    items: list[Item] = []
    _run(assembly, place, items, above)
    return items


def _generate(  # noqa: PLR0913, PLR0917  (where an entry stands has as many parts)
    assembly: Assembly,
    here: Kustomization,
    items: list[Item],
    kind: str,
    index: int,
    entry: Manifest,
) -> None:
    name = text(entry.get("name"))
    found = next(
        (each for each in items if (each.known.kind, each.known.name) == (kind, name)), None
    )
    if found is None:
        labels = mapping(mapping(entry.get("options")).get("labels"))
        manifest = {"kind": kind, "metadata": {"name": name, "labels": labels}}
        found = Item(Known.of(manifest), manifest, "")
        items.append(found)
    if kind == "ConfigMap":
        for setting in settings_of(assembly.files, here, index, entry):
            earlier = found.settings.get(setting.key)
            if earlier:
                assembly.clashes.append(Clash(earlier, setting))
            found.settings[setting.key] = setting


def _removed(files: Files, here: Kustomization, items: list[Item]) -> Iterator[Item]:
    """Yield the objects that a ``$patch: delete`` takes out."""
    for patch in entries(here.data.get("patches")):
        content = text(patch.get("patch")).encode() or files.get(
            here.beside(text(patch.get("path"))), b""
        )
        if b"$patch: delete" not in content:
            continue
        target = patch.get("target")
        for body in manifests_in(content):
            if body.get("$patch") == "delete":
                known = Known.of(body)
                wanted = mapping(target) or {"kind": known.kind, "name": known.name}
                yield from [each for each in items if hits(wanted, each.known)]


def _rename(data: Mapping[str, object], items: list[Item]) -> None:
    """Give *items* the names and the namespace that the kustomization makes of theirs."""
    prefix, suffix = text(data.get("namePrefix")), text(data.get("nameSuffix"))
    namespace = text(data.get("namespace"))
    if prefix or suffix or namespace:
        for each in items:
            each.known = each.known.renamed(prefix, suffix, namespace)
