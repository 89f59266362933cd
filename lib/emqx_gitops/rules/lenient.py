"""Read manifests that anybody may have written: a value of the wrong type counts as absent."""

from __future__ import annotations

from typing import Any

from emqx_gitops.manifests import Manifest

_NOTHING: Manifest = {}


def mapping(value: Any) -> Manifest:
    """Return *value* if it is a mapping, else an empty one, which nobody may change."""
    return value if type(value) is dict else _NOTHING


def entries(value: Any) -> list[Manifest]:
    """Return the mappings in the list *value*; others have no meaning to Kubernetes."""
    if type(value) is not list:
        return []
    return [each for each in value if type(each) is dict]


def texts(value: Any) -> list[str]:
    """Return the strings in the list *value*."""
    return [each for each in value if type(each) is str] if type(value) is list else []


def text(value: Any) -> str:
    """Return *value* if it is a string, else an empty one."""
    return value if type(value) is str else ""


def number(value: Any, default: int) -> int:
    """Return *value* if it is a whole number, else *default*."""
    return value if type(value) is int else default
