"""What a manifest leaves out and what it says for nothing: the API server is asked about each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

from emqx_gitops.manifests import read_document
from emqx_gitops.review.effects.stored import stored
from tests.cluster.client import ApiError, Client, Manifest
from tests.cluster.corpus.explicit import Explicit, explicit
from tests.cluster.corpus.rich import RICH

RENDERED = Path(__file__).parents[3] / "dist" / "rendered"
COMPILED = (
    "dev/deployment-emqx.yaml",
    "prod/networkpolicy-emqx.yaml",
    "prod/persistentvolume-emqx-prod-emqx-0.yaml",
    "prod/poddisruptionbudget-emqx.yaml",
    "prod/service-emqx-headless.yaml",
    "prod/service-emqx.yaml",
    "prod/statefulset-emqx.yaml",
    "staging/persistentvolume-emqx-staging-emqx-0.yaml",
    "staging/service-emqx.yaml",
)
_AT_ONCE = 8


def _objects() -> Iterator[Manifest]:
    yield from RICH
    for name in COMPILED:
        manifest = read_document((RENDERED / name).read_bytes()).data
        if "namespace" in manifest["metadata"]:
            manifest["metadata"]["namespace"] = "default"
        yield manifest


def _kept(client: Client, manifest: Manifest) -> Manifest | None:
    """Return what the API server would store; None where it refuses."""
    try:
        body = client.create({**manifest, "metadata": _fresh(manifest)}, dry_run=True).body
    except ApiError:
        return None
    body.pop("status", None)
    for key in ("creationTimestamp", "managedFields", "uid"):
        body["metadata"].pop(key, None)
    asked = manifest.get("spec") or {}
    for key in ("clusterIP", "clusterIPs", "healthCheckNodePort"):
        if not asked.get(key) and body["kind"] == "Service":
            body["spec"].pop(key, None)
    for port in body.get("spec", {}).get("ports") or ():
        if body["kind"] == "Service":
            port.pop("nodePort", None)
    return body


def _fresh(manifest: Manifest) -> Manifest:
    return {**manifest["metadata"], "name": "asked"}


def _wrong(client: Client, manifest: Manifest) -> list[str]:
    base = _kept(client, manifest)
    assert base is not None, manifest
    wrong = []
    for each in explicit(manifest):
        answer = _kept(client, each.manifest)
        if answer is None:
            continue
        if _same(manifest, each) is not (answer == base):
            wrong.append(f"{each} {'changes nothing' if answer == base else 'changes it'}")
    return wrong


def _same(manifest: Manifest, each: Explicit) -> bool:
    return stored(deepcopy(manifest)) == stored(each.manifest)


def test_fields_written_out_are_stored_as_predicted(client: Client) -> None:
    """Of each field that an object leaves out, we know whether writing it out changes anything."""
    distinct = {json.dumps(each, sort_keys=True): each for each in _objects()}
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        wrong = [
            line
            for lines in threads.map(lambda each: _wrong(client, each), distinct.values())
            for line in lines
        ]

    assert not wrong, "\n".join(sorted({*wrong}))
