"""One environment, built with the real kustomize, and ways to look at what came out."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from emqx_gitops.environment.layout import Layout, lay_out
from emqx_gitops.environment.loader import Loaded, load, load_clusters, merge
from emqx_gitops.findings import Severity
from emqx_gitops.fleet.structure import structure_tree
from emqx_gitops.kustomize.build import Job, build, build_all
from emqx_gitops.kustomize.documents import Tree
from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.manifests import Document, Manifest, read_document, read_stream
from emqx_gitops.rules.environment import check_environment

LEAST: Manifest = {"emqx": {"version": "5.8.9"}, "storage": {"type": "ephemeral"}}
"""The smallest environment; a test says what it adds."""


@dataclass(frozen=True)
class Built:
    """Objects as the cluster would get them."""

    objects: tuple[Manifest, ...]
    layout: Layout

    def one(self, kind: str, name: str) -> Manifest:
        """Return the object, whose generated name may end in a hash; fail where there is none."""
        found = [each for each in self.of(kind) if _bare(each) == name]
        assert len(found) == 1, f"{kind} {name}: {[each['metadata']['name'] for each in found]}"
        return found[0]

    def of(self, kind: str) -> list[Manifest]:
        """Return the objects of a kind."""
        return [each for each in self.objects if each["kind"] == kind]

    @property
    def ids(self) -> set[tuple[str, str]]:
        """Kind and name of all objects, generated names without their hash."""
        return {(each["kind"], _bare(each)) for each in self.objects}

    @property
    def workload(self) -> Manifest:
        """The brokers' workload."""
        kinds = {"StatefulSet", "Deployment", "Pod"}
        (found,) = (e for e in self.objects if e["kind"] in kinds and _bare(e) == "emqx")
        return found

    @property
    def template(self) -> Manifest:
        """The brokers' pod template; of a bare Pod, the Pod."""
        workload = self.workload
        found: Manifest = workload if workload["kind"] == "Pod" else workload["spec"]["template"]
        return found

    @property
    def pod(self) -> Manifest:
        """The ``spec`` of the brokers' pods."""
        spec: Manifest = self.template["spec"]
        return spec

    @property
    def broker(self) -> Manifest:
        """The brokers' container."""
        (container,) = self.pod["containers"]
        found: Manifest = container
        return found

    @property
    def proxy(self) -> Manifest:
        """The ``spec`` of the proxies' pods."""
        spec: Manifest = self.one("Deployment", "emqx-proxy")["spec"]["template"]["spec"]
        return spec

    @property
    def settings(self) -> dict[str, str]:
        """EMQX's settings in the ConfigMap."""
        data: dict[str, str] = self.one("ConfigMap", "emqx-env")["data"]
        return data

    def ingress(self, policy: str = "emqx") -> list[Manifest]:
        """Return the rules of a NetworkPolicy."""
        rules: list[Manifest] = self.one("NetworkPolicy", policy)["spec"]["ingress"]
        return rules

    def ports(self, service: str = "emqx") -> dict[str, tuple[int, str]]:
        """Return the ports of a Service by name: number, and port of the container."""
        entries = self.one("Service", service)["spec"]["ports"]
        return {each["name"]: (each["port"], each["targetPort"]) for each in entries}


class Builder:
    """Builds environments in one folder; each is built once."""

    def __init__(self, root: Path, engine: Engine) -> None:
        """Write the shared documents below *root*."""
        self._root = root
        self._engine = engine
        self._kept: dict[tuple[str, str, str], Built] = {}
        write(root, structure_tree())

    def __call__(self, asked: str = "", *, clusters: str = "", name: str = "demo") -> Built:
        """Return what *asked*, in YAML, upon the smallest environment becomes; fail if refused."""
        key = (asked, clusters, name)
        if key not in self._kept:
            self._kept[key] = self.folder_as_built(name, self._lay_out(*key))
        return self._kept[key]

    def folder_as_built(self, name: str, layout: Layout) -> Built:
        """Return what the folder *name* below ``overlays/`` builds to."""
        text, warnings = build(self._engine, self._root / "overlays" / name)
        assert not warnings
        return Built(tuple(read_stream(text)), layout)

    def together(self, asked: Iterable[str]) -> list[Built]:
        """Return what each of *asked* becomes; all that are new are built at once."""
        keys = [(each, "", f"e{crc32(each.encode()):08x}") for each in asked]
        fresh = {key[2]: key for key in keys if key not in self._kept}
        layouts = {name: self._lay_out(*key) for name, key in fresh.items()}
        jobs = [Job(f"overlays/{name}", f"emqx-{name}") for name in layouts]
        shutil.rmtree(self._root / "batches", ignore_errors=True)
        for each in build_all(self._engine, self._root, jobs):
            assert not each.warnings
            name = each.job.folder.rpartition("/")[2]
            self._kept[fresh[name]] = Built(each.manifests, layouts[name])
        return [self._kept[key] for key in keys]

    def _lay_out(self, asked: str, clusters: str, name: str) -> Layout:
        loaded = loaded_of(asked, clusters=clusters, name=name)
        refused = [f for f in check_environment(loaded) if f.rule.severity is Severity.ERROR]
        assert not refused, refused
        layout = lay_out(loaded.resolved, extra=False)
        write(self._root, layout.tree)
        return layout

    def folder(self, name: str) -> Path:
        """Return a folder for documents of a test's own, beside the shared ones."""
        folder = self._root / "overlays" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def loaded_of(asked: str = "", *, clusters: str = "", name: str = "demo") -> Loaded:
    """Return the environment that *asked* describes upon the smallest one."""
    given = read_document(asked.encode()).data if asked else {}
    known, places = load_clusters(clusters.encode() if clusters else None)
    return load(name, Document(merge(LEAST, given), {}, {}), "environment.yaml", known, places)


def codes(asked: str, *, clusters: str = "") -> set[str]:
    """Return the codes of the errors that are found in what *asked* describes."""
    found = check_environment(loaded_of(asked, clusters=clusters))
    return {each.rule.code for each in found if each.rule.severity is Severity.ERROR}


def write(root: Path, tree: Tree) -> None:
    """Write the files of *tree* below *root*."""
    for path, text in tree.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def environment_of(container: Manifest) -> dict[str, Any]:
    """Return the variables of a container by name: text, or where it comes from."""
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}


def rules_open_to_all(rules: list[Manifest]) -> Iterator[Manifest]:
    """Yield the rules that let in everybody on their ports."""
    return (rule for rule in rules if "from" not in rule)


def _bare(manifest: Manifest) -> str:
    name = str(manifest["metadata"]["name"])
    return name[:-11] if manifest["kind"] == "ConfigMap" else name
