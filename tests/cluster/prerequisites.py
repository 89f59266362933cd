"""What the shipped environments find in their clusters: nodes, namespaces, Secrets, kinds."""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from emqx_gitops.manifests import read_stream
from tests.cluster import custom
from tests.cluster.client import Manifest
from tests.cluster.control_plane import NODES, ControlPlane

ROOT = Path(__file__).resolve().parents[2]


def prepare(plane: ControlPlane, root: Path = ROOT) -> tuple[str, ...]:
    """Make what the environments in *root* need but do not make, and return their names."""
    environments = tuple(sorted(path.name for path in (root / "dist" / "rendered").iterdir()))
    custom.define(plane.client)
    for name in environments:
        objects = [
            manifest
            for path in sorted((root / "dist" / "rendered" / name).glob("*.yaml"))
            for manifest in read_stream(path.read_bytes())
        ]
        plane.add_nodes(sorted(set(_nodes(objects)) - set(NODES)))
        for manifest in objects:
            if manifest["kind"] == "Namespace":
                plane.client.apply(manifest)
        made = _credentials(root, name)
        for secret in [*made, *_certificates(objects, {each["metadata"]["name"] for each in made})]:
            plane.client.apply(secret)
    return environments


def _nodes(objects: list[Manifest]) -> Iterator[str]:
    """Yield the nodes that local volumes name."""
    for manifest in objects:
        if manifest["kind"] == "PersistentVolume":
            required = manifest["spec"].get("nodeAffinity", {}).get("required", {})
            for term in required.get("nodeSelectorTerms", ()):
                for expression in term["matchExpressions"]:
                    yield from expression["values"]


def _credentials(root: Path, name: str) -> list[Manifest]:
    """Return the Secret of random values that the command line makes for an environment."""
    command = [sys.executable, "-c", "from emqx_gitops.cli import main; main()", "secret", name]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True)
    return read_stream(done.stdout)


def _certificates(objects: list[Manifest], made: set[str]) -> Iterator[Manifest]:
    """Yield a Secret, with a certificate that nobody has signed, for each other that is mounted."""
    for manifest in objects:
        pod = manifest.get("spec", {}).get("template", {}).get("spec", {})
        for volume in pod.get("volumes", ()):
            name = volume.get("secret", {}).get("secretName")
            if name and name not in made:
                made.add(name)
                namespace = manifest["metadata"]["namespace"]
                yield {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "type": "kubernetes.io/tls",
                    "metadata": {"name": name, "namespace": namespace},
                    "data": _self_signed(namespace),
                }


def _self_signed(name: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder) / "tls.key", Path(folder) / "tls.crt"
        words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        words += ["-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", str(key)]
        subprocess.run([*words, "-out", str(certificate)], check=True, capture_output=True)
        texts = {"tls.key": key, "tls.crt": certificate, "ca.crt": certificate}
        return {each: base64.b64encode(path.read_bytes()).decode() for each, path in texts.items()}
