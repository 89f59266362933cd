"""Flux's own source-controller and kustomize-controller, with what they need in the cluster."""

from __future__ import annotations

import http.client
import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from emqx_gitops.manifests import Manifest
from tests.cluster.client import Client, wait_for
from tests.cluster.control_plane import ControlPlane
from tests.cluster.gitops.modules import manifests_of
from tests.cluster.processes import Process, ProcessError
from tests.cluster.programs import program

NAMESPACE = "flux-system"
SOURCES = "source.toolkit.fluxcd.io/v1"
KUSTOMIZATIONS = "kustomize.toolkit.fluxcd.io/v1"
_MODULES = {
    name: f"github.com/fluxcd/{name}" for name in ("source-controller", "kustomize-controller")
}
_SECONDS = 60
_TRIES = 5


@dataclass(frozen=True)
class Controller:
    """One of Flux's controllers, running."""

    process: Process
    metrics_port: int

    def metrics(self) -> str:
        """Return what it tells Prometheus."""
        return _get(self.metrics_port, "/metrics")[1]


@dataclass(frozen=True)
class Flux:
    """Both controllers, which end with the control plane that they work on."""

    client: Client
    source: Controller
    kustomize: Controller

    @classmethod
    def start(cls, plane: ControlPlane, options: Sequence[str] = ()) -> Flux:
        """Add Flux's CRDs and namespace, and start the controllers.

        *options* go to kustomize-controller. Raises EngineError where a program or a CRD cannot be
        had, ProcessError where a controller does not start.
        """
        for name, module in _MODULES.items():
            define(plane.client, manifests_of(name, module, "config/crd/bases"))
        add_namespace(plane.client, NAMESPACE)
        return cls(
            plane.client,
            source=_start(plane, "source-controller", _storage),
            # An overlay that needs the network to be built would show.
            kustomize=_start(
                plane, "kustomize-controller", lambda _: ("--no-remote-bases=true", *options)
            ),
        )

    def fetch(self, name: str) -> None:
        """Have the GitRepository *name* look for a new commit now, as `flux reconcile` does."""
        self._ask(SOURCES, "GitRepository", name, NAMESPACE)

    def reconcile(self, name: str, namespace: str = NAMESPACE) -> str:
        """Have the Kustomization *name* applied now, as `flux reconcile` does.

        Returns what its status will name once that is done.
        """
        return self._ask(KUSTOMIZATIONS, "Kustomization", name, namespace)

    def _ask(self, api: str, kind: str, name: str, namespace: str) -> str:
        now = f"{time.time_ns()}"
        wish = {"reconcile.fluxcd.io/requestedAt": now}
        path = self.client.path(api, kind, name, namespace)
        self.client.patch(path, {"metadata": {"annotations": wish}})
        return now


def define(client: Client, crds: Sequence[Manifest]) -> None:
    """Add custom resources, and wait until the API server takes them."""
    for crd in crds:
        client.apply(crd)
    for crd in crds:
        version = next(each["name"] for each in crd["spec"]["versions"] if each["storage"])
        path = f"/apis/{crd['spec']['group']}/{version}/{crd['spec']['names']['plural']}"
        wait_for(partial(client.request, "GET", path), f"{path} is served")


def add_namespace(client: Client, name: str) -> None:
    """Add a namespace that nothing else is said about."""
    client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def _storage(folder: Path) -> tuple[str, ...]:
    own = f"127.0.0.1:{_free_port()}"
    return (f"--storage-path={folder}", f"--storage-addr={own}", f"--storage-adv-addr={own}")


def _start(plane: ControlPlane, name: str, options: Callable[[Path], Sequence[str]]) -> Controller:
    """Start a controller, anew where another process took one of its ports first."""
    folder = plane.folder / name
    folder.mkdir(exist_ok=True)
    own = {"KUBECONFIG": str(plane.kubeconfig), "RUNTIME_NAMESPACE": NAMESPACE}
    environ = {**os.environ, **own, "TMPDIR": str(folder)}
    for _ in range(_TRIES):
        health, metrics = _free_port(), _free_port()
        argv: list[str | Path] = [
            program(name),
            f"--health-addr=127.0.0.1:{health}",
            f"--metrics-addr=127.0.0.1:{metrics}",
            "--events-addr=",
            "--enable-leader-election=false",
            *options(folder),
        ]
        process = plane.keeper.start(name, argv, environ)
        wait_for(
            partial(_decided, process, health),
            f"{name} answers",
            seconds=_SECONDS,
        )
        if process.code is None:
            return Controller(process, metrics)
    raise ProcessError(f"{name} does not start; it said:\n{process.last_words()}")


def _decided(process: Process, port: int) -> bool:
    return process.code is not None or _ready(port)


def _ready(port: int) -> bool:
    try:
        return _get(port, "/readyz")[0] == http.client.OK
    except OSError:
        return False


def _get(port: int, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
