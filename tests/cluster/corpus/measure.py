"""Try cases on a real control plane, server-side and by kubectl, and note what really happens."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emqx_gitops.manifests import ResourceId
from emqx_gitops.review.model import Apply
from tests.cluster.client import ApiError, Client, Manifest, wait_for
from tests.cluster.corpus.cases import Case, free_ports, placed

_AT_ONCE = 8
_WORKLOADS = {"Deployment", "StatefulSet"}
_VOLATILE = ("managedFields", "resourceVersion", "generation", "creationTimestamp", "uid")
_LAST = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, eq=False)
class Trial:
    """A case as it was tried in one way."""

    case: Case
    way: Apply

    @property
    def title(self) -> str:
        """What a list of misses calls it."""
        return f"{self.case.name} ({self.way.value})"


@dataclass(frozen=True)
class Observed:
    """What really happened."""

    refused: str
    """Why; empty where it was taken."""
    changed: bool
    """Whether anything but the server's own bookkeeping is stored differently."""
    restarted: bool
    """Whether there is a new revision, or a Pod with another image."""


def trials(cases: Iterable[Case]) -> list[Trial]:
    """Return each case for each way, in a namespace of its own."""
    ways = (Apply.FLUX, Apply.KUBECTL)
    pairs = [(case, way) for way in ways for case in cases]
    ports = free_ports()
    return [Trial(placed(case, number, ports), way) for number, (case, way) in enumerate(pairs)]


@dataclass(frozen=True)
class Plane:
    """The two ways to a control plane."""

    client: Client
    kubectl: tuple[str, ...]
    """The command, with the option that names the control plane."""


def observe(plane: Plane, folder: Path, tried: list[Trial]) -> Mapping[Trial, Observed]:
    """Make all old objects, then all new ones of them, and return what happened to each."""
    client = plane.client
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(lambda trial: _prepare(client, trial), tried))
        refused = _apply(plane, folder / "old", {each: each.case.old for each in tried})
        assert not refused, refused
        list(threads.map(lambda trial: _settled(client, trial), tried))
        before = dict(zip(tried, threads.map(lambda each: _look(client, each), tried), strict=True))
        refused = _apply(plane, folder / "new", {each: each.case.new for each in tried})
        _marker(client)
        list(threads.map(lambda trial: _settled(client, trial), tried))
        after = dict(zip(tried, threads.map(lambda each: _look(client, each), tried), strict=True))
    return {
        each: Observed(
            refused.get(each, ""),
            before[each][0] != after[each][0],
            before[each][1] != after[each][1],
        )
        for each in tried
    }


def _prepare(client: Client, trial: Trial) -> None:
    old = trial.case.old
    namespace = old["metadata"].get("namespace")
    if namespace:
        client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        if old["kind"] == "Pod":
            for name in ("emqx", "default"):
                metadata = {"name": name, "namespace": namespace}
                client.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    for each in trial.case.beside:
        client.apply(each)


def _apply(plane: Plane, folder: Path, asked: Mapping[Trial, Manifest]) -> dict[Trial, str]:
    """Apply each in its way, and return what was refused, and why."""
    server = [each for each in asked if each.way is Apply.FLUX]
    client_side = [each for each in asked if each.way is Apply.KUBECTL]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        answers = threads.map(lambda each: _server_side(plane.client, asked[each]), server)
        found = dict(_by_kubectl(plane.kubectl, folder, client_side, asked))
        found |= zip(server, answers, strict=True)
    return {each: why for each, why in found.items() if why}


def _server_side(client: Client, manifest: Manifest) -> str:
    try:
        client.apply(manifest, manager="kustomize-controller")
    except ApiError as error:
        return error.message
    return ""


def _by_kubectl(
    kubectl: tuple[str, ...], folder: Path, tried: list[Trial], asked: Mapping[Trial, Manifest]
) -> Iterator[tuple[Trial, str]]:
    """Apply all objects in one go: what is refused is told by the name of its file."""
    folder.mkdir()
    files = {each: folder / f"{number:04}.json" for number, each in enumerate(tried)}
    for each, path in files.items():
        path.write_text(json.dumps(asked[each]), encoding="utf-8")
    done = subprocess.run(
        [*kubectl, "apply", "-f", str(folder)], check=False, capture_output=True, text=True
    )
    said = re.split(r"\n(?=Error|The )", done.stderr)
    for each, path in files.items():
        words = [text for text in said if f"{path}" in text or _names(text, asked[each])]
        yield each, "\n".join(words)[-500:]


def _names(text: str, manifest: Manifest) -> bool:
    where = re.escape(str(manifest["metadata"].get("namespace", manifest["metadata"]["name"])))
    return re.search(rf'"{where}"', text) is not None


def _settled(client: Client, trial: Trial) -> None:
    """Wait until the controllers have seen the object as it is."""
    kind = trial.case.old["kind"]
    if kind in _WORKLOADS:
        wait_for(lambda: _seen(_get(client, trial)), f"{trial.title} is seen", seconds=120)
    elif kind == "PersistentVolumeClaim":
        wait_for(
            lambda: _get(client, trial)["status"].get("phase") == "Bound",
            f"{trial.title} is bound",
        )


def _seen(manifest: Manifest) -> bool:
    status = manifest.get("status", {})
    seen: bool = status.get("observedGeneration") == manifest["metadata"]["generation"]
    return seen


def _get(client: Client, trial: Trial) -> Manifest:
    return client.request("GET", client.path_of(trial.case.old)).body


def _marker(client: Client) -> None:
    """Wait until the controllers have worked through what came before this."""
    for kind in sorted(_WORKLOADS):
        labels = {"app": "marker"}
        pod = {"containers": [{"name": "main", "image": "example.com/main:1"}]}
        spec: dict[str, Any] = {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        }
        name = {"name": f"marker-{time.monotonic_ns()}", "namespace": "default"}
        made = {"apiVersion": "apps/v1", "kind": kind, "metadata": name, "spec": spec}
        client.apply(made)
        _seen_at(client, client.path_of(made))


def _seen_at(client: Client, path: str) -> None:
    wait_for(lambda: _seen(client.request("GET", path).body), f"{path} is seen")


def _look(client: Client, trial: Trial) -> tuple[Manifest, object]:
    """Return what is stored, without the server's bookkeeping, and what tells revisions apart."""
    found = _get(client, trial)
    kind = found["kind"]
    revision: object = None
    if kind == "StatefulSet":
        revision = found["status"].get("updateRevision")
    elif kind == "Deployment":
        namespace = found["metadata"]["namespace"]
        sets = client.list("apps/v1", "ReplicaSet", namespace)
        revision = sorted(each["metadata"]["name"] for each in sets)
    elif kind == "Pod":
        revision = [each["image"] for each in found["spec"]["containers"]]
    found.pop("status", None)
    for key in _VOLATILE:
        found["metadata"].pop(key, None)
    marks = found["metadata"].get("annotations", {})
    for key in (_LAST, "deployment.kubernetes.io/revision"):
        marks.pop(key, None)
    if not marks:
        found["metadata"].pop("annotations", None)
    return found, revision


def by_id(objects: Iterable[Manifest]) -> dict[ResourceId, Manifest]:
    """Return objects by their identity."""
    return {ResourceId.of(each): each for each in objects}
