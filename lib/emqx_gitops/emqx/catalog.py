"""
What settings each line knows: ``settings.tsv``, read once per line and process, and looked up.

Written by ``scripts/emqx_settings.py``. A key in it is a pattern: ``*`` stands for a name that
users choose (a listener, a zone, a log handler), ``#`` for an index of an array.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from emqx_gitops.emqx.versions import Line

PREFIX = "EMQX_"

Path = tuple[str, ...]
"""A key without its prefix, in lower case, split as EMQX splits it."""


class Setting(NamedTuple):
    """What a line knows about one setting."""

    key: str
    shape: str
    """What values fit: see `emqx_gitops.emqx.values`."""
    default: str
    """EMQX's own default where it is a plain value, else empty."""
    flags: frozenset[str]
    alias: bool = False
    """Whether it was found under an older name than `key`."""

    @property
    def is_environment(self) -> bool:
        """Whether only the start script reads it, as a variable; it has no configuration path."""
        return "environment" in self.flags


class Catalog(NamedTuple):
    """The settings of one line, indexed."""

    line: Line
    by_path: Mapping[Path, Setting]
    """By the path of each key, wildcards left in it."""
    masks: Mapping[tuple[str, int], Collection[Path]]
    """Where the wildcards may be in keys of a root and length; empty parts are none."""
    inner: frozenset[Path]
    """The patterns of what has settings below it but is none itself."""
    roots: frozenset[str]

    def settings(self) -> Iterator[Setting]:
        """Walk over all settings, older names left out."""
        return (setting for setting in self.by_path.values() if not setting.alias)


def path_of(line: Line, key: str) -> Path:
    """
    Split a key as EMQX does, empty where it is none of EMQX's.

    5.x drops empty parts (hocon_tconf.erl env_name_to_path), 4.4 keeps them and so finds nothing.
    """
    if not key.startswith(PREFIX):
        return ()
    parts = key.removeprefix(PREFIX).lower().split("__")
    return tuple(parts) if line.is_v4 else tuple(part for part in parts if part)


def key_of(path: Path) -> str:
    """Join a path to the key that stands for it."""
    return PREFIX + "__".join(path).upper()


@cache
def catalog(line: Line) -> Catalog:
    """Read the settings of *line*."""
    by_path = dict(_read(line))
    masks: dict[tuple[str, int], dict[Path, None]] = {}
    inner: set[Path] = set()
    for path, setting in by_path.items():
        if "*" in path or "#" in path:
            mask = tuple(part if part in _WILDCARDS else "" for part in path)
            masks.setdefault((path[0], len(path)), {})[mask] = None
        # Nothing stands above a variable of the start script, nor above a 4.4 mapping.
        if not (line.is_v4 or setting.is_environment):
            inner.update(path[:depth] for depth in range(1, len(path)))
    roots = frozenset(path[0] for path, s in by_path.items() if not s.is_environment)
    return Catalog(line, by_path, masks, frozenset(inner), roots)


_WILDCARDS = frozenset({"*", "#"})


def _read(line: Line) -> Iterator[tuple[Path, Setting]]:
    from importlib.resources import files

    text = files(__package__).joinpath("settings.tsv").read_text(encoding="utf-8")
    for row in text.splitlines()[1:]:
        known, _, lines = row.rpartition("\t")
        if line.settings_column not in lines.split(","):
            continue
        key, shape, default, flags = known.split("\t")
        found = frozenset(flags.split(",")) if flags else frozenset()
        setting = Setting(key, shape, default, found)
        path = path_of(line, key)
        yield path, setting
        for flag in found:
            if flag.startswith("aliases="):
                for name in flag.removeprefix("aliases=").split("/"):
                    yield (*path[:-1], name), setting._replace(alias=True)


# Older names of inner nodes, which the list cannot show (`aliases` in emqx_conf_schema.erl).
_RENAMED: tuple[tuple[Path, Path], ...] = (
    (("cluster", "etcd", "ssl"), ("cluster", "etcd", "ssl_options")),
    (("log", "console_handler"), ("log", "console")),
    (("log", "file_handlers"), ("log", "file")),
)

_ZONED = frozenset(
    {
        "conn_congestion",
        "durable_sessions",
        "flapping_detect",
        "force_gc",
        "force_shutdown",
        "mqtt",
        "overload_protection",
        "stats",
    }
)
"""Roots that ``zones.<name>`` repeats (emqx_zone_schema.erl, the same on all lines)."""


def canonical(line: Line, path: Path) -> tuple[Path, bool]:
    """Lead *path* to what the list calls it, and tell whether it was an older name."""
    if line.is_v4:
        return path, False
    match path:
        case ("zones", _, root, _, *_) if root in _ZONED:
            return path[2:], False
        case _:
            pass
    for old, new in _RENAMED:
        if path[: len(old)] == old:
            return new + path[len(old) :], True
    return path, False


def find(line: Line, path: Path) -> Setting | None:
    """Find the setting that *path* sets, or the one that takes anything below it."""
    path, renamed = canonical(line, path)
    setting = _leaf(line, path) or _above(line, path)
    return setting._replace(alias=True) if setting and renamed else setting


def is_inner(line: Line, path: Path) -> bool:
    """Tell whether *path* is an object whose fields are settings; 4.4 has none such."""
    path, _ = canonical(line, path)
    return any(matches(pattern, path) for pattern in catalog(line).inner)


def instance(line: Line, key: str, path: Path) -> str:
    """Fill the wildcards of *key* with the names in their place in *path*, else with usual ones."""
    usual = "external" if line.is_v4 else "default"
    parts = []
    for depth, part in enumerate(key.removeprefix(PREFIX).split("__")):
        own = path[depth] if depth < len(path) else ""
        if part == "*":
            parts.append(own or usual)
        elif part == "#":
            parts.append(own if is_index(own) else "1")
        else:
            parts.append(part)
    return PREFIX + "__".join(parts).upper()


def _leaf(line: Line, path: Path) -> Setting | None:
    known = catalog(line)
    if setting := known.by_path.get(path):
        return setting
    for mask in known.masks.get((path[0], len(path)), ()) if path else ():
        masked = tuple(sign or part for sign, part in zip(mask, path, strict=True))
        setting = known.by_path.get(masked)
        if setting and matches(masked, path):
            return setting
    return None


def _above(line: Line, path: Path) -> Setting | None:
    for depth in range(len(path) - 1, 0, -1):
        setting = _leaf(line, path[:depth])
        if setting and setting.shape == "open":
            return setting
        if setting and setting.shape == "array" and is_index(path[depth]):
            return setting
    return None


def is_index(part: str) -> bool:
    """Tell whether *part* is an index that EMQX takes: it counts from 1 and stops at others."""
    return part.isascii() and part.isdecimal() and part.strip("0") != ""


def matches(pattern: Path, path: Path) -> bool:
    """Tell whether *path* is what *pattern* stands for, wildcards included."""
    return len(pattern) == len(path) and all(
        want in (part, "*") or (want == "#" and is_index(part))
        for want, part in zip(pattern, path, strict=True)
    )
