"""
A real Kubernetes control plane on loopback: etcd, API server, controllers, scheduler, and kwok for
the kubelets.

RBAC and Pod Security admission are on. Pods get addresses and become Ready; no container runs.
Everything lives in the folder of a keeper and ends with it.
"""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.cluster.client import ApiError, Client, Manifest, wait_for
from tests.cluster.processes import Keeper, Process, ProcessError
from tests.cluster.programs import program

NODES = tuple(f"worker-{number}" for number in range(1, 6))
"""What nodes are called unless told otherwise: as in the shipped environments and the matrix."""

SERVICE_RANGE = "10.96.0.0/16"
POD_RANGE = "10.244.0.0/16"
_SECONDS = 90
_TRIES = 10

_ALONE = ("--leader-elect=false", "--secure-port=0", "--kube-api-qps=300", "--kube-api-burst=600")


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane, and a connection to the keeper that has its processes."""

    keeper: Keeper
    url: str
    token: str
    """Of a user who may do everything."""

    @classmethod
    def start(cls, nodes: Iterable[str] = NODES) -> ControlPlane:
        """Start one, and wait until pods can be scheduled to its *nodes*.

        Raises EngineError where a program cannot be had, ProcessError where one does not start.
        """
        paths = {name: program(name) for name in _PROGRAMS}
        keeper = Keeper.new()
        try:
            url, token = _start_api_server(keeper, paths)
            made = cls(keeper, url, token)
            made.kubeconfig.write_text(json.dumps(_kubeconfig(made)), encoding="utf-8")
            made.kubeconfig.chmod(0o600)
            for name in ("kube-controller-manager", "kube-scheduler", "kwok"):
                keeper.start(name, [paths[name], *_arguments(name, made)])
            made.add_nodes(nodes)
            wait_for(lambda: _has_service_account(made.client), "namespaces get a ServiceAccount")
        except BaseException:
            keeper.close()
            raise
        return made

    @classmethod
    def join(cls, folder: Path) -> ControlPlane:
        """Connect to one that runs in *folder*, from another process."""
        kubeconfig = json.loads((folder / "kubeconfig").read_text(encoding="utf-8"))
        url = kubeconfig["clusters"][0]["cluster"]["server"]
        return cls(Keeper(folder), url, kubeconfig["users"][0]["user"]["token"])

    def close(self) -> None:
        """Let go of it; with the last one to do so it ends."""
        self.client.close()
        self.keeper.close()

    @property
    def folder(self) -> Path:
        """Where its logs and files are; it goes with the control plane."""
        return self.keeper.folder

    @property
    def kubeconfig(self) -> Path:
        """A file for kubectl and other clients."""
        return self.folder / "kubeconfig"

    @property
    def authority(self) -> Path:
        """The certificate that the API server's own is to be checked with."""
        return self.folder / "certificates" / "apiserver.crt"

    @cached_property
    def client(self) -> Client:
        """A client that may do everything."""
        return Client(self.url, self.authority, self.token)

    def add_nodes(self, names: Iterable[str]) -> None:
        """Add simulated nodes, each in a zone of its own, and wait until they are Ready."""
        wanted = tuple(names)
        for number, name in enumerate(wanted):
            self.client.apply(_node(name, zone=f"zone-{number % 3 + 1}"))
        wait_for(lambda: self._ready(wanted), f"nodes Ready: {wanted}", seconds=_SECONDS)

    def _ready(self, names: tuple[str, ...]) -> bool:
        return all(
            any(
                condition["type"] == "Ready" and condition["status"] == "True"
                for condition in node.get("status", {}).get("conditions", ())
            )
            and not node["spec"].get("taints")
            for node in (self.client.get("v1", "Node", name) for name in names)
        )


_PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")


def _start_api_server(keeper: Keeper, paths: dict[str, Path]) -> tuple[str, str]:
    """Start etcd and the API server, and return the address and the token of the administrator."""
    folder = keeper.folder
    token = secrets.token_hex(16)
    (folder / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n", encoding="utf-8")
    key = folder / "service-accounts.key"
    subprocess.run(
        ["openssl", "ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", key],  # noqa: S607
        check=True,
        capture_output=True,
    )
    etcd = _start_etcd(keeper, paths["etcd"])
    for _ in range(_TRIES):
        port = _free_port()
        process = keeper.start(
            "kube-apiserver", [paths["kube-apiserver"], *_api_server(folder, etcd, port)]
        )
        url = f"https://127.0.0.1:{port}"
        if _answers(process, Client(url, folder / "certificates" / "apiserver.crt", token)):
            return url, token
    raise ProcessError(f"kube-apiserver found no free port in {_TRIES} tries")


def _start_etcd(keeper: Keeper, path: Path) -> str:
    """Start etcd on sockets in the folder, which nobody else can have, and return its address."""
    folder = keeper.folder
    address = f"unix://{folder}/etcd.sock"
    # What it tells others must look like this; a single member is never called by it.
    told = "http://127.0.0.1:2380"
    arguments = (
        f"--data-dir={folder}/etcd",
        f"--listen-client-urls={address}",
        f"--listen-peer-urls=unix://{folder}/peer.sock",
        f"--advertise-client-urls={told}",
        f"--initial-advertise-peer-urls={told}",
        f"--initial-cluster=default={told}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    )
    process = keeper.start("etcd", [path, *arguments])
    socket_file = folder / "etcd.sock"
    wait_for(lambda: process.code is not None or socket_file.exists(), "etcd listens")
    if process.code is not None:
        raise ProcessError(f"etcd ended; it said:\n{process.last_words()}")
    return address


def _free_port() -> int:
    """Return a port that was free just now; another process may be faster in taking it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(process: Process, client: Client) -> bool:
    """Wait until the API server is ready; False where another process had its port first."""
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        if process.code is not None:
            if "address already in use" in process.last_words(50):
                return False
            break
        try:
            client.request("GET", "/readyz")
            client.close()
        except (ApiError, OSError):
            time.sleep(0.1)
        else:
            return True
    raise ProcessError(f"{process.name} does not answer; it said:\n{process.last_words()}")


def _api_server(folder: Path, etcd: str, port: int) -> tuple[str, ...]:
    return (
        f"--etcd-servers={etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        # An address of this machine's own would be refused as an endpoint of a Service.
        "--endpoint-reconciler-type=none",
        f"--cert-dir={folder}/certificates",
        f"--token-auth-file={folder}/tokens.csv",
        "--authorization-mode=RBAC",
        "--enable-admission-plugins=PodSecurity",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={folder}/service-accounts.key",
        f"--service-account-signing-key-file={folder}/service-accounts.key",
        "--profiling=false",
    )


def _arguments(name: str, plane: ControlPlane) -> tuple[str, ...]:
    login = f"--kubeconfig={plane.kubeconfig}"
    match name:
        case "kube-controller-manager":
            own = (f"--root-ca-file={plane.authority}", f"--cluster-cidr={POD_RANGE}")
            return (login, *_ALONE, *own)
        case "kube-scheduler":
            return (login, *_ALONE)
        case _:
            return (
                login,
                f"--config={Path(__file__).parent / 'stages.yaml'}",
                "--manage-all-nodes=false",
                "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
                "--node-ip=10.0.0.1",
                f"--cidr={POD_RANGE}",
                # Without it nodes become NotReady, and Endpoints empty, after 40 s.
                "--node-lease-duration-seconds=40",
            )


def _kubeconfig(plane: ControlPlane) -> Manifest:
    cluster = {"server": plane.url, "certificate-authority": str(plane.authority)}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": plane.token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
    }


def _node(name: str, *, zone: str) -> Manifest:
    room = {"cpu": "1000", "memory": "4Ti", "pods": "10000", "ephemeral-storage": "10Ti"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "topology.kubernetes.io/zone": zone,
            },
        },
        "status": {
            "allocatable": room,
            "capacity": room,
            "nodeInfo": {"kubeletVersion": "simulated"},
        },
    }


def _has_service_account(client: Client) -> bool:
    return bool(client.get("v1", "ServiceAccount", "default", "default"))
