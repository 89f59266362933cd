"""`kubectl diff` with our command as KUBECTL_EXTERNAL_DIFF, against a real API server."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.repository import PROGRAM

CANARY = "kubectl-canary"
OBJECTS = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1
---
apiVersion: v1
kind: Secret
metadata: {{name: web}}
stringData: {{password: {CANARY}}}
"""

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")


def test_kubectl_diff(control_plane: ControlPlane, namespace: str, tmp_path: Path) -> None:
    """It says what applying will do, ends as kubectl wants it, and tells no secret."""

    def kubectl(command: str, objects: str) -> tuple[int, str, str]:
        file.write_text(objects, encoding="utf-8")
        done = subprocess.run(
            ["kubectl", command, "--namespace", namespace, "--filename", file],  # noqa: S607  (the user's)
            env={
                **os.environ,
                "KUBECONFIG": str(control_plane.kubeconfig),
                "KUBECTL_EXTERNAL_DIFF": f"{PROGRAM} diff --kubectl --format=json",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    file = tmp_path / "objects.yaml"
    assert kubectl("apply", OBJECTS)[0] == 0

    unchanged, nothing, said = kubectl("diff", OBJECTS)
    assert (unchanged, json.loads(nothing)["changes"]) == (0, []), said
    changed = OBJECTS.replace("web:1", "web:2").replace(CANARY, f"{CANARY}-2")
    status, out, said = kubectl("diff", changed)

    assert status == 1, said
    fields = {
        each["resource"]["kind"]: [field["path"] for field in each["fields"]]
        for each in json.loads(out)["changes"]
    }
    assert fields == {
        "Deployment": ["spec.template.spec.containers[name=web].image"],
        "Secret": ["data.password"],
    }
    assert CANARY not in out + said
    assert base64.b64encode(CANARY.encode()).decode().rstrip("=") not in out + said
