"""Values that stand where nobody expects them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

ODD: tuple[Any, ...] = (
    None,
    3,
    True,
    "odd",
    "$(",
    [],
    {},
    [3],
    ["odd"],
    [{}],
    {"odd": 3},
    {"name": []},
)


def places(value: Any, *, besides: frozenset[str] = frozenset()) -> Iterator[Path]:
    """Yield the path of every value below *value*, but not those of the keys *besides*."""
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        if key not in besides:
            yield (key,)
        if isinstance(child, dict | list):
            yield from ((key, *rest) for rest in places(child))


def changed(value: Any, path: Path, odd: object) -> Any:
    """Return *value* with what stands at *path* replaced."""
    if not path:
        return odd
    copied = copy.copy(value)
    copied[path[0]] = changed(value[path[0]], path[1:], odd)
    return copied
