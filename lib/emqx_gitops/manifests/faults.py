"""
What is wrong with a YAML text, where, and how to mend it.

Nothing here reads YAML: `reader` does, and turns what libyaml says into what a user can act on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import yaml

_INDENT_TAB = re.compile(r" *\t")
# As libyaml counts lines; the strict reader lets none of the last three through.
_LINE_END = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")


class Place(NamedTuple):
    """A position in a text; its first character is line 1, column 1."""

    line: int
    column: int


class YamlError(Exception):
    """A text that cannot be read; ``str()`` is the message alone."""

    def __init__(self, message: str, place: Place | None, fix: str) -> None:
        super().__init__(message, place, fix)
        self.message = message
        """What is wrong."""
        self.place = place
        """Where; None for the file as a whole."""
        self.fix = fix
        """How to mend it."""

    def __str__(self) -> str:
        return self.message


def place_at(text: str, offset: int) -> Place:
    """Return the place of the character at *offset*."""
    lines = _LINE_END.split(text[:offset])
    return Place(len(lines), len(lines[-1]) + 1)


def tag_error(tag: str, place: Place) -> YamlError:
    """Return the error for a value with a type written before it."""
    tag = tag.replace("tag:yaml.org,2002:", "!!")
    return YamlError(
        f"the tag {tag} is not allowed", place, "remove it; quote a text that begins with '!'"
    )


def explain(error: yaml.YAMLError, text: str) -> YamlError:
    """Say in a user's words what libyaml refused about *text*."""
    import yaml

    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return YamlError(f"not valid YAML: {error}", None, "save the file as plain UTF-8 text")
    found = Place(error.problem_mark.line + 1, error.problem_mark.column + 1)
    mark = error.context_mark or error.problem_mark
    begun = Place(mark.line + 1, mark.column + 1)
    line = [*_LINE_END.split(text), ""][found.line - 1]
    if tab := _INDENT_TAB.match(line):
        return YamlError(
            "a tab in the indentation", Place(found.line, tab.end()), "indent with spaces"
        )
    problem = error.problem or "it ends too soon"
    known = next((entry for entry in _EXPLANATIONS if entry.problem in problem), None)
    if known is None:
        return YamlError(f"not valid YAML: {problem}", found, "check indentation and quotes here")
    character = line[found.column - 1 : found.column]
    message = known.message.format(begun=begun.line, found=found.line, character=character)
    return YamlError(message, begun if known.at_begin else found, known.fix)


class _Explanation(NamedTuple):
    """What to say where libyaml's problem contains a phrase."""

    problem: str
    message: str
    fix: str
    at_begin: bool = False
    """Blame where the construct begins: libyaml often gives up many lines further on."""


_EXPLANATIONS = (
    _Explanation(
        "mapping values are not allowed",
        "a ':' where no key may stand",
        "indent the line like its neighbours, or quote the value if ': ' is part of it",
    ),
    _Explanation(
        "mapping keys are not allowed",
        "a '?' where no key may stand",
        "quote the value if it begins with '?'",
    ),
    _Explanation(
        "block sequence entries are not allowed",
        "a list item where none may stand",
        "put the list on the lines below its key",
    ),
    _Explanation(
        "did not find expected key",
        "this does not continue the mapping that begins on line {begun}",
        "indent it like the other keys there, or quote the value before it as a whole",
    ),
    _Explanation(
        "did not find expected '-' indicator",
        "this does not continue the list that begins on line {begun}",
        "begin each item with '- ' in the same column",
    ),
    _Explanation(
        "could not find expected ':'",
        "a key without ':'",
        "write 'key: value', with a space after the colon",
        at_begin=True,
    ),
    _Explanation(
        "found unexpected end of stream",
        "a quote opened here is never closed",
        "close the quote",
        at_begin=True,
    ),
    _Explanation(
        "found unexpected document indicator",
        "a quote opened here is not closed by line {found}",
        "close the quote",
        at_begin=True,
    ),
    _Explanation(
        "expected ',' or ']'",
        "the list opened here is not closed by line {found}",
        "put ',' between its items and ']' at its end",
        at_begin=True,
    ),
    _Explanation(
        "expected ',' or '}'",
        "the mapping opened here is not closed by line {found}",
        "put ',' between its keys and '}' at its end",
        at_begin=True,
    ),
    _Explanation(
        "cannot start any token", "a value cannot begin with {character}", "quote the value"
    ),
    _Explanation(
        "unknown escape character",
        "a backslash that begins no known escape",
        "use single quotes, or double the backslash",
    ),
    _Explanation(
        "expected alphabetic or numeric character",
        "'*' or '&' without a name after it",
        "quote the value",
        at_begin=True,
    ),
    _Explanation(
        "undefined tag handle",
        "a tag, which is not allowed",
        "remove it; quote a text that begins with '!'",
    ),
    _Explanation(
        "expected comment or line break",
        "text on the line of a '|' or '>'",
        "begin the text on the next line; quote a value that begins with '|' or '>'",
    ),
    _Explanation(
        "expected node content",
        "a value is missing here",
        "write the value, close an open bracket, or quote it if it is punctuation",
    ),
    _Explanation(
        "expected <document start>",
        "text after the end of the document",
        "keep one document in the file",
    ),
    _Explanation(
        "directive", "a line that begins with '%' and is no YAML directive", "remove the line"
    ),
    _Explanation("incompatible YAML document", "an unknown YAML version", "remove the %YAML line"),
)
