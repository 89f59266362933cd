"""EMQX settings that an environment gives itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from emqx_gitops.components.addition import Addition
from emqx_gitops.components.choice import Fields, ObjectName, SecretKey
from emqx_gitops.kustomize.documents import add


class SecretValue(Fields):
    """A value that stays in a Secret."""

    secret_name: ObjectName
    """Secret in the environment's namespace."""

    key: SecretKey
    """Key of the Secret that holds the value."""


def _as_written(value: object) -> object:
    """Return numbers and booleans as EMQX reads them: `true`, not `True`."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


SettingValue = (
    SecretValue
    | Annotated[
        str,
        BeforeValidator(_as_written, json_schema_input_type=str | int | float | bool),
        Field(max_length=65536),
    ]
)
"""A string, number or boolean, or a reference to a Secret."""


def addition(settings: Mapping[str, SecretValue | str]) -> Addition:
    """Return the settings: plain ones for the ConfigMap, secret ones for the container."""
    secret = {key: value for key, value in settings.items() if isinstance(value, SecretValue)}
    return Addition(
        settings={key: value for key, value in settings.items() if isinstance(value, str)},
        pod=tuple(
            add(
                "/spec/containers/0/env/-",
                {
                    "name": key,
                    "valueFrom": {"secretKeyRef": {"name": value.secret_name, "key": value.key}},
                },
            )
            for key, value in sorted(secret.items())
        ),
    )
