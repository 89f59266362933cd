"""What an API server refuses, or warns of, when it is asked without anything being made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.cluster.client import Answer, ApiError, Client, Manifest

_AT_ONCE = 8
_TAKEN = "provided port is already allocated"


def refusals(client: Client, objects: Sequence[Manifest]) -> list[str]:
    """Return what the API server says against *objects*, and against the pods of workloads.

    Nothing is made but the ServiceAccounts, without which it refuses every pod that names one.
    """
    for manifest in objects:
        if manifest["kind"] == "ServiceAccount":
            client.apply(manifest)
    pods = [pod for manifest in objects for pod in _pods(manifest)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        told = threads.map(lambda manifest: list(_refusal(client, manifest)), [*objects, *pods])
        return [line for lines in told for line in lines]


def _refusal(client: Client, manifest: Manifest) -> Iterator[str]:
    name = f"{manifest['kind']} {manifest['metadata']['name']}"
    try:
        answer = _ask(client, manifest)
    except (ApiError, LookupError) as error:
        yield f"{name} is refused: {error}"
    else:
        yield from (f"{name} makes it warn: {warning}" for warning in answer.warnings)


def _ask(client: Client, manifest: Manifest) -> Answer:
    # A pod as its controller makes it: created.
    if manifest["kind"] == "Pod":
        return client.create(manifest, dry_run=True)
    try:
        return client.apply(manifest, dry_run=True)
    except ApiError as error:
        if _TAKEN not in error.message:
            raise
    # What others took says nothing of the object; a Service of theirs may have got the port by lot.
    return client.apply(_without_node_ports(manifest), dry_run=True)


def _without_node_ports(service: Manifest) -> Manifest:
    ports = [
        {key: value for key, value in port.items() if key != "nodePort"}
        for port in service["spec"]["ports"]
    ]
    return {**service, "spec": {**service["spec"], "ports": ports}}


def _pods(manifest: Manifest) -> Iterator[Manifest]:
    """Yield the pod that a controller would make of *manifest*.

    Pod Security only warns of workloads; what it enforces, it enforces on pods.
    """
    spec = manifest.get("spec", {})
    template = spec.get("template") if manifest["kind"] in {"Deployment", "StatefulSet"} else None
    if template is None:
        return
    own = manifest["metadata"]
    claims = [
        {"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": "claim"}}
        for claim in spec.get("volumeClaimTemplates", ())
    ]
    volumes = [*template["spec"].get("volumes", ()), *claims]
    yield {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **template["metadata"],
            "name": f"{own['name']}-0",
            "namespace": own["namespace"],
        },
        "spec": {**template["spec"], "volumes": volumes},
    }


def moved(texts: Iterable[str], old: str, new: str) -> list[Manifest]:
    """Return the objects of *texts* in namespace *new* instead of *old*, identical ones once."""
    return [json.loads(text) for text in sorted({text.replace(old, new) for text in texts})]
