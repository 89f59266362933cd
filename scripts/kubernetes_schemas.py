"""
Write ``lib/emqx_gitops/rules/kubernetes.json``: the shapes of objects that stand beside brokers.

They come from the schemas in the development dependency kubernetes-validate, which were made of the
OpenAPI documents of each Kubernetes release. Kept is what a shape needs: properties, types,
required fields; a definition is written once for all minor versions in a row that agree on it.
`emqx_gitops.rules.shapes` reads the file. ``--check`` compares instead: exit 1 if it is stale.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from emqx_gitops.environment.clusters import NEWEST, OLDEST

TARGET = Path(__file__).parents[1] / "lib/emqx_gitops/rules/kubernetes.json"
SOURCE = "OpenAPI documents of Kubernetes v1.{} to v1.{}, by kubernetes-validate {}"
MINORS = range(OLDEST[1], NEWEST[1] + 1)

KINDS = {
    "v1": (
        "ConfigMap",
        "Endpoints",
        "LimitRange",
        "Namespace",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "Pod",
        "ResourceQuota",
        "Secret",
        "Service",
        "ServiceAccount",
    ),
    "apps/v1": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "autoscaling/v1": ("HorizontalPodAutoscaler",),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "batch/v1": ("CronJob", "Job"),
    "discovery.k8s.io/v1": ("EndpointSlice",),
    "networking.k8s.io/v1": ("Ingress", "IngressClass", "NetworkPolicy"),
    "policy/v1": ("PodDisruptionBudget",),
    "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
    "scheduling.k8s.io/v1": ("PriorityClass",),
    "storage.k8s.io/v1": ("StorageClass",),
}
"""What people put beside a broker; other kinds are not checked."""

KEPT = ("$ref", "additionalProperties", "enum", "items", "oneOf", "properties", "required", "type")

Definitions = dict[str, Any]


def read_definitions(minor: int) -> Definitions:
    """Return every definition of one Kubernetes version, by its full name."""
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v1.{minor}.0-local"
    found: Definitions = json.loads((folder / "_definitions.json").read_bytes())["$defs"]
    return found


def short(name: str) -> str:
    """Return a definition's name without what most of them begin with."""
    return name.removeprefix("io.k8s.").removeprefix("api.").removeprefix("apimachinery.pkg.")


def compact(schema: Any) -> Any:
    """Return *schema* without what no shape needs."""
    if not isinstance(schema, dict):
        return schema
    kept: Definitions = {}
    for key in KEPT:
        value = schema.get(key)
        if key == "properties" and value:
            kept[key] = {name: compact(each) for name, each in sorted(value.items())}
        elif key == "$ref" and value:
            kept[key] = f"#/$defs/{short(value.rpartition('/')[2])}"
        elif key == "oneOf" and value:
            # A text or a number: null is both, which `oneOf` would refuse.
            kept["type"] = sorted({word for each in value for word in each["type"]})
        elif value is not None:
            kept[key] = compact(value)
    return kept


def references(schema: Any) -> Iterator[str]:
    """Yield the names that a compact *schema* refers to."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref":
                yield value.rpartition("/")[2]
            else:
                yield from references(value)


def roots(definitions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield ``<apiVersion> <kind>`` and the definition of each of `KINDS`."""
    for name, schema in sorted(definitions.items()):
        for each in schema.get("x-kubernetes-group-version-kind", ()):
            version = f"{each['group']}/{each['version']}".lstrip("/")
            if each["kind"] in KINDS.get(version, ()):
                yield f"{version} {each['kind']}", short(name)


def shapes() -> Definitions:
    """Return what the file holds."""
    kinds: dict[str, str] = {}
    spans: dict[str, list[list[Any]]] = {}
    for minor in MINORS:
        full = read_definitions(minor)
        definitions = {short(name): schema for name, schema in full.items()}
        kinds |= roots(full)
        waiting, seen = sorted(kinds.values()), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                schema = compact(definitions[name])
                waiting += references(schema)
                span = spans.setdefault(name, [])
                if span and span[-1][1] == minor - 1 and span[-1][2] == schema:
                    span[-1][1] = minor
                else:
                    span.append([minor, minor, schema])
    return {"kinds": kinds, "definitions": spans}


def render() -> str:
    """Return the file's text: one definition a line."""
    from importlib.metadata import version

    source = SOURCE.format(MINORS[0], MINORS[-1], version("kubernetes-validate"))
    found = shapes()
    lines = [f'"source": {json.dumps(source)}', f'"kinds": {_line(found["kinds"])}']
    each = (
        f"{json.dumps(name)}: {_line(found['definitions'][name])}"
        for name in sorted(found["definitions"])
    )
    body = ",\n".join(each)
    return "{\n" + ",\n".join(lines) + ',\n"definitions": {\n' + body + "\n}\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def main() -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and exit 1 if stale")
    text = render()
    if parser.parse_args().check:
        fresh = TARGET.read_text(encoding="utf-8") == text
        if not fresh:
            print(f"{TARGET.name} is stale: run {Path(__file__).name}", file=sys.stderr)
        return 0 if fresh else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
