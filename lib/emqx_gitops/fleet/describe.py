"""From a built environment to its unit: rendered files, findings, claims, a line for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from emqx_gitops.environment.clusters import Clusters
from emqx_gitops.environment.layout import Layout
from emqx_gitops.environment.loader import Loaded, Places, load, read
from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding
from emqx_gitops.fleet.closure import KUSTOMIZATIONS
from emqx_gitops.fleet.sources import EnvironmentSource, OverlaySource
from emqx_gitops.fleet.unit import Summary, Unit
from emqx_gitops.kustomize.build import Built
from emqx_gitops.kustomize.documents import Tree, comment
from emqx_gitops.manifests import Document, Manifest, base_name, order_keys, to_yaml
from emqx_gitops.rules.accepted import accept
from emqx_gitops.rules.built import check_built
from emqx_gitops.rules.subjects import Claims, Rendered
from emqx_gitops.rules.subjects import Sources as WrittenSources

RENDERED = "dist/rendered"


def load_source(source: EnvironmentSource, clusters: Clusters, places: Places) -> Loaded:
    """
    Return the environment of *source*.

    Raises Refused.
    """
    document = read(source.text, source.file, source.name)
    if not source.written:
        document = Document(document.data, {}, {})
    return load(source.name, document, source.file, clusters, places)


def claims_of(loaded: Loaded) -> Claims:
    """Return what the environment takes for itself in its cluster."""
    resolved = loaded.resolved
    ports = resolved.exposure.node_port_of
    paths: dict[str, tuple[str, ...]] = {
        "namespace": ("namespace",),
        "storage": ("storage",),
        **{f"nodePorts.{name}": ("exposure", "nodePorts", name) for name in ports},
    }
    return Claims(
        environment=resolved.name,
        cluster=resolved.asked.cluster,
        namespace=resolved.namespace.name,
        node_ports=dict(ports),
        locations=resolved.asked.storage.locations(resolved.site),
        places={name: loaded.places.where(path, resolved.name) for name, path in paths.items()},
    )


def unit_of(  # noqa: PLR0913  (a build, and what it was made of)
    source: EnvironmentSource,
    loaded: Loaded,
    layout: Layout,
    findings: tuple[Finding, ...],
    built: Built,
    *,
    shared: Mapping[str, bytes] | None = None,
) -> Unit:
    """Return the unit of an environment that was built upon the *shared* documents."""
    resolved = loaded.resolved
    rendered = Rendered(
        name=source.name,
        file=source.file,
        namespace=resolved.namespace.name,
        manifests=built.manifests,
        external=frozenset(("Secret", name) for name, _ in resolved.external_secrets())
        | frozenset(resolved.external_objects()),
        foreign=bool(source.extra),
        kubernetes=resolved.cluster.minor if resolved.cluster.kubernetes else None,
    )
    written = WrittenSources(
        name=source.name,
        files=_written(source, layout.tree),
        manifests=built.manifests,
        namespace=resolved.namespace.name,
        shared=shared or {},
        checked=frozenset(resolved.asked.emqx.settings),
    )
    found = [*findings, *check_built(rendered, written)]
    return Unit(
        name=source.name,
        tree=layout.tree | rendered_tree(source.name, source.file, built.manifests),
        objects=len(built.manifests),
        findings=tuple(accept(found, loaded)),
        claims=claims_of(loaded),
        summary=summary_of(resolved),
        prepare=resolved.asked.storage.prepare(resolved.site),
    )


def overlay_unit(
    source: OverlaySource, built: Built, *, shared: Mapping[str, bytes] | None = None
) -> Unit:
    """Return the unit of an overlay that was written by hand, upon the *shared* documents."""
    folder = f"overlays/{source.name}"
    file = next(each for name in KUSTOMIZATIONS if (each := f"{folder}/{name}") in source.files)
    rendered = Rendered(
        name=source.name,
        file=file,
        namespace="",
        manifests=built.manifests,
        foreign=True,
    )
    written = WrittenSources(
        name=source.name, files=source.files, manifests=built.manifests, shared=shared or {}
    )
    return Unit(
        name=source.name,
        tree=rendered_tree(source.name, file, built.manifests),
        objects=len(built.manifests),
        findings=tuple(check_built(rendered, written)),
    )


def rendered_tree(name: str, source: str, manifests: Iterable[Manifest]) -> Tree:
    """Return one file for each object; generated names lose their hash, so that a diff shows."""
    items = tuple(manifests)
    header = comment(source)
    bare = [_file_name(each, hashed=False) for each in items]
    clashes = {file for file, count in Counter(bare).items() if count > 1}
    tree: Tree = {}
    for manifest, file in zip(items, bare, strict=True):
        chosen = _file_name(manifest, hashed=True) if file in clashes else file
        path = f"{RENDERED}/{name}/{chosen}"
        number = 2
        while path in tree:
            path = f"{RENDERED}/{name}/{chosen.removesuffix('.yaml')}-{number}.yaml"
            number += 1
        tree[path] = header + to_yaml(order_keys(manifest))
    return tree


def _file_name(manifest: Manifest, *, hashed: bool) -> str:
    name = str(manifest["metadata"]["name"]) if hashed else base_name(manifest)
    kind = str(manifest["kind"])
    safe = re.sub(r"[^A-Za-z0-9.-]", "-", name)
    group = f".{str(manifest['apiVersion']).rpartition('/')[0]}" if hashed else ""
    return f"{kind.lower()}{group.rstrip('.')}-{safe}.yaml"


def summary_of(resolved: Resolved) -> Summary:
    """Return the environment in one line."""
    asked = resolved.asked
    return Summary(
        cluster=asked.cluster,
        namespace=resolved.namespace.name,
        version=f"{resolved.version} {resolved.edition}",
        workload=asked.workload.object_kind,
        replicas=resolved.replicas,
        discovery=resolved.discovery.label(),
        exposure=resolved.exposure.label(),
        tls=resolved.exposure.tls.label(),
        storage=asked.storage.label(),
        startup_minutes=5 + 5 * resolved.replicas,
    )


def _written(source: EnvironmentSource, tree: Tree) -> dict[str, bytes]:
    own = {path: text.encode() for path, text in tree.items()}
    return own | dict(source.extra)
