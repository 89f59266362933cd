"""The JSON Schema of environment.yaml and clusters.yaml, for editors and other programs."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import ModelSchema

from emqx_gitops.components.meanings import meanings
from emqx_gitops.components.workload.statefulset import StatefulSet
from emqx_gitops.environment.clusters import Clusters
from emqx_gitops.environment.model import Environment

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_UNNAMED = StatefulSet.__name__
"""The one choice that need not be named: a workload without a kind (see the loader)."""


def schema_of(file: str) -> dict[str, Any]:
    """Return the schema of ``environment`` or ``clusters``."""
    model = Environment if file == "environment" else Clusters
    schema = model.model_json_schema(by_alias=True, schema_generator=_Described)
    _require_tags(schema, schema["$defs"])
    return {"$schema": DIALECT} | schema


class _Described(GenerateJsonSchema):
    """
    Says what each field is for.

    Titles that say a field's name once more are left out; editors show them first.
    """

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """Return the schema of a model."""
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        said = meanings(model)
        for name, info in model.model_fields.items():
            if name in said:
                found["properties"][info.alias or name]["description"] = said[name]
        return found

    def field_title_should_be_set(self, schema: CoreSchema | Any) -> bool:
        """Return False for every field."""
        del schema
        return False


def _require_tags(node: object, definitions: dict[str, Any]) -> None:
    """
    Have each choice of a union require the field that tells it apart.

    The loader refuses a choice without it, and to an editor ``{size: 10Gi}`` would else be several
    kinds of storage at once.
    """
    if isinstance(node, dict):
        discriminator: dict[str, Any] = node.get("discriminator") or {"mapping": {}}
        for reference in discriminator["mapping"].values():
            name = str(reference).rpartition("/")[2]
            required = definitions[name].setdefault("required", [])
            tag = discriminator["propertyName"]
            if name != _UNNAMED and tag not in required:
                required.insert(0, tag)
        for value in node.values():
            _require_tags(value, definitions)
    elif isinstance(node, list):
        for value in node:
            _require_tags(value, definitions)
