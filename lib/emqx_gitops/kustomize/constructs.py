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
    Settings(overlay, "Settings", ConfigMapGenerator(name="b", settings={"LEVEL": "warning"}))
    tree = synth(app)

`synth` returns the text of each file by its path; writing it is the caller's business.

``App.synth()`` is never used: it renames folders, and drops an object that shares kind and name
with another (cdk8s-core ``app.ts``). The environment variable ``JSII_NODE`` should name a Node
before cdk8s is imported; `emqx_gitops.kustomize.node.use_bundled_node` does so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from cdk8s import ApiObject, App, Chart, JsonPatch
from constructs import Construct, IConstruct

from emqx_gitops.kustomize import documents
from emqx_gitops.kustomize.documents import (
    ConfigMapGenerator,
    Image,
    Kustomization,
    Operation,
    Target,
    Tree,
    pointer,
)
from emqx_gitops.manifests import Manifest


class Folder(Chart):
    """
    A chart that is written as one folder; its construct id is the folder's path.

    It holds any constructs that cdk8s knows: what they come to in ``to_json()`` are its objects.
    """

    kind: Literal["Kustomization", "Component"] = "Kustomization"

    def __init__(  # noqa: PLR0913  (what a kustomization may say, by name)
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
        header: str = documents.HEADER,
    ) -> None:
        """
        Open the folder *id*; *resources* and *components* are paths relative to it.

        Raises ValueError for a folder in a folder: a longer path says the same.
        """
        nested = not isinstance(scope, App)  # asking Node where it stands takes its time
        if nested and any(isinstance(each, Folder) for each in scope.node.scopes):
            raise ValueError(f"folder {id} stands in another folder")
        # A slash would separate construct ids; escaped as in JSON pointers, no two ids meet.
        super().__init__(scope, pointer(id), disable_resource_name_hashes=True)
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
            header=header,
        )

    def add_patch(self, patch: documents.Patch) -> None:
        """Have *patch* applied by this folder, after those added before."""
        self._patches.append(patch)

    def add_generator(self, generator: ConfigMapGenerator) -> None:
        """Have this folder generate a ConfigMap."""
        self._generators.append(generator)

    def kustomization(self) -> Kustomization:
        """Return the folder as a value, with the objects of the constructs in it."""
        return replace(
            self._given,
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
        """
        Add *manifest* to *scope*; cdk8s drops keys whose value is ``None``.

        Raises ValueError where it has no ``metadata.name``: cdk8s would make one up.
        """
        if not manifest.get("metadata", {}).get("name"):
            raise ValueError(f"{scope.node.path}/{id} has no metadata.name")
        super().__init__(scope, id, api_version=manifest["apiVersion"], kind=manifest["kind"])
        # The whole at once: every call into Node costs a round trip.
        self.add_json_patch(JsonPatch.replace("", manifest))


class Patch(Construct):
    """An RFC 6902 patch of the folder it stands in."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        file: str,
        target: Target,
        operations: Iterable[Operation],
    ) -> None:
        """Write *operations* to *file* and list it with *target*."""
        super().__init__(scope, id)
        patch = documents.Patch(file=file, target=target, operations=tuple(operations))
        _folder_of(scope).add_patch(patch)


class Settings(Construct):
    """A ConfigMap that the folder it stands in generates."""

    def __init__(self, scope: Construct, id: str, generator: ConfigMapGenerator) -> None:
        """Have *generator* listed by the folder."""
        super().__init__(scope, id)
        _folder_of(scope).add_generator(generator)


def _folder_of(scope: Construct) -> Folder:
    """Return the folder that *scope* is or stands in."""
    if isinstance(scope, Folder):
        return scope
    for each in reversed(scope.node.scopes):
        if isinstance(each, Folder):
            return each
    raise ValueError(f"{scope.node.path} stands in no folder")


def synth(app: App) -> Tree:
    """
    Return the files of every folder in *app*, by path.

    Raises ValueError when two documents claim the same path, and for a chart that is no folder:
    nobody would write what is in it.
    """
    tree: Tree = {}
    for folder in _folders(app):
        for path, text in folder.kustomization().tree(folder.folder).items():
            if path in tree:
                raise ValueError(f"two folders claim {path}")
            tree[path] = text
    return tree


def _folders(scope: IConstruct) -> Iterator[Folder]:
    for each in scope.node.children:
        if isinstance(each, Folder):
            yield each
        elif isinstance(each, Chart):
            raise ValueError(  # noqa: TRY004  (the chart is fine, its place is not)
                f"chart {each.node.path} is no Base, Component or Overlay"
            )
        else:
            yield from _folders(each)
