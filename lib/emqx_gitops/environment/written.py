"""From a model back to what its file would hold."""

from __future__ import annotations

from typing import Any, Literal, get_origin

from pydantic import BaseModel


def as_written(model: BaseModel) -> dict[str, Any]:
    """
    Return the fields of *model* that were given, and those that tell choices apart.

    Defaults stay out, so that those of the cluster can take their place.
    """
    return {
        info.alias or name: _plain(getattr(model, name))
        for name, info in type(model).model_fields.items()
        if name in model.model_fields_set or get_origin(info.annotation) is Literal
    }


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return as_written(value)
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    return str(value)
