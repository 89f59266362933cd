"""
How EMQX 5 and later reads the value of a variable: as HOCON, and as plain text where that fails.

Only scalars: what the scanner (hocon_scanner.xrl) makes of one word, several, or a comment. Checked
against the real scanner and parser of hocon 0.42.2.
"""

from __future__ import annotations

import re

_SKIPPED = re.compile(r"[\t\n\v\f\r \xa0\u2028\u2029]+|(?:#|//)[^\n\r\u2028\u2029]*")
_WORD = re.compile(
    r"[A-Za-z][A-Za-z0-9_.@%|-]*|[0-9]+(?:%|kb|KB|mb|MB|gb|GB|ms|MS|[dDhHmMsS])", re.ASCII
)
_NUMBER = re.compile(r"[+-]?(?:[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+)", re.ASCII)
_RESERVED = frozenset({"true", "false", "null"})
_QUOTED = re.compile(r'\s*"((?:[^"\\\n\r]|\\.)*)"\s*', re.ASCII)


def read(value: str) -> str:
    """Return the text that EMQX goes on with: unquoted, joined, without comments, or as it was."""
    quoted = unquote(value)
    if quoted is not None:
        return quoted
    words = _scan(value)
    return value if words is None else "".join(words)


def unquote(value: str) -> str | None:
    """Return what stands between quotes, None if *value* is not one quoted string."""
    match = _QUOTED.fullmatch(value)
    return re.sub(r"\\(.)", r"\1", match[1]) if match else None


def quote(value: str) -> str:
    """Write *value* so that it is read as it stands."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_changed(value: str) -> bool:
    """
    Tell whether a text loses something unless it is quoted.

    Words lose the space between them, ``#`` and ``//`` cut off the rest, numbers lose leading zeros
    and signs, and a fraction, ``true`` or ``null`` is no text at all.
    """
    words = None if unquote(value) is not None else _scan(value)
    if not words:
        return False
    if words[0] in _RESERVED or "".join(words) != value.strip():
        return True
    return bool(_NUMBER.fullmatch(words[0])) and not re.fullmatch(r"-?[1-9][0-9]*|0", words[0])


def _scan(value: str) -> list[str] | None:
    """Split *value* into words, or one number; None where HOCON gives up and keeps it as it is."""
    found: list[str] = []
    position = 0
    while position < len(value):
        # A separator before the value is another one for it, and one behind a number is dropped.
        lone = len(found) == 1 and not _is_text(found[0])
        separators = ":=" if not found or lone else ""
        if skipped := _SKIPPED.match(value, position):
            position = skipped.end()
            continue
        if value[position] in separators:
            position += 1
            continue
        tokens = [m for m in (_WORD.match(value, position), _NUMBER.match(value, position)) if m]
        if not tokens:
            return None
        token = max(tokens, key=re.Match.end)
        found.append(token[0])
        position = token.end()
    # Texts that follow each other are joined; a number or a reserved word stands alone.
    if "include" in found or (len(found) > 1 and not all(map(_is_text, found))):
        return None
    return found or None


def _is_text(word: str) -> bool:
    return word not in _RESERVED and _WORD.fullmatch(word) is not None
