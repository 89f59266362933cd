"""Environments that are asked for, what they compile to, and what their user makes beforehand."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emqx_gitops.manifests import Manifest, read_stream
from tests.builds import Builder
from tests.matrix import Combination, cases
from tests.repository import call

COVER = Path(__file__).parents[2] / "matrix_cover.json"
"""Combinations that have, between them, every pair of choices that goes together."""

CLASSES = ("fast", "nfs-csi")
"""Storage classes that the combinations name; a user's cluster has them."""

MACHINES = ("worker-1", "worker-2", "worker-3")
"""Kubernetes nodes that the combinations name for local volumes."""


@dataclass(frozen=True)
class Asked:
    """One environment: what its file says, and what it compiled to."""

    name: str
    labels: Combination
    """What was chosen, by axis; for messages and counts."""

    data: Manifest
    objects: tuple[Manifest, ...]

    @property
    def namespace(self) -> str:
        """The environment's namespace."""
        return f"emqx-{self.name}"

    @property
    def replicas(self) -> int:
        """How many brokers there are to be."""
        return int(self.data["emqx"]["replicas"])

    @property
    def words(self) -> str:
        """The combination in one line."""
        return " | ".join(self.labels.values())


def cover(ports: Iterator[int]) -> list[tuple[Combination, Manifest]]:
    """Return the cover of all pairs as what environments say, with fixed node *ports*."""
    wanted = {json.dumps(row, sort_keys=True) for row in json.loads(COVER.read_text())}
    chosen = [c for c in cases() if json.dumps(c.labels, sort_keys=True) in wanted]
    assert len(chosen) == len(wanted)
    return [(case.labels, _with_ports(case.data, ports)) for case in chosen]


def compiled(builder: Builder, given: Iterable[tuple[Combination, Manifest]]) -> list[Asked]:
    """Return what each environment compiles to."""
    rows = list(given)
    results = builder.together([json.dumps(data) for _, data in rows])
    found = []
    for (labels, data), built in zip(rows, results, strict=True):
        name = built.workload["metadata"]["namespace"].removeprefix("emqx-")
        found.append(Asked(name, labels, data, built.objects))
    return found


def secrets(root: Path, environments: Sequence[Asked]) -> Iterator[Manifest]:
    """Yield the Secrets that the docs tell the users of *environments* to make."""
    for each in environments:
        file = root / "overlays" / each.name / "environment.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(each.data))
    for each in environments:
        told = call("secret", each.name, "-C", str(root))
        assert told.status == 0, told.err
        yield from read_stream(told.out)
        yield from _certificates(each)


def storage(asked: Asked) -> Iterator[Manifest]:
    """Yield the claim, and the volume for it, that an environment says it finds."""
    claim = asked.data["storage"].get("claimName")
    if claim is None:
        return
    name = f"given-{asked.namespace}"
    reference = {"namespace": asked.namespace, "name": claim}
    common = {"accessModes": ["ReadWriteOnce"], "storageClassName": ""}
    yield {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": common
        | {"capacity": {"storage": "10Gi"}, "claimRef": reference}
        | {"nfs": {"server": "nfs.example.com", "path": f"/given/{name}"}},
    }
    yield {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": reference,
        "spec": common | {"resources": {"requests": {"storage": "10Gi"}}, "volumeName": name},
    }


def storage_classes() -> Iterator[Manifest]:
    """Yield the storage classes; `Disks` stands for their driver."""
    for name in CLASSES:
        yield {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name},
            "provisioner": "disks.example.com",
            "volumeBindingMode": "WaitForFirstConsumer",
        }


def provisioned(claims: Iterable[Manifest]) -> Iterator[Manifest]:
    """Yield a volume for each claim that asks the driver of `storage_classes` for one."""
    for claim in claims:
        meta, spec = claim["metadata"], claim["spec"]
        driver = (meta.get("annotations") or {}).get("volume.kubernetes.io/storage-provisioner")
        if driver != "disks.example.com" or spec.get("volumeName"):
            continue
        reference = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
        reference |= {key: meta[key] for key in ("namespace", "name", "uid")}
        yield {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": f"pvc-{meta['uid']}"},
            "spec": {
                "accessModes": spec["accessModes"],
                "capacity": spec["resources"]["requests"],
                "claimRef": reference,
                "csi": {"driver": "disks.example.com", "volumeHandle": meta["uid"]},
                "persistentVolumeReclaimPolicy": "Retain",
                "storageClassName": spec["storageClassName"],
            },
        }


def _with_ports(data: Manifest, ports: Iterator[int]) -> Manifest:
    exposure = data["exposure"]
    if exposure["type"] != "nodePort":
        return data
    clients = "mqtt" if exposure["tls"]["terminateAt"] == "none" else "mqtts"
    given = {name: next(ports) for name in (clients, "dashboard")}
    return data | {"exposure": exposure | {"nodePorts": given}}


def _certificates(asked: Asked) -> Iterator[Manifest]:
    tls: Mapping[str, Any] = asked.data["exposure"]["tls"]
    if tls["terminateAt"] in {"listener", "haproxy", "nginx"}:
        pair = {"tls.crt": _text("certificate"), "tls.key": _text("key")}
        yield _secret(asked, "emqx-tls", pair, "kubernetes.io/tls")
    if "clientCA" in tls:
        yield _secret(asked, tls["clientCA"]["secretName"], {"ca.crt": _text("authority")})
    if "license" in asked.data["emqx"]:
        yield _secret(asked, "emqx-license", {"emqx.lic": _text("licence")})


def _secret(asked: Asked, name: str, data: Mapping[str, str], kind: str = "Opaque") -> Manifest:
    meta = {"name": name, "namespace": asked.namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": kind, "data": data}


def _text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
