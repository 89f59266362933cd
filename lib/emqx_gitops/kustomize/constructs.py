"""
Kustomize for cdk8s: charts that become folders with a ``kustomization.yaml``.

cdk8s itself cannot write one (https://github.com/cdk8s-team/cdk8s/issues/2393). These charts can,
and know nothing of EMQX::

    app = cdk8s.App()
    base = Base(app, "base")
    Resource(base, "Config", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})
    overlay = Overlay(app, "overlays/prod", resources=["../../base"], namespace="prod")
    Patch(overlay, "Data", file="patch-a.yaml", target=Target(kind="ConfigMap", name="a"),
          operations=[add("/data", {"key": "value"})])
    tree = synth(app)

``App.synth()`` is never used: it renames folders, and drops an object that shares kind and name
with another (cdk8s-core ``app.ts``). The environment variable ``JSII_NODE`` should name a Node
before cdk8s is imported; `emqx_gitops.kustomize.node.use_bundled_node` does so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from cdk8s import ApiObject, App, Chart, JsonPatch
from constructs import Construct

from emqx_gitops.kustomize import documents
from emqx_gitops.kustomize.documents import (
    ConfigMapGenerator,
    Image,
    Kustomization,
    Operation,
    Target,
    Tree,
)
from emqx_gitops.manifests import Manifest


class Folder(Chart):
    """A chart that is written as one folder; its construct id is the folder's path."""

    kind: Literal["Kustomization", "Component"] = "Kustomization"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        namespace: str = "",
        resources: Sequence[str] = (),
        components: Sequence[str] = (),
        images: Sequence[Image] = (),
        replicas: Mapping[str, int] | None = None,
        source: str = "",
    ) -> None:
        """Open the folder *id*; *resources* and *components* are paths relative to it."""
        # Construct ids may not hold a slash; the path is what the user sees.
        super().__init__(scope, id.replace("/", "--"), disable_resource_name_hashes=True)
        self.folder = id
        self._patches: list[documents.Patch] = []
        self._generators: list[ConfigMapGenerator] = []
        self._given = Kustomization(
            kind=self.kind,
            namespace=namespace,
            resources=tuple(resources),
            components=tuple(components),
            images=tuple(images),
            replicas=dict(replicas or {}),
            source=source,
        )

    def add_patch(self, patch: documents.Patch) -> None:
        """Have *patch* applied by this folder, after those added before."""
        self._patches.append(patch)

    def add_generator(self, generator: ConfigMapGenerator) -> None:
        """Have this folder generate a ConfigMap."""
        self._generators.append(generator)

    def kustomization(self) -> Kustomization:
        """Return the folder as a value, with the objects of the constructs in it."""
        given = self._given
        return Kustomization(
            kind=given.kind,
            namespace=given.namespace,
            resources=given.resources,
            components=given.components,
            images=given.images,
            replicas=given.replicas,
            source=given.source,
            objects=tuple(self.to_json()),
            generators=tuple(self._generators),
            patches=tuple(self._patches),
        )


class Base(Folder):
    """A folder of resources that overlays build upon."""


class Overlay(Folder):
    """A folder that an environment is built from: bases, components, and a namespace."""


class Component(Folder):
    """A folder with `kind: Component`, which changes the kustomization that lists it."""

    kind = "Component"


class Resource(ApiObject):
    """One object, given as the manifest that Kubernetes is to read."""

    def __init__(self, scope: Construct, id: str, manifest: Manifest) -> None:
        """Add *manifest* to the folder *scope*; keys with value ``None`` are dropped by cdk8s."""
        super().__init__(scope, id, api_version=manifest["apiVersion"], kind=manifest["kind"])
        body = (key for key in manifest if key not in {"apiVersion", "kind"})
        # One call for all fields: every call into Node costs a round trip.
        self.add_json_patch(*(JsonPatch.add(f"/{key}", manifest[key]) for key in body))


class Patch(Construct):
    """An RFC 6902 patch of the folder it stands in."""

    def __init__(
        self,
        scope: Folder,
        id: str,
        *,
        file: str,
        target: Target,
        operations: Iterable[Operation],
    ) -> None:
        """Write *operations* to *file* and list it with *target*."""
        super().__init__(scope, id)
        scope.add_patch(documents.Patch(file=file, target=target, operations=tuple(operations)))


class Settings(Construct):
    """A ConfigMap that the folder it stands in generates."""

    def __init__(self, scope: Folder, id: str, generator: ConfigMapGenerator) -> None:
        """Have *generator* listed by the folder."""
        super().__init__(scope, id)
        scope.add_generator(generator)


def synth(app: App) -> Tree:
    """
    Return the files of every folder in *app*, by path.

    Raises ValueError when two documents claim the same path.
    """
    tree: Tree = {}
    for folder in app.node.children:
        if isinstance(folder, Folder):
            for path, text in folder.kustomization().tree(folder.folder).items():
                if path in tree:
                    msg = f"two folders claim {path}"
                    raise ValueError(msg)
                tree[path] = text
    return tree
