"""
From the bytes of a file that a person wrote to text that may be parsed as YAML.

Refuses what an editor, a merge or a transfer has spoilt, before a parser could misread it.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from emqx_gitops.manifests.faults import YamlError, place_at

MAX_BYTES = 1 << 20
"""Size of the largest file that is read."""

_OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_CONFLICT = re.compile(r"^(?:(?:<{7}|>{7}|\|{7})(?: .*)?|={7})\r?$", re.MULTILINE)
# libyaml compares every %TAG line with all before it: 80,000 of them fit into 1 MiB.
_TAG_LINE = re.compile(r"^%TAG\b", re.MULTILINE)
_FORBIDDEN_ASCII = re.compile(r"[^\t\n\r -~]")


@cache
def _forbidden() -> re.Pattern[str]:
    """
    Return what YAML forbids, and what its versions differ on.

    YAML 1.1 ends a line at U+0085, U+2028, U+2029. Python takes its time for so large a set, which
    texts in ASCII need not wait for.
    """
    return re.compile(
        r"[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    )


def decode(source: bytes) -> str:
    """Return the text of UTF-8 bytes, without a byte order mark; raise `YamlError` on others."""
    if source.startswith(_OTHER_MARKS) or b"\0\0" in (source[0:4:2], source[1:4:2]):
        raise YamlError("the file is UTF-16 or UTF-32", None, "save it as UTF-8")
    source = source.removeprefix(codecs.BOM_UTF8)
    try:
        return source.decode()
    except UnicodeDecodeError as error:
        whole = source[: error.start].decode()
        raise YamlError(
            f"the byte 0x{source[error.start]:02x} is no UTF-8",
            place_at(whole, len(whole)),
            "save the file as UTF-8",
        ) from None


def decode_written(source: bytes) -> str:
    """Return the text of *source*; raise `YamlError` where no parser should see it."""
    if len(source) > MAX_BYTES:
        raise YamlError(
            f"the file has {len(source):,} bytes, and more than {MAX_BYTES:,} are not read",
            None,
            "split it, or check that it is the right file",
        )
    text = decode(source)
    if found := (_FORBIDDEN_ASCII if text.isascii() else _forbidden()).search(text):
        raise YamlError(
            f"the character U+{ord(found[0]):04X} may not stand in YAML",
            place_at(text, found.start()),
            f'remove it; in double quotes it can be written as "\\u{ord(found[0]):04x}"',
        )
    if found := _CONFLICT.search(text):
        raise YamlError(
            f"a merge conflict: the line begins with {found[0][:7]}",
            place_at(text, found.start()),
            "resolve the conflict; in generated files take either side, then run synth",
        )
    if found := _TAG_LINE.search(text):
        raise YamlError(
            "a %TAG line: tags are not allowed", place_at(text, found.start()), "remove the line"
        )
    return text
