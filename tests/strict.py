"""
A strict check of shapes that owes nothing to the program: kubernetes-validate's own schemas.

Each version's schemas are read once, and each object is checked once however often it comes.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from kubernetes_validate.utils import (  # type: ignore[import-untyped]  # it has no types
    schema_contents,
)

from emqx_gitops.manifests import Manifest

_LISTS = "kubernetes-json-schema/v{}.0-local-strict/_definitions.json"


def strict_errors(manifest: Manifest, version: str) -> tuple[str, ...]:
    """
    Return what is wrong with *manifest* in Kubernetes *version*, such as ``1.29``.

    A kind that this version does not have has no errors: custom resources are not checked.
    """
    return _errors(json.dumps(manifest, sort_keys=True), version)


@cache
def _errors(text: str, version: str) -> tuple[str, ...]:
    manifest = json.loads(text)
    validator = _validator(manifest["apiVersion"], manifest["kind"], version)
    if validator is None:
        return ()
    name = f"{manifest['kind']} {manifest['metadata']['name']}"
    return tuple(
        f"{name} {error.json_path} in Kubernetes {version}: {error.message}"
        for error in validator.iter_errors(manifest)
    )


@cache
def _validator(api_version: str, kind: str, version: str) -> Draft202012Validator | None:
    group, _, of_group = api_version.rpartition("/")
    wanted = {"group": group, "kind": kind, "version": of_group}
    schemas = _definitions(version)
    name = next((n for n, schema in schemas.items() if wanted in _kinds(schema)), None)
    if name is None:
        return None
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schemas})


def _kinds(schema: Any) -> Any:
    return schema.get("x-kubernetes-group-version-kind", ())


@cache
def _definitions(version: str) -> dict[str, Any]:
    found: dict[str, Any] = schema_contents(_LISTS.format(version), version)["$defs"]
    return found
