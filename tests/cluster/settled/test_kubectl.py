"""What a person does with kubectl: apply an overlay, see no difference, and apply it again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builds import Builder
from tests.cluster.control_plane import ControlPlane
from tests.cluster.programs import program
from tests.cluster.settled.applied import Applied, remove
from tests.cluster.settled.asked import Asked, compiled, secrets
from tests.cluster.settled.state import state_problems

Kubectl = Callable[..., subprocess.CompletedProcess[str]]

DATA = {
    "emqx": {"version": "5.8.9", "edition": "opensource", "replicas": 3},
    "workload": {"kind": "statefulset"},
    "discovery": {"strategy": "k8s", "addressType": "hostname"},
    "exposure": {"type": "loadBalancer", "provider": "aws", "tls": {"terminateAt": "haproxy"}},
    "storage": {
        "type": "local",
        "nodes": ["worker-2", "worker-3", "worker-4"],
        "path": "/var/lib/emqx",
        "size": "10Gi",
    },
}
"""Every kind of object that Kubernetes itself has and an environment can have."""


@pytest.fixture
def kubectl(control_plane: ControlPlane) -> Kubectl:
    """Run the pinned kubectl, or the user's own, on the control plane."""
    path = program("kubectl")
    environ = os.environ | {
        "KUBECONFIG": str(control_plane.kubeconfig),
        "KUBECACHEDIR": str(control_plane.folder / "kubectl"),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [path, *arguments], env=environ, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def asked(control_plane: ControlPlane, built: Builder, tmp_path: Path) -> Iterator[Asked]:
    """An environment whose Secrets are there, and nothing else yet."""
    (each,) = compiled(built, [({"by": "kubectl"}, DATA)])
    try:
        control_plane.client.apply(next(o for o in each.objects if o["kind"] == "Namespace"))
        for secret in secrets(tmp_path, [each]):
            control_plane.client.apply(secret)
        yield each
    finally:
        remove(control_plane.client, [each.namespace])


def test_an_overlay_is_applied_and_differs_no_more(
    control_plane: ControlPlane, kubectl: Kubectl, built: Builder, asked: Asked
) -> None:
    """`apply -k` settles, `diff -k` is empty, and tells a change by hand; `apply -k` undoes it, and
    then changes no object any more.
    """
    overlay = str(built.folder(asked.name))
    made = Applied(control_plane.client, [asked])

    _succeed(kubectl("apply", "-k", overlay))
    assert made.settle(state_problems) == {}
    same = kubectl("diff", "-k", overlay)
    assert (same.returncode, same.stdout) == (0, "")

    _succeed(kubectl("-n", asked.namespace, "scale", "statefulset/emqx", "--replicas=2"))
    assert "-  replicas: 2\n+  replicas: 3" in kubectl("diff", "-k", overlay).stdout

    _succeed(kubectl("apply", "-k", overlay))
    before = _generations(made)
    _succeed(kubectl("apply", "-k", overlay))
    assert _generations(made) == before


def _succeed(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr


def _generations(made: Applied) -> dict[tuple[str, str], object]:
    """Return what moves when somebody changes an object; controllers write to a status as well."""
    (held,) = made.look().values()
    (asked,) = made.environments
    ids = [(each["kind"], each["metadata"]["name"]) for each in asked.objects]
    found = {key: each for key in ids if (each := held.find(*key))}
    return {
        key: each["metadata"].get("generation") or each["metadata"]["resourceVersion"]
        for key, each in found.items()
    }
