"""The control plane for tests is a real one, and goes with whoever started it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster import programs
from tests.cluster.client import ApiError, Client, Manifest, wait_for
from tests.cluster.control_plane import ControlPlane
from tests.cluster.processes import ROOT, Keeper

START = """
import itertools, json, sys, time
from tests.cluster import control_plane
from tests.cluster.control_plane import ControlPlane
ports = itertools.chain([int(sys.argv[1])], iter(control_plane._free_port, None))
control_plane._free_port = lambda: next(ports)
plane = ControlPlane.start()
print(json.dumps([str(plane.folder), plane.url]), flush=True)
time.sleep(600)
"""
"""A test run that is killed; the first port it tries is another control plane's."""


def _deployment(namespace: str) -> Manifest:
    container = {
        "name": "main",
        "image": "example.com/main:1",
        "ports": [{"name": "mqtt", "containerPort": 1883}],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    labels = {"app": "main"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "main", "namespace": namespace},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def _service(namespace: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "main", "namespace": namespace},
        "spec": {"selector": {"app": "main"}, "ports": [{"port": 1883, "targetPort": "mqtt"}]},
    }


def test_pods_become_ready_and_services_find_them(control_plane: ControlPlane) -> None:
    """Controllers make pods, the scheduler places them, kwok has them Ready, with addresses."""
    client = control_plane.client
    namespace = "default"
    client.apply(_service(namespace))
    client.apply(_deployment(namespace))

    def addresses() -> list[str]:
        slices = client.list("discovery.k8s.io/v1", "EndpointSlice", namespace)
        return [
            address
            for each in slices
            if each["metadata"]["labels"].get("kubernetes.io/service-name") == "main"
            for endpoint in each["endpoints"] or ()
            if endpoint["conditions"]["ready"]
            for address in endpoint["addresses"]
        ]

    wait_for(lambda: len(set(addresses())) == 2, "two endpoints")
    assert all(address.startswith("10.244.") for address in addresses())
    client.delete("apps/v1", "Deployment", "main", namespace)
    client.delete("v1", "Service", "main", namespace)
    wait_for(lambda: not client.list("v1", "Pod", namespace, labels="app=main"), "pods are gone")


def test_rights_are_real(client: Client, namespace: str) -> None:
    """A ServiceAccount without a role may read nothing, with a token of its own."""
    account = client.path("v1", "ServiceAccount", "default", namespace)
    wait_for(lambda: client.request("GET", account), "the ServiceAccount is there")
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = client.request("POST", f"{account}/token", request).body["status"]["token"]

    with pytest.raises(ApiError, match="cannot list resource") as refused:
        client.with_token(token).list("v1", "Endpoints", namespace)

    assert refused.value.status == 403


def _gone(folder: Path, url: str) -> bool:
    port = int(url.rpartition(":")[2])
    with socket.socket() as probe:
        return not folder.exists() and probe.connect_ex(("127.0.0.1", port)) != 0


def test_two_at_once_and_a_killed_run_leaves_nothing(control_plane: ControlPlane) -> None:
    """A second one takes another port; killed with its run, processes, port and folder go."""
    taken = control_plane.url.rpartition(":")[2]
    run = subprocess.Popen(
        [sys.executable, "-c", START, taken],
        env=programs.ENVIRON | {"PYTHONPATH": f"{ROOT}:{ROOT / 'lib'}"},
        stdout=subprocess.PIPE,
    )
    assert run.stdout
    with run.stdout:
        folder, url = json.loads(run.stdout.readline())
    assert url != control_plane.url
    assert not _gone(Path(folder), url)

    run.kill()
    run.wait()

    wait_for(lambda: _gone(Path(folder), url), "the control plane is gone", seconds=20)
    assert not _running(folder)
    assert control_plane.client.request("GET", "/readyz").status == 200


def _running(folder: str) -> list[str]:
    """Return the command lines of processes that have to do with *folder*."""
    lines = [_command_line(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    return [line for line in lines if folder in line]


def _command_line(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_what_a_killed_keeper_leaves_is_removed_by_the_next() -> None:
    """Its children die with it, and its folder goes when another one starts."""
    keeper = Keeper.new()
    child = keeper.start("child", ["sleep", "600"])
    parent = int(Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[1])

    os.kill(parent, signal.SIGKILL)

    wait_for(lambda: not _command_line(Path(f"/proc/{child.pid}/cmdline")), "the child is gone")
    Keeper.new().close()
    assert not keeper.folder.exists()
    keeper.close()


def test_the_programs_of_the_user_come_first(tmp_path: Path) -> None:
    """A program in KUBEBUILDER_ASSETS is taken as it is; nothing is built."""
    own = tmp_path / "etcd"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)

    assert programs.program("etcd", {"KUBEBUILDER_ASSETS": str(tmp_path)}) == own
