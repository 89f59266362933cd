"""
Rules on the shape of objects: fields that Kubernetes knows, values of their types.

The shapes lie in ``kubernetes.json``, which ``scripts/kubernetes_schemas.py`` writes. Only objects
of the kinds in it are checked; custom resources pass. Slow, so only used where people wrote objects
by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from emqx_gitops.environment.clusters import NEWEST, OLDEST
from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.objects import Objects
from emqx_gitops.rules.spelling import did_you_mean

WRONG_SHAPE = Rule(
    code="EG707",
    name="wrong-shape",
    severity=Severity.ERROR,
    what="An object has a field that Kubernetes does not know, or a value of another type.",
    why=(
        "The API server refuses the object or, where it is asked to be lenient, drops the field "
        "and says nothing."
    ),
    fix="Write the field that is meant, with a value of its type.",
    source="OpenAPI documents of Kubernetes; documentation, API Concepts, Field validation",
)

SHAPE_OF_SOME_VERSIONS = Rule(
    code="EG726",
    name="shape-of-some-versions",
    severity=Severity.WARNING,
    what="An object has a shape that not all supported versions of Kubernetes know.",
    why="A cluster of another version refuses the object or drops the field.",
    fix="Name the cluster's version in overlays/clusters.yaml, or leave the field out.",
    source="OpenAPI documents of Kubernetes; documentation, API Concepts, Field validation",
)

RULES = (WRONG_SHAPE, SHAPE_OF_SOME_VERSIONS)

_WORDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}

_MOST = 20
"""Findings about one object; more of them say nothing new."""


class Misfit(NamedTuple):
    """One place where an object has another shape than its kind."""

    path: str
    message: str
    hint: str
    """A guess at the field that was meant, with a space before it; may be empty."""


def check_shapes(objects: Objects) -> Iterator[Finding]:
    """Yield what is wrong at the cluster's version, or at the oldest and newest supported."""
    given = objects.rendered.kubernetes
    minors = (given[1],) if given else (OLDEST[1], NEWEST[1])
    for manifest in objects.rendered.manifests:
        found = {minor: misfits(manifest, minor) for minor in minors}
        every = [each for each in found[minors[0]] if all(each in rest for rest in found.values())]
        for each in every[:_MOST]:
            fix = WRONG_SHAPE.fix + each.hint
            yield objects.at(WRONG_SHAPE, manifest, each.path, each.message, fix)
        for minor, some in found.items():
            for each in some[:_MOST]:
                if each not in every:
                    message = f"{each.message} in Kubernetes 1.{minor}"
                    yield objects.at(SHAPE_OF_SOME_VERSIONS, manifest, each.path, message)


def misfits(manifest: Manifest, minor: int) -> list[Misfit]:
    """Return what is wrong with the shape of *manifest* for Kubernetes 1.*minor*."""
    kind = f"{manifest.get('apiVersion')} {manifest.get('kind')}"
    validator = _validator(kind, minor)
    # What SOPS encrypted has its values as text, and a field of its own, until it is decrypted.
    if validator is None or "sops" in manifest:
        return []
    errors = sorted(validator.iter_errors(manifest), key=lambda each: each.json_path)
    return [misfit for error in errors for misfit in _explain(error)]


def _explain(error: Any) -> Iterator[Misfit]:
    parts = list(error.absolute_path)
    path = _path(parts)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        for name in sorted(error.instance.keys() - known.keys()):
            yield Misfit(
                _path([*parts, name]), f"the field {name} is unknown", did_you_mean(name, known)
            )
    elif error.validator == "required":
        for name in sorted(set(error.validator_value) - error.instance.keys()):
            yield Misfit(path, f"the field {name} is missing", "")
    elif error.validator == "type":
        wanted = error.validator_value
        words = [_WORDS[each] for each in _list(wanted) if each in _WORDS]
        message = f"the value is {_kind_of(error.instance)}, not {' or '.join(words)}"
        yield Misfit(path, message, "")
    else:
        yield Misfit(path, f"the value is none of {', '.join(_list(error.validator_value))}", "")


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _kind_of(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    by_type = {dict: "a mapping", list: "a list", str: "text", int: "a number", float: "a number"}
    return by_type.get(type(value), "something else")


def _path(parts: list[str | int]) -> str:
    text = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in parts)
    return text.removeprefix(".")


@cache
def _file() -> Mapping[str, Any]:
    text = (files("emqx_gitops.rules") / "kubernetes.json").read_bytes()
    found: Mapping[str, Any] = json.loads(text)
    return found


@cache
def _validator(kind: str, minor: int) -> Any | None:
    """Return what checks objects of *kind*, ``<apiVersion> <kind>``; None for unknown kinds."""
    name = _file()["kinds"].get(kind)
    base = _base(minor)
    if name is None or name not in base.schema["$defs"]:
        return None
    return base.evolve(schema=base.schema | {"$ref": f"#/$defs/{name}"})


@cache
def _base(minor: int) -> Any:
    from jsonschema import Draft202012Validator

    definitions = {
        name: _closed(schema)
        for name, spans in _file()["definitions"].items()
        for first, last, schema in spans
        if first <= minor <= last
    }
    return Draft202012Validator({"$defs": definitions})


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the definition of an object so that it knows no further fields."""
    return schema | {"additionalProperties": False} if "properties" in schema else schema
