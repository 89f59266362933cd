"""
The fast reader, for what Kustomize prints and other text that programs wrote.

Builds values from libyaml's events: PyYAML's own constructors take more than twice as long, and its
composer recurses in C, so that deep nesting ends the process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from emqx_gitops.manifests.faults import Place, YamlError, explain
from emqx_gitops.manifests.identity import Manifest
from emqx_gitops.manifests.scalars import resolve
from emqx_gitops.manifests.source import decode

_STRING_TAGS = ("!", "tag:yaml.org,2002:str")


def read_stream(source: bytes | str) -> list[Manifest]:
    """
    Return every document that is not empty, as Kubernetes reads it.

    Aliases to one anchor give one shared object. Raises `YamlError` on broken YAML, and on a
    document that is no mapping.
    """
    text = decode(source) if isinstance(source, bytes) else source
    try:
        return _documents(yaml.CSafeLoader(text).get_event)
    except yaml.YAMLError as error:
        raise explain(error, text) from None
    except UnicodeEncodeError as error:
        raise YamlError("a text with half a character", None, "save it as UTF-8") from error
    except RecursionError:
        raise YamlError("nested too deeply", None, "check that it is the right file") from None


def _documents(take: Callable[[], Any]) -> list[Manifest]:
    manifests: list[Manifest] = []
    while type(event := take()) is not StreamEndEvent:
        if type(event) is not DocumentStartEvent:
            continue
        root = take()
        value = _value(root, take, {})
        if isinstance(value, dict):
            manifests.append(value)
        elif value is not None:
            raise YamlError("a document is no mapping", _place(root), "write 'key: value' lines")
    return manifests


def _value(event: Any, take: Callable[[], Any], anchors: dict[str, Any]) -> Any:
    """Return the value that begins with *event*, taking the events that belong to it."""
    kind = type(event)
    value: Any
    if kind is ScalarEvent:
        quoted, tag = event.implicit[1], event.tag
        value = event.value if quoted or tag in _STRING_TAGS else resolve(event.value)
    elif kind is MappingStartEvent:
        value = _mapping(take, anchors)
    elif kind is AliasEvent:
        if event.anchor not in anchors:
            raise YamlError(
                f"the alias *{event.anchor} has no anchor before it",
                _place(event),
                "quote the value",
            )
        return anchors[event.anchor]
    else:
        value = []
        while type(item := take()) is not SequenceEndEvent:
            value.append(_value(item, take, anchors))
    if event.anchor is not None:
        anchors[event.anchor] = value
    return value


def _mapping(take: Callable[[], Any], anchors: dict[str, Any]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    merged: list[dict[str, Any]] = []
    while type(event := take()) is not MappingEndEvent:
        key = _value(event, take, anchors)
        value = _value(take(), take, anchors)
        if type(key) is not str:
            key = _key_text(key, event)
        elif key == "<<" and type(event) is ScalarEvent and event.implicit[0]:
            merged += _bases(value, event)
            continue
        mapping[key] = value
    for base in merged:
        mapping |= {key: value for key, value in base.items() if key not in mapping}
    return mapping


def _bases(value: Any, event: Any) -> list[dict[str, Any]]:
    """Return the mappings that ``<<`` names; the first of them wins."""
    bases = value if isinstance(value, list) else [value]
    if not all(isinstance(base, dict) for base in bases):
        raise YamlError("'<<' merges what is no mapping", _place(event), "name mappings only")
    return bases


def _key_text(key: Any, event: Any) -> str:
    """Return the text that Kubernetes makes of a key of another type."""
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int | float):
        return f"{key:.7g}" if isinstance(key, float) else str(key)
    raise YamlError("a key that is no text", _place(event), "quote the key")


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
