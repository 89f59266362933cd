"""Read manifests that anybody may have written: what is not there, or is not as it should be."""

from __future__ import annotations

from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.model import Change, Field, Item, Path


def at(value: Any, *steps: str) -> Any:
    """Return what stands below *steps* in *value*; None where anything on the way is missing."""
    for step in steps:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def mapping(value: Any, *steps: str) -> Manifest:
    """Return the mapping below *steps*; an empty one where there is none."""
    found = at(value, *steps)
    return found if isinstance(found, dict) else {}


def made(parent: Manifest, key: str) -> Manifest:
    """Return the mapping at *key*, put there where there is none; of another type, a spare one."""
    found = parent.setdefault(key, {})
    return found if isinstance(found, dict) else {}


def mappings(value: Any, *steps: str) -> list[Manifest]:
    """Return the mappings of the list below *steps*."""
    found = at(value, *steps)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def texts(value: Any, *steps: str) -> list[str]:
    """Return the strings of the list below *steps*."""
    found = at(value, *steps)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def number(value: Any, *steps: str, default: int = 0) -> int:
    """Return the whole number below *steps*, else *default*."""
    found = at(value, *steps)
    return found if isinstance(found, int) and not isinstance(found, bool) else default


def guard(manifest: Manifest, key: str) -> str:
    """Return the annotation or label *key*: controllers look for their words in both."""
    metadata = mapping(manifest, "metadata")
    for marks in (mapping(metadata, "annotations"), mapping(metadata, "labels")):
        if key in marks:
            return str(marks[key])
    return ""


def fields_below(change: Change, *steps: str) -> tuple[Field, ...]:
    """Return the changed fields at or below *steps*."""
    return tuple(each for each in change.fields if each.path[: len(steps)] == steps)


def path_of(change: Change, *steps: str) -> Path:
    """Return the longest path that all changed fields below *steps* share."""
    paths = [each.path for each in fields_below(change, *steps)]
    if not paths:
        return steps
    shortest = min(paths, key=len)
    for place, step in enumerate(shortest):
        if any(path[place] != step for path in paths):
            return shortest[:place]
    return shortest


def plural(count: int, noun: str) -> str:
    """Return *count* and *noun*: ``1 pod``, ``3 pods``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(names: list[str], most: int = 4) -> str:
    """Return *names* for a sentence, the rest counted: ``a, b and 3 more``."""
    if len(names) <= most:
        return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + "".join(names[-1:])
    return ", ".join(names[: most - 1]) + f" and {len(names) - most + 1} more"


def item(**keys: str | int) -> Item:
    """Return a step into a keyed list."""
    return Item(tuple(keys.items()))
