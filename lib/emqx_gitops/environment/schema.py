"""The JSON Schema of environment.yaml and clusters.yaml, for editors and other programs."""

from __future__ import annotations

from typing import Any

from emqx_gitops.environment.clusters import Clusters
from emqx_gitops.environment.model import Environment

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(file: str) -> dict[str, Any]:
    """Return the schema of ``environment`` or ``clusters``."""
    model = Environment if file == "environment" else Clusters
    return {"$schema": DIALECT} | model.model_json_schema(by_alias=True, mode="validation")
