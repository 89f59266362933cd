"""
The pipeline: sources in, the tree to be out. Nothing below the repository is written here.

The stages, in order: load each environment, check what it asks, lay out its documents, check what
environments take from each other, build with Kustomize in a folder of our own, check what came out.
What an environment compiled to is kept in the cache by the content of everything that it depends
on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emqx_gitops.findings import Finding, Severity
from emqx_gitops.fleet.cache import Cache, fingerprint, key_of
from emqx_gitops.fleet.files import make_files
from emqx_gitops.fleet.sources import EnvironmentSource, OverlaySource, Sources
from emqx_gitops.fleet.structure import structure
from emqx_gitops.fleet.unit import Compiled, Unit
from emqx_gitops.kustomize.documents import Tree

if TYPE_CHECKING:
    from emqx_gitops.environment.layout import Layout
    from emqx_gitops.environment.loader import Loaded
    from emqx_gitops.kustomize.engine import Engine
    from emqx_gitops.rules.subjects import Claims


@dataclass(frozen=True)
class Draft:
    """An environment that is laid out and checked, and waits to be built."""

    source: EnvironmentSource
    loaded: Loaded
    layout: Layout
    findings: tuple[Finding, ...]


def compile_fleet(  # noqa: PLR0913  (what it may use, one by one)
    sources: Sources,
    *,
    cache: Cache,
    find_engine: Callable[[], Engine],
    workspace: Path,
    timeout: float,
    only: frozenset[str] = frozenset(),
) -> Compiled:
    """
    Return what *sources* compile to; with *only*, for the environments of these names.

    What is wrong with the others does not count then, unless those named build upon them.
    *workspace* is an empty folder for Kustomize to build in, *timeout* the seconds that one of its
    processes may take. Raises BuildError when Kustomize
    refuses an overlay, EngineError when there is no Kustomize.
    """
    keys = _keys(sources)
    known, missing = _known(sources, keys, cache)
    wanted = only or frozenset(keys)
    needed = _with_foundations(sources, wanted)
    with structure(cache) as structured:
        drafts, refused, claims = _drafts(sources, missing, needed)
        shared_tree = structured()
    refused += _unbuildable(sources, missing & needed)
    claims += (unit.claims for unit in known.values() if unit.claims)
    fleet = _fleet_findings(claims, needed)
    if _errors([*refused, *fleet, *(f for draft in drafts for f in draft.findings)]):
        from emqx_gitops.rules.accepted import drop_accepted

        found = [*refused, *fleet]
        found += [f for d in drafts for f in drop_accepted(d.findings, d.loaded)]
        found += [f for unit in known.values() if unit.name in needed for f in unit.findings]
        return Compiled(tree={}, units=(), findings=_sorted(found), failed=True)
    overlays = [each for each in sources.overlays if each.name in missing & wanted]
    chosen_drafts = [draft for draft in drafts if draft.source.name in wanted]
    shared: dict[str, bytes] = {}
    if chosen_drafts or overlays:
        own = frozenset(draft.source.name for draft in chosen_drafts)
        foundations = _with_foundations(sources, own | {each.name for each in overlays}) - own
        shared = dict(_documents(shared_tree, sources, known, drafts, foundations))
        make_files(str(workspace), shared)
    built = []
    of = (chosen_drafts, overlays, find_engine, workspace, timeout)
    with closing(_build(*of, shared=shared)) as builds:
        for unit in builds:
            built.append(unit)
            if not _errors(unit.findings):
                cache.put("units", keys[unit.name], unit.to_json())
    cache.prune()
    units = tuple(sorted((*known.values(), *built), key=lambda unit: unit.name))
    chosen = tuple(unit for unit in units if unit.name in wanted)
    findings = _sorted([*fleet, *(f for unit in chosen for f in unit.findings)])
    tree = shared_tree | {p: text for unit in chosen for p, text in unit.tree.items()}
    if not only:
        tree |= _delivery(sources, units, cache)
    return Compiled(
        tree=tree,
        units=chosen,
        findings=findings,
        reused=len(known),
        partial=only or None,
        failed=_errors(findings),
    )


def _keys(sources: Sources) -> dict[str, str]:
    """Return the cache key of each environment and overlay, by name."""
    base = (fingerprint(), sources.clusters or b"")
    keys = {
        each.name: key_of(*base, "environment", each.name, each.file, each.text, each.extra)
        for each in sources.environments
    }
    keys |= {
        each.name: key_of(*base, "overlay", each.name, each.files) for each in sources.overlays
    }
    for each in sources.all:
        if each.upon:
            below = sorted(_with_foundations(sources, each.upon))
            keys[each.name] = key_of(keys[each.name], *(keys[name] for name in below))
    return keys


def _with_foundations(sources: Sources, names: frozenset[str]) -> frozenset[str]:
    """Return *names* with the environments that they build upon, be it through others."""
    upon = {each.name: each.upon for each in sources.all}
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name in upon and name not in found:
            found.add(name)
            waiting.extend(upon[name])
    return frozenset(found)


def _known(
    sources: Sources, keys: Mapping[str, str], cache: Cache
) -> tuple[dict[str, Unit], frozenset[str]]:
    known: dict[str, Unit] = {}
    for each in sources.all:
        kept = cache.get("units", keys[each.name])
        if kept is not None:
            known[each.name] = Unit.from_json(kept)
    return known, frozenset(keys) - frozenset(known)


def _drafts(
    sources: Sources, missing: frozenset[str], needed: frozenset[str]
) -> tuple[list[Draft], list[Finding], list[Claims]]:
    """
    Return drafts of the environments in *missing*, what was refused, and what they claim.

    What is not *needed* is left out without a word where it is refused.
    """
    fresh = [each for each in sources.environments if each.name in missing]
    if not fresh and (sources.environments or sources.clusters is None):
        # What is cached was compiled with these clusters: they are sound.
        return [], [], []
    from emqx_gitops.environment.layout import lay_out
    from emqx_gitops.environment.loader import Refused, load_clusters
    from emqx_gitops.fleet.describe import claims_of, load_source
    from emqx_gitops.rules.accepted import drop_accepted
    from emqx_gitops.rules.environment import check_environment

    drafts: list[Draft] = []
    refused: list[Finding] = []
    claims: list[Claims] = []
    try:
        clusters, places = load_clusters(sources.clusters)
    except Refused as error:
        return [], list(error.findings), []
    for source in fresh:
        try:
            loaded = load_source(source, clusters, places)
        except Refused as error:
            refused += error.findings if source.name in needed else ()
            continue
        findings = check_environment(loaded)
        if _errors(findings):
            refused += drop_accepted(findings, loaded) if source.name in needed else ()
            continue
        layout = lay_out(loaded.resolved, extra=bool(source.extra), source=source.file)
        claims.append(claims_of(loaded))
        drafts.append(Draft(source, loaded, layout, tuple(findings)))
    return drafts, refused, claims


def _unbuildable(sources: Sources, names: frozenset[str]) -> list[Finding]:
    """Return what Kustomize would refuse in documents of *names*; it names no line."""
    written = [(each.name, each.extra) for each in sources.environments if each.extra]
    written += [(each.name, each.files) for each in sources.overlays]
    if not written:
        return []
    from emqx_gitops.rules.kustomize import check_documents

    chosen = ((name, files) for name, files in written if name in names)
    found = (finding for name, files in chosen for finding in check_documents(name, files))
    return [each for each in found if each.rule.severity is Severity.ERROR]


def _fleet_findings(claims: Iterable[Claims], needed: frozenset[str]) -> list[Finding]:
    """Return what the environments in *needed* claim that is another's."""
    from emqx_gitops.rules.fleet import check_fleet

    # The later of two is told, so the others come first.
    ordered = sorted(claims, key=lambda each: (each.environment in needed, each.environment))
    return [each for each in check_fleet(ordered) if each.where.environment in needed]


def _documents(
    structure: Tree,
    sources: Sources,
    known: Mapping[str, Unit],
    drafts: Iterable[Draft],
    foundations: frozenset[str],
) -> Iterator[tuple[str, bytes]]:
    """Yield what is built upon: the shared documents, and those of the environments named."""
    trees = [structure]
    trees += [unit.tree for name, unit in known.items() if name in foundations]
    trees += [draft.layout.tree for draft in drafts if draft.source.name in foundations]
    for tree in trees:
        yield from ((path, text.encode()) for path, text in tree.items())
    for each in sources.environments:
        if each.name in foundations:
            yield from each.extra.items()


def _build(  # noqa: PLR0913  (what to build, with what, and where)
    drafts: Sequence[Draft],
    overlays: Sequence[OverlaySource],
    find_engine: Callable[[], Engine],
    workspace: Path,
    timeout: float,
    *,
    shared: Mapping[str, bytes],
) -> Generator[Unit]:
    """Build drafts and hand-written overlays in *workspace*, where *shared* documents lie."""
    if not drafts and not overlays:
        return
    from emqx_gitops.fleet.describe import overlay_unit, unit_of
    from emqx_gitops.kustomize.build import Job, build_all

    by_folder: dict[str, Draft | OverlaySource] = {
        f"overlays/{draft.source.name}": draft for draft in drafts
    }
    by_folder |= {f"overlays/{overlay.name}": overlay for overlay in overlays}
    jobs = [
        Job(
            folder,
            each.loaded.resolved.namespace.name
            if isinstance(each, Draft) and not each.source.extra
            else "",
        )
        for folder, each in by_folder.items()
    ]

    # What others build upon is there before the first of them is built.
    upon = {name for draft in drafts for name in draft.source.upon}
    upon |= {name for each in overlays for name in each.upon}
    early = {
        path: text.encode()
        for draft in drafts
        if draft.source.name in upon
        for path, text in draft.layout.tree.items()
    }
    for files in (*(draft.source.extra for draft in drafts), *(each.files for each in overlays)):
        early |= files
    make_files(str(workspace), early)

    def prepare(jobs: Sequence[Job]) -> None:
        chosen = (by_folder[job.folder] for job in jobs)
        trees = [each.layout.tree for each in chosen if isinstance(each, Draft)]
        own = {path: text.encode() for tree in trees for path, text in tree.items()}
        # Nothing is written twice: another process may be reading it.
        make_files(str(workspace), {p: own[p] for p in own.keys() - early.keys() - shared.keys()})

    for built in build_all(find_engine(), workspace, jobs, timeout=timeout, prepare=prepare):
        each = by_folder[built.job.folder]
        if isinstance(each, Draft):
            of = (each.source, each.loaded, each.layout, each.findings)
            yield unit_of(*of, built, shared=shared)
        else:
            yield overlay_unit(each, built, shared=shared)


def _delivery(sources: Sources, units: Sequence[Unit], cache: Cache) -> Tree:
    """Return the objects that point Flux and Argo CD at the tree."""
    summaries = [(unit.name, unit.summary) for unit in units if unit.summary]
    key = key_of(fingerprint(), sources.clusters or b"", repr(summaries))
    kept = cache.get("delivery", key)
    if isinstance(kept, dict):
        return kept
    from emqx_gitops.delivery import delivery_tree
    from emqx_gitops.delivery.delivered import Delivered
    from emqx_gitops.environment.loader import load_clusters

    clusters, _ = load_clusters(sources.clusters)
    delivered = [
        Delivered(
            environment=name,
            cluster=summary.cluster,
            namespace=summary.namespace,
            workload=summary.workload,
            timeout_minutes=summary.startup_minutes,
        )
        for name, summary in summaries
    ]
    tree = delivery_tree(clusters, delivered)
    cache.put("delivery", key, tree)
    return tree


def _errors(findings: Iterable[Finding]) -> bool:
    return any(each.rule.severity is Severity.ERROR for each in findings)


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    def place(each: Finding) -> tuple[object, ...]:
        where = each.where
        return (
            each.rule.severity is not Severity.ERROR,
            where.environment,
            where.file,
            where.line,
            where.column,
            each.rule.code,
            where.resource,
            each.message,
        )

    return tuple(sorted(set(findings), key=place))
