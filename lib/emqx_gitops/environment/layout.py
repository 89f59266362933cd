"""
From a resolved environment to its Kustomize documents.

The overlay is thin: one base, one component for each choice, then the environment's own component
with everything that depends on a number or a name, then ``extra`` if there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from emqx_gitops.components import images, line, listeners, settings
from emqx_gitops.components.addition import Addition, Part, combine
from emqx_gitops.constructs import names, pod
from emqx_gitops.emqx import image
from emqx_gitops.environment.model import Resolved
from emqx_gitops.kustomize.documents import Kustomization, Tree, replace
from emqx_gitops.manifests import Manifest

OVERLAYS = "overlays"
ENVIRONMENTS = "dist/environments"
BASE_REPLICAS = 3


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What one environment adds to the tree, and what it takes for itself in its cluster."""

    folders: tuple[tuple[str, Kustomization], ...]
    """Its overlay, and its own component where it has one, by path."""

    components: tuple[str, ...]
    """Shared components in use, by path below ``dist/components``."""

    own: Addition
    """What the environment's own component does."""

    @cached_property
    def tree(self) -> Tree:
        """Its documents as text, by path; worked out when its turn to be built comes."""
        return {path: text for at, each in self.folders for path, text in each.tree(at).items()}


def lay_out(resolved: Resolved, *, extra: bool, source: str = "") -> Layout:
    """
    Return the documents of an environment; *extra* says whether it has a component of its own.

    *source* is what to edit, its file under ``overlays/`` unless said.
    Raises ValueError where two choices set one key: a defect of ours, not of the input.
    """
    parts = [each for _, each in parts_of(resolved)]
    components = tuple(dict.fromkeys(path for part in parts for path in part.components))
    own = combine(part.own for part in parts)
    source = source or f"{OVERLAYS}/{resolved.name}/environment.yaml"
    content = own.kustomization(workload=resolved.asked.workload.object_kind, source=source)
    folder = f"{ENVIRONMENTS}/{resolved.name}"
    has_own = content != Kustomization(kind="Component", source=source)
    overlay = Kustomization(
        namespace=resolved.namespace.name,
        resources=(f"../../dist/base/{resolved.asked.workload.base}",),
        components=(
            *(f"../../dist/components/{path}" for path in components),
            *((f"../../{folder}",) if has_own else ()),
            *(("extra",) if extra else ()),
        ),
        source=source,
    )
    folders = (
        (f"{OVERLAYS}/{resolved.name}", overlay),
        *(((folder, content),) if has_own else ()),
    )
    return Layout(folders=folders, components=components, own=own)


@lru_cache(maxsize=1)
def parts_of(resolved: Resolved) -> tuple[tuple[str, Part], ...]:
    """
    Return what each choice means here, with its name, in the order in which it applies.

    Rules ask just before the layout does, so the last answer is kept.
    """
    return tuple(_parts(resolved))


def _parts(resolved: Resolved) -> Iterator[tuple[str, Part]]:
    asked, site = resolved.asked, resolved.site
    yield "namespace", Part(own=Addition(objects=tuple(_namespace(resolved))))
    yield "emqx.version", Part(own=_image(resolved))
    yield "emqx.replicas", Part(own=_replicas(resolved))
    yield "cluster.domain", Part(own=_domain(resolved))
    yield "workload", asked.workload.part(site)
    yield "emqx.resources", Part(own=_resources(resolved))
    yield "line", line.part(site)
    yield "credentials", asked.credentials.part(site)
    yield "discovery", resolved.discovery.part(site)
    yield "emqx.listeners", listeners.part(site)
    yield "exposure", resolved.exposure.part(site)
    yield "exposure.tls", resolved.exposure.tls.part(site)
    yield "storage", asked.storage.part(site)
    if asked.emqx.license is not None:
        yield "emqx.license", asked.emqx.license.part(site)
    yield "metrics", asked.metrics.part(site)
    yield "network", asked.network.part(site)
    yield "emqx.settings", Part(own=settings.addition(asked.emqx.settings))


def _namespace(resolved: Resolved) -> Iterator[Manifest]:
    given = resolved.namespace
    if not given.create:
        return
    level = {
        f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")
    }
    meta: Manifest = {
        "name": given.name,
        "labels": level
        | {
            "app.kubernetes.io/managed-by": "emqx-gitops",
            "app.kubernetes.io/part-of": "emqx",
        }
        | given.labels,
    }
    if resolved.asked.protect:
        meta["annotations"] = names.GUARDS
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


def _image(resolved: Resolved) -> Addition:
    site = resolved.site
    return Addition(
        images=images.replaced(
            pod.IMAGE,
            tag=pod.DEFAULT_TAG,
            usual=image(resolved.version, resolved.edition),
            registry=site.registry,
            source=resolved.asked.emqx.image,
        ),
        pod=images.pull_secrets(site.pull_secrets),
    )


def _replicas(resolved: Resolved) -> Addition:
    if resolved.asked.workload.object_kind == "Pod" or resolved.replicas == BASE_REPLICAS:
        return Addition()
    return Addition(replicas={names.BROKER: resolved.replicas})


def _domain(resolved: Resolved) -> Addition:
    usual = pod.ENV[pod.DOMAIN_INDEX]["value"]
    if resolved.cluster.domain == usual:
        return Addition()
    path = f"/spec/containers/0/env/{pod.DOMAIN_INDEX}/value"
    return Addition(pod=(replace(path, resolved.cluster.domain),))


def _resources(resolved: Resolved) -> Addition:
    limits = pod.RESOURCES["limits"] | {"ephemeral-storage": resolved.asked.storage.disk_limit}
    base = pod.RESOURCES | {"limits": limits}
    given = resolved.asked.emqx.resources
    wanted = given.manifest(base) if given else base
    if wanted == pod.RESOURCES:
        return Addition()
    return Addition(pod=(replace("/spec/containers/0/resources", wanted),))
