"""The strict reader: what it says about good files, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.manifests import YamlError, read_document

REFUSED: dict[str, tuple[str | bytes, tuple[int, int] | None, str, str]] = {
    # name: source, line and column, part of the message, part of the fix
    "empty": ("", (1, 1), "empty", "write the document"),
    "only-comments": ("# nothing\n\n", (1, 1), "empty", "write the document"),
    "only-a-marker": ("---\n", (1, 1), "empty", "write the document"),
    "list-at-top": ("# x\n- a\n", (2, 1), "no mapping", "key: value"),
    "word-at-top": ("emqx\n", (1, 1), "no mapping", "key: value"),
    "two-documents": ("a: 1\n---\nb: 2\n", (2, 1), "more than one document", "'---'"),
    "empty-second-document": ("a: 1\n---\n", (2, 1), "more than one document", "'---'"),
    "text-after-end": ("a: 1\n...\nb: 2\n", (3, 1), "after the end", "one document"),
    "tab": ("a:\n\tb: 1\n", (2, 1), "a tab", "spaces"),
    "tab-after-spaces": ("a:\n  b: 1\n  \tc: 2\n", (3, 3), "a tab", "spaces"),
    "tab-in-block": ("a: |\n\tb\n", (2, 1), "a tab", "spaces"),
    "conflict": ("a: 1\n<<<<<<< ours\nb: 2\n=======\n", (2, 1), "<<<<<<<", "synth"),
    "conflict-middle": ("a: 1\r\n=======\r\nb: 2\n", (2, 1), "=======", "synth"),
    "conflict-end": ("a: 1\n>>>>>>> theirs\n", (2, 1), ">>>>>>>", "synth"),
    "latin-1": (b"a: 1\nb: \xc3\xa9\xe9\n", (2, 5), "byte 0xe9", "UTF-8"),
    "latin-1-after-mark": (b"\xef\xbb\xbfa: \xe9\n", (1, 4), "byte 0xe9", "UTF-8"),
    "utf-16": ("a: 1\n".encode("utf-16"), None, "UTF-16", "UTF-8"),
    "utf-16-without-mark": ("a: 1\n".encode("utf-16-be"), None, "UTF-16", "UTF-8"),
    "utf-32": ("a: 1\n".encode("utf-32"), None, "UTF-32", "UTF-8"),
    "nul": ("a: 1\nb: x\0y\n", (2, 5), "U+0000", "remove"),
    "control": ("a: \x1b[0m\n", (1, 4), "U+001B", "remove"),
    "mark-inside": ("a: 1\n\ufeffb: 2\n", (2, 1), "U+FEFF", "remove"),
    "line-separator": ("a: x\u2028b: y\n", (1, 5), "U+2028", "remove"),
    "repeated-key": ("a: 1\nb: 2\n'a': 3\n", (3, 1), "line 1 and on line 3", "keep one"),
    "repeated-key-inside": ("a:\n  - b: 1\n    b: 2\n", (3, 5), "line 2 and on line 3", "keep one"),
    "repeated-merge": ("a: &a {}\nb: {<<: *a, <<: *a}\n", (2, 13), "stands twice", "keep one"),
    "number-as-key": ("a:\n  1883: x\n", (2, 3), "1883", '"1883" in quotes'),
    "truth-as-key": ("true: x\n", (1, 1), "true", '"true" in quotes'),
    "null-as-key": ("~: x\n", (1, 1), "~", '"~" in quotes'),
    "switch-as-key": ("on: x\n", (1, 1), "on", '"on" in quotes'),
    "octal-as-key": ("0123: x\n", (1, 1), "0123", '"0123" in quotes'),
    "list-as-key": ("? [a]\n: b\n", (1, 3), "a key must stand", "quote"),
    "template": ("a: {{ value }}\n", (1, 5), "a key must stand", "quote"),
    "empty-key": ("a:\n  ? \n  : b\n", (2, 4), "empty key", "':'"),
    "switch": ("a: on\n", (1, 4), "on without quotes", '"on" in quotes for the word, or true'),
    "switch-off": ("a: [No]\n", (1, 5), "No without quotes", '"No" in quotes for the word, or fal'),
    "octal": ("mode: 0644\n", (1, 7), "0644", '"0644" in quotes for the text, or 420'),
    "leading-zero": ("id: 08\n", (1, 5), "08", '"08" in quotes for the text, or 8'),
    "exponent": ("tag: 12e3\n", (1, 6), "12e3", '"12e3" in quotes for the text, or 12000'),
    "underscore": ("a: 1_000\n", (1, 4), "1_000", "or 1000"),
    "infinity": ("a: -.inf\n", (1, 4), "no number", "quotes"),
    "not-a-number": ("a: .NaN\n", (1, 4), "no number", "quotes"),
    "endless-number": (f"a: {'9' * 5000}\n", (1, 4), "5,000", "quotes"),
    "python-tag": ("a: !!python/object/apply:os.system [x]\n", (1, 4), "!!python", "remove"),
    "own-tag": ("a:\n  - !secret x\n", (2, 5), "!secret", "remove"),
    "undefined-tag": ("a: !x!y z\n", (1, 4), "tag", "remove"),
    "typed": ("a: !!int 5\n", (1, 4), "!!int", "remove"),
    "tag-line": ("%TAG ! x\n---\na: 1\n", (1, 1), "%TAG", "remove"),
    "directive": ("%FOO x\n---\na: 1\n", (1, 5), "'%'", "remove"),
    "unknown-alias": ("a: *b\n", (1, 4), "*b", "&b"),
    "glob": ("a: *.example.com\n", (1, 4), "'*'", "quote"),
    "alias-in-itself": ("a: &a [1, *a]\n", (1, 11), "itself", "write the value out"),
    "merge-of-word": ("a: {<<: b}\n", (1, 9), "'<<'", "mappings"),
    "open-quote": ("a: 'x\nb: 2\n", (1, 4), "never closed", "close the quote"),
    "open-list": ("a: [1, 2\nb: 3\n", (1, 4), "not closed by line 2", "']'"),
    "open-mapping": ("a: {b: 1\n", (1, 4), "not closed by line 2", "'}'"),
    "wrong-indent": ("a:\n  b: 1\n c: 2\n", (3, 2), "the mapping that begins on line 1", "indent"),
    "deeper-indent": ("a: 1\n  b: 2\n", (2, 4), "no key may stand", "indent"),
    "colon-in-value": ("a: b: c\n", (1, 5), "no key may stand", "quote"),
    "no-colon": ("a: 1\nb\nc: 3\n", (2, 1), "without ':'", "key: value"),
    "no-dash": ("a:\n  - b\n  c: d\n", (3, 3), "the list that begins on line 2", "'- '"),
    "list-on-line-of-key": ("a: - b\n", (1, 4), "list item", "below"),
    "text-after-quote": ("a: 'it's'\n", (1, 8), "line 1", "quote"),
    "reserved": ("a: @b\n", (1, 4), "begin with @", "quote"),
    "backslash": ('a: "C:\\q"\n', (1, 7), "backslash", "single quotes"),
    "text-after-bar": ("a: |b\n", (1, 5), "'|'", "next line"),
    "stray-bracket": ("a: ]\n", (1, 4), "missing", "quote"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_spoilt_file_is_refused(name: str) -> None:
    """Each kind of bad input is told with its place and how to mend it."""
    source, place, message, fix = REFUSED[name]

    with pytest.raises(YamlError) as caught:
        read_document(source if isinstance(source, bytes) else source.encode())

    assert caught.value.place == place
    assert message in str(caught.value)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a: 5.8.9", "5.8.9"),
        ("a: 12:30", "12:30"),
        ("a: 1:30", "1:30"),
        ("a: 2024-01-01", "2024-01-01"),
        ("a: 2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("a: =", "="),
        ("a: 'on'", "on"),
        ('a: "0123"', "0123"),
        ("a: !!str 5", "5"),
        ("a: 5", 5),
        ("a: 0x1F", 31),
        ("a: 123456789012345678901234567890", 123456789012345678901234567890),
        ("a: 1.5", 1.5),
        ("a: True", True),
        ("a: ~", None),
        ("a:", None),
        ("a: |\n  x\n  \ty\n", "x\n\ty\n"),
        ("a: x\ty", "x\ty"),
        ("a: é 😀", "é 😀"),
        ("\ufeffa: 1", 1),
        ("%YAML 1.2\n---\na: 1\n...\n", 1),
        ("a: 1\r\nb: 2\r\n", 1),
        ("b: &b [x]\na: *b", ["x"]),
        ("b: &b {x: 1, z: 2}\na: {<<: *b, x: 3}", {"x": 3, "z": 2}),
        ("b: &b {x: 1}\nc: &c {x: 2, z: 3}\na: {<<: [*b, *c]}", {"x": 1, "z": 3}),
        ("a: {'<<': 1}", {"<<": 1}),
    ],
)
def test_unambiguous_value_is_read(source: str, expected: Any) -> None:
    """A value that all readers agree on is read, with its type."""
    actual = read_document(source.encode()).data["a"]

    assert (expected, type(expected)) == (actual, type(actual))


def test_places_of_values_and_keys() -> None:
    """Every value and every key is found again by its path."""
    document = read_document("é: {b: [x,\n  1]}\nc:\n  d: |\n    text\n".encode())

    assert document.places == {
        (): (1, 1),
        ("é",): (1, 4),
        ("é", "b"): (1, 8),
        ("é", "b", 0): (1, 9),
        ("é", "b", 1): (2, 3),
        ("c",): (4, 3),
        ("c", "d"): (4, 6),
    }
    assert document.keys == {("é",): (1, 1), ("é", "b"): (1, 5), ("c",): (3, 1), ("c", "d"): (4, 3)}


def test_places_of_what_an_alias_repeats() -> None:
    """An alias stands where it is written, what it repeats where that is written."""
    document = read_document(b"a: &a {x: 1}\nb: *a\nc:\n  <<: *a\n")

    assert document.places["b",] == (2, 4)
    assert document.places["b", "x"] == document.places["c", "x"] == (1, 11)
    assert document.keys["c", "x"] == (1, 8)


def test_aliases_give_separate_values() -> None:
    """Changing one value never changes what another alias gave."""
    data = read_document(b"a: &a [1]\nb: *a\n").data
    data["a"].append(2)

    assert data["b"] == [1]
