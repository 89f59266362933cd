"""The fast reader of what programs print."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.manifests import YamlError, read_stream


def test_documents_in_order_without_empty_ones() -> None:
    """Every document that holds something is returned, in order."""
    source = "---\n# nothing\n---\na: 1\n---\n\n---\nb: 2\n...\n---\n~\n"

    assert read_stream(source) == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("source", ["", b"", "# nothing\n", "---\n", b"\xef\xbb\xbf"])
def test_nothing_is_no_documents(source: str | bytes) -> None:
    """Text without documents gives none."""
    assert read_stream(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a: 2024-01-01", "2024-01-01"),
        ("a: =", "="),
        ("a: 12:30", "12:30"),
        ("a: y", "y"),
        ("a: off", "off"),
        ("a: 0644", 420),
        ("a: 1e3", 1000.0),
        ("a: True", True),
        ("a: '1'", "1"),
        ("a: !!str 1", "1"),
        ("a: !!int '1'", 1),
        ("a: ! 1", "1"),
        ("a: {8080: x, true: y, 1.5: z}", {"8080": "x", "true": "y", "1.5": "z"}),
        ("b: &b {x: 1}\na: {x: 2, <<: [*b, {z: 3}]}", {"x": 2, "z": 3}),
        ("b: &b '<<'\na: {*b : 1}", {"<<": 1}),
        ("b: &b on\na: [*b]", ["on"]),
        ("a: |\n  x\n\n", "x\n"),
    ],
)
def test_value_as_kubernetes_reads_it(source: str, expected: Any) -> None:
    """Values have the types that Kubernetes gives them; keys are text."""
    actual = read_stream(source)[0]["a"]

    assert (expected, type(expected)) == (actual, type(actual))


@pytest.mark.parametrize(
    ("source", "place", "message"),
    [
        ("a: 1\n---\n- b\n", (3, 1), "no mapping"),
        ("a: 1\n---\nb: [c\n", (3, 4), "not closed"),
        ("a: *b", (1, 4), "anchor"),
        ("a: &a [*a]", (1, 8), "anchor"),
        ("[a]: b", (1, 1), "key"),
        ("~: b", (1, 1), "key"),
        ("a: {<<: b}", (1, 5), "merges"),
        ("?\u20280", (2, 1), "without ':'"),
        ("a: \0", None, "not valid YAML"),
        ("a: \ud800", None, "half a character"),
        (b"a: \xff", (1, 4), "UTF-8"),
        (f"a: {'[' * 100_000}", None, "deep"),
        (f"a: {'[' * 20_000}{']' * 20_000}", None, "deep"),
    ],
)
def test_broken_text_is_one_error(
    source: str | bytes, place: tuple[int, int] | None, message: str
) -> None:
    """What cannot be read is a YamlError, never another exception."""
    with pytest.raises(YamlError, match=message) as caught:
        read_stream(source)

    assert caught.value.place == place
