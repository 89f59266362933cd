"""Values as they may be shown: what is secret by its place or its name is `Hidden`."""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress
from enum import Enum
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.model import Hidden
from emqx_gitops.review.secrets import sops
from emqx_gitops.review.secrets.names import is_secret_name, is_secret_variable
from emqx_gitops.review.secrets.text import is_reference, scrub

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which kubectl keeps the whole object, a Secret's values included."""

_SECRET_MAPS = frozenset({"data", "stringData"})


class Cover(Enum):
    """How all values of a mapping or list are secret."""

    TEXT = "text"
    BASE64 = "base64"


def redact(manifest: Manifest) -> Manifest:
    """Return *manifest* as it may be shown: each secret in it is a `Hidden`."""
    return {key: entry(manifest, key) for key in manifest}


def entry(mapping: Manifest, key: str, cover: Cover | None = None) -> Any:
    """
    Return the value of *key* in *mapping* as it may be shown.

    *cover* tells that all in *mapping* is secret: see `covers`.
    """
    value = mapping[key]
    if cover:
        return hidden(value, cover)
    if below := covers(mapping, key):
        return _all_hidden(value, below)
    if key == LAST_APPLIED:
        return hidden(value)
    if key == "value" and is_secret_variable(str(mapping.get("name") or "")):
        return value if isinstance(value, str) and is_reference(value) else hidden(value)
    return shown(value, key)


def covers(mapping: Manifest, key: str) -> Cover | None:
    """Tell how all below *key* of *mapping* is secret, as the values of a Secret are."""
    if key in _SECRET_MAPS and mapping.get("kind") == "Secret":
        return Cover.BASE64 if key == "data" else Cover.TEXT
    if key == "secretGenerator":
        return Cover.TEXT
    return Cover.BASE64 if key == "binaryData" else None


def items(values: list[Any], name: str, cover: Cover | None = None) -> list[Any]:
    """Return the items of the list *name* as they may be shown."""
    if cover:
        return [hidden(each, cover) for each in values]
    found: list[Any] = []
    flag = ""
    for each in values:
        # `--password`, `hunter2`: the flag is one argument, and its value the next.
        after_flag = flag.startswith("-") and "=" not in flag and is_secret_name(flag)
        follows = after_flag and isinstance(each, str) and not each.startswith("-")
        found.append(hidden(each) if follows else shown(each, name))
        flag = each if isinstance(each, str) else ""
    return found


def shown(value: Any, name: str) -> Any:
    """Return *value*, which is called *name*, as it may be shown."""
    if isinstance(value, dict):
        return {key: entry(value, key) for key in value}
    if isinstance(value, list):
        return items(value, name)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, name)
    return hidden(value) if is_secret_name(name) else value


def _text(value: str, name: str) -> Hidden | str | None:
    if sops.is_encrypted(value):
        return hidden(value)
    if not is_secret_name(name):
        return scrub(value)
    return value if not value or is_reference(value) else hidden(value)


def hidden(value: Any, cover: Cover = Cover.TEXT) -> Hidden | None:
    """Return what stands for *value*; None for none, which is no secret."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    content = text.encode(errors="replace")
    if sops.is_encrypted(text):
        return Hidden(sops.length(text))
    if cover is Cover.BASE64:
        with suppress(binascii.Error, ValueError):
            content = base64.b64decode(content, validate=True)
    return Hidden(len(content))


def _all_hidden(value: Any, cover: Cover) -> Any:
    if not isinstance(value, dict):
        return hidden(value, cover)
    return {key: hidden(each, cover) for key, each in value.items()}
