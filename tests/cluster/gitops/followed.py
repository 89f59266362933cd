"""A repository, and the cluster that follows it through Flux."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

from emqx_gitops.environment.loader import load_clusters
from emqx_gitops.manifests import Manifest, ResourceId
from tests.cluster.client import ApiError, wait_for
from tests.cluster.control_plane import ControlPlane
from tests.cluster.gitops import proof
from tests.cluster.gitops.flux import KUSTOMIZATIONS, NAMESPACE, SOURCES, Flux, add_namespace
from tests.cluster.gitops.git_server import Origin
from tests.cluster.gitops.state import State
from tests.cluster.programs import program
from tests.repository import Repository

ENTRY = "emqx"


@dataclass(frozen=True)
class Followed:
    """A compiled repository behind a Git server, and all that one cluster of it made of it."""

    plane: ControlPlane
    flux: Flux
    repository: Repository
    origin: Origin
    url: str
    entries: Mapping[str, tuple[str, str]]
    """For each cluster of clusters.yaml, the namespace of its Flux objects, and its source."""

    namespaces: frozenset[str]
    """Those of the environments that it began with."""

    @classmethod
    def new(
        cls, flux: Flux, plane: ControlPlane, repository: Repository, bare: Path, url: str
    ) -> Followed:
        """Compile *repository*, whose clusters.yaml names *url*, and put it under Git in *bare*."""
        clusters, _ = load_clusters(repository.path("overlays/clusters.yaml").read_bytes())
        entries = {
            name: (cluster.flux.namespace, cluster.flux.source.object_name)
            for name, cluster in clusters.clusters.items()
            if cluster.flux
        }
        origin = Origin.new(repository.root, bare)
        names = [each.parent.name for each in repository.root.glob("overlays/*/environment.yaml")]
        namespaces = frozenset(f"emqx-{name}" for name in names)
        made = cls(plane, flux, repository, origin, url, entries, namespaces)
        made.synth()
        return made

    def synth(self) -> None:
        """Compile what was changed."""
        call = self.repository.call("synth")
        assert call.status == 0, call.err

    def commit(self, message: str) -> str:
        """Commit what was changed, and have Flux fetch it; returns the commit's full name."""
        return self._fetch(self.origin.commit(message))

    def revert(self) -> str:
        """Take the last commit back, and have Flux fetch that; returns the commit's full name."""
        return self._fetch(self.origin.revert())

    def _fetch(self, commit: str) -> str:
        for source in {source for _, source in self.entries.values()}:
            self.flux.fetch(source)
            wait_for(partial(self._has, source, commit), f"{source} has {commit}")
        return commit

    def _has(self, source: str, commit: str) -> bool:
        found = self.flux.client.get(SOURCES, "GitRepository", source, NAMESPACE)
        return str(found["status"]["artifact"]["revision"]).endswith(commit)

    def bootstrap(self) -> str:
        """Commit, and do what a person does once: name the source, and apply the entries.

        The source of clusters that name none of their own is what `flux bootstrap` would make.
        """
        commit = self.origin.commit("Begin")
        for cluster, (namespace, source) in self.entries.items():
            add_namespace(self.flux.client, namespace)
            if source == NAMESPACE:
                self.flux.client.apply(_bootstrapped(self.url))
            self.kubectl("apply", "-k", f"dist/delivery/flux/{cluster}")
        return commit

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl at the root of the repository, and return what it prints."""
        done = subprocess.run(
            [program("kubectl"), f"--kubeconfig={self.plane.kubeconfig}", *arguments],
            cwd=self.repository.root,
            env=os.environ | {"KUBECACHEDIR": str(self.plane.folder / "kubectl")},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kustomization(self, name: str, cluster: str) -> Manifest:
        """Return the Kustomization *name* of a cluster as it is now."""
        return self.flux.client.get(KUSTOMIZATIONS, "Kustomization", name, self.entries[cluster][0])

    def settle(
        self,
        commit: str,
        *,
        failing: Mapping[tuple[str, str], str] | None = None,
        seconds: float = 120,
    ) -> None:
        """Wait until every entry has applied *commit*, and then every environment.

        Those in *failing*, by name and cluster, must report it with the words given instead. Raises
        TimeoutError, which says what is missing.
        """
        told = failing or {}

        def missing(name: str, cluster: str) -> list[str]:
            try:
                found = self.kustomization(name, cluster)
            except ApiError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    return []  # it left Git
                raise
            if (name, cluster) in told:
                return list(proof.reported(found, commit, told[name, cluster]))
            return list(proof.applied(found, commit))

        for cluster in self.entries:
            until(partial(missing, ENTRY, cluster), seconds=seconds)
        for each in self.environments():
            until(partial(missing, *each), seconds=seconds)

    def environments(self) -> list[tuple[str, str]]:
        """Return name and cluster of each environment's Kustomization that there is."""
        return [
            (name, cluster)
            for cluster, (namespace, _) in self.entries.items()
            for each in self.flux.client.list(KUSTOMIZATIONS, "Kustomization", namespace)
            if (name := each["metadata"]["name"]) != ENTRY
        ]

    def state(self) -> State:
        """Return what is in the cluster of all environments, also of one that left Git."""
        return State.read(self.flux.client, self.namespaces)

    def inventory(self, name: str, cluster: str) -> dict[ResourceId, Manifest]:
        """Return every object that a Kustomization applied, as it is now."""
        entries = self.kustomization(name, cluster)["status"]["inventory"]["entries"]
        found = {}
        for entry in entries:
            namespace, called, group, kind = entry["id"].split("_")
            api = f"{group}/{entry['v']}" if group else entry["v"]
            each = self.flux.client.get(api, kind, called, namespace or None)
            found[ResourceId.of(each)] = each
        return found

    def would_apply(self, folder: str, manager: str) -> dict[ResourceId, Manifest]:
        """Return what `kubectl apply -k` of *folder* would make of the cluster, by a dry run.

        It is forced: Flux writes the default `apiVersion` into each `fieldRef` before it applies
        it, and who leaves it out is said to conflict.
        """
        mode = ("--server-side", "--force-conflicts", "--dry-run=server")
        options = (*mode, "--show-managed-fields", "--output=json")
        answer = self.kubectl("apply", "-k", folder, f"--field-manager={manager}", *options)
        return {ResourceId.of(each): each for each in json.loads(answer)["items"]}


def until(complaints: Callable[[], Iterable[str]], *, seconds: float = 120) -> None:
    """Wait until there are no complaints; raises TimeoutError, which tells the last ones."""
    try:
        wait_for(lambda: not [*complaints()], "no complaint", seconds=seconds)
    except TimeoutError as error:
        raise TimeoutError(f"{error}; {'; '.join(complaints())}") from error


def _bootstrapped(url: str) -> Manifest:
    """Return the source that `flux bootstrap` makes of this repository."""
    return {
        "apiVersion": SOURCES,
        "kind": "GitRepository",
        "metadata": {"name": NAMESPACE, "namespace": NAMESPACE},
        "spec": {"interval": "1m0s", "ref": {"branch": "main"}, "url": url},
    }
