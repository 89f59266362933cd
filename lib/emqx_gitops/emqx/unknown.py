"""Says what a key may have meant that its line of EMQX does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emqx_gitops.emqx.catalog import (
    PREFIX,
    Path,
    catalog,
    find,
    instance,
    is_inner,
    key_of,
    path_of,
)
from emqx_gitops.emqx.problems import Kind, Problem, refuse, warn
from emqx_gitops.emqx.roots import complete_roots, is_listed, is_root
from emqx_gitops.emqx.slips import nearest
from emqx_gitops.emqx.translations import translate
from emqx_gitops.emqx.versions import Edition, Line

_SIMILAR = 0.75
"""How alike two keys are, by difflib's measure, for one to have meant the other."""


def not_a_setting(line: Line, key: str) -> Problem:
    """Judge a name that EMQX does not look at: it lacks the prefix, or is no variable's name."""
    bare = re.sub(r"[^A-Z0-9]+", "_", key.upper().replace(".", "__")).strip("_")
    path = path_of(line, key.upper().replace(".", "__").replace("-", "_"))
    meant = nearest_key(line, path or (bare.lower(),), exactly=True)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key, re.ASCII):
        return refuse(Kind.NOT_A_SETTING, f"{key!r:.80} is not the name of a variable", meant)
    message = f"{key:.80} is not read by EMQX: its variables begin with {PREFIX}, in capitals"
    return (refuse if meant else warn)(Kind.NOT_A_SETTING, message, meant)


def unknown(line: Line, edition: Edition, key: str, path: Path) -> Problem:
    """
    Judge a key that *line* does not know.

    Refused where EMQX ignores it for certain: under roots whose settings are all known, and under
    roots that do not exist where another line or spelling shows what was meant.
    """
    root = path[0]
    covered = root in complete_roots(line, edition)
    judge = refuse if covered else warn
    if first := _counted_from_one(line, path):
        message = f"EMQX {line} stops at {key:.120}: the elements of a list count from 1"
        return refuse(Kind.UNKNOWN_KEY, message, first)
    others = tuple(_lines_with(line, key, path))
    if others:
        message = f"{key} is a setting of EMQX {_named(others)}; EMQX {line} ignores it"
        certain = covered or not is_root(line, root)
        return (refuse if certain else warn)(Kind.OTHER_LINE, message, translate(line, path))
    if covered or is_listed(line, root):
        message = f"EMQX {line} has no setting {key:.120} that we know of"
        if covered:
            message = f"EMQX {line} has no setting {key:.120} and ignores it"
        return judge(Kind.UNKNOWN_KEY, message, nearest_key(line, path))
    if is_root(line, root):
        return warn(Kind.UNCHECKED, f"settings under {PREFIX}{root.upper()} are not checked")
    message = f"EMQX {line} has no settings under {PREFIX}{root.upper():.80}"
    certainly = nearest_key(line, path, exactly=True)
    if certainly:
        return refuse(Kind.UNKNOWN_ROOT, f"{message} and ignores {key:.120}", certainly)
    return warn(Kind.UNKNOWN_ROOT, message, nearest_key(line, path))


def nearest_key(line: Line, path: Path, *, exactly: bool = False) -> str:
    """
    Name the key of *line* that *path* may have meant, empty if none is near.

    *exactly*: only a key that differs in underscores alone, on this line or by its name on another.
    """
    squeezed = _squeeze("".join(path))
    candidates = list(_candidates(line, path))
    for candidate in candidates:
        if _squeeze(candidate.removeprefix(PREFIX)) == squeezed:
            return candidate
    for other in Line:
        if other.is_v4 != line.is_v4:
            for candidate in _candidates(other, path):
                if _squeeze(candidate.removeprefix(PREFIX)) == squeezed:
                    return translate(line, path_of(other, candidate)) or _similar(line, path)
    return "" if exactly else _similar(line, path)


def _similar(line: Line, path: Path) -> str:
    key = PREFIX + "__".join(path).upper()
    candidates = list(_candidates(line, path))
    longer = [c for c in candidates if c.startswith(f"{key}_") and "__" not in c[len(key) :]]
    return longer[0] if len(longer) == 1 else nearest(key, candidates, _SIMILAR)


def _candidates(line: Line, path: Path) -> Iterator[str]:
    """Yield the keys of *line*, the user's own names filled in where a key has room for them."""
    for setting in catalog(line).settings():
        if setting.shape != "open" or "*" not in setting.key:
            yield instance(line, setting.key, path)


def _counted_from_one(line: Line, path: Path) -> str:
    """Name the first element where *path* names one before it, empty where it does not."""
    first = tuple("1" if re.fullmatch("0+", part) else part for part in path)
    return key_of(first) if first != path and find(line, first) else ""


def _named(lines: tuple[Line, ...]) -> str:
    """Name *lines* in words: all that follow are "and later"."""
    every = tuple(Line)
    start = every.index(lines[0])
    if len(lines) > 1 and lines == every[start:]:
        return f"{lines[0]} and later"
    return " and ".join(filter(None, (", ".join(lines[:-1]), lines[-1])))


def _squeeze(text: str) -> str:
    return text.replace("_", "").lower()


def _lines_with(line: Line, key: str, path: Path) -> Iterator[Line]:
    for other in Line:
        setting = find(other, path)
        # A variable of the start script has one spelling, and none of a setting's leniency.
        known = (not setting.is_environment or setting.key == key) if setting else False
        if other is not line and (known or is_inner(other, path)):
            yield other
