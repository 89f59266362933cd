"""From a model back to what its file would hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def as_written(given: object) -> dict[str, Any]:
    """
    Return what the file of an environment would hold: the fields of *given* that were given.

    Defaults stay out, so that those of the cluster can take their place; what tells choices apart
    stays in. Raises TypeError for what is neither a model nor a mapping.
    """
    if isinstance(given, Mapping):
        return {key: _plain(value) for key, value in given.items()}
    if not isinstance(given, BaseModel):
        raise TypeError(f"an environment is a model or a mapping, not {type(given).__name__}")
    return {
        info.alias or name: _plain(getattr(given, name))
        for name, info in type(given).model_fields.items()
        if name in given.model_fields_set or _tells_apart(info)
    }


def _tells_apart(info: FieldInfo) -> bool:
    """Tell whether a field has one value only, by which its model is known among others."""
    return get_origin(info.annotation) is Literal and len(get_args(info.annotation)) == 1


def _plain(value: object) -> object:
    """Return *value* as YAML has it; what YAML has not stays, and the writer refuses it."""
    if isinstance(value, (BaseModel, Mapping)):
        return as_written(value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    # Editions and their like are text too.
    return str(value) if isinstance(value, str) else value
