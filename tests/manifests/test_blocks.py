"""The reader that looks blocks up by their text."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emqx_gitops.manifests import (
    BlockReader,
    Manifest,
    ResourceId,
    YamlError,
    glance,
    read_stream,
    to_yaml,
)

_TEXTS = st.one_of(
    st.text(alphabet="ab1.-:# {}[]'\"|>&*!%@\\\n\t~=,?0xé\u2028", max_size=12),
    st.sampled_from(
        ["true", "no", "1e3", "0644", "a: b", "a #b", "|", "x\ny\n", "x\n\n", " x\n y"]
    ),
)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        _TEXTS,
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_TEXTS, inner, max_size=4)
    ),
    max_leaves=16,
)
_MANIFESTS = st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=5)

_LINES = st.tuples(
    st.integers(0, 3).map(lambda depth: "  " * depth),
    st.sampled_from(["", "", "- ", "-  ", "- - ", "-"]),
    st.sampled_from(
        ["", "a: ", "b: ", "a:", "c-d.e/f: ", '"q": ', "'q': ", "8080: ", "? ", "<<: "]
    ),
    st.sampled_from(
        [
            *("", "x", "x y", "1", "0o17", "~", "'it''s'", '"a\\nb"', '"a', "'a", "x # c", "# c"),
            *("|", "|-", "|+", ">", "|2", "{}", "[]", "[a, 'b']", "{a: 1}", "{a: [}", "&a x", "*a"),
            *(
                "!!str 1",
                "x: y",
                "x:",
                "- x",
                "-x",
                "--x",
                ":x",
                "?x",
                "@x",
                "---",
                "...",
                "%a",
                "\t",
            ),
        ]
    ),
    st.sampled_from(["", "", " "]),
).map("".join)
_DOCUMENTS = st.lists(_LINES, min_size=1, max_size=8).map(lambda lines: "\n".join(lines) + "\n")


def _read(reader: Any, text: str) -> str:
    try:
        return repr(reader(text))
    except YamlError as error:
        return f"{error} at {error.place}"


@settings(deadline=None)
@given(_DOCUMENTS, _DOCUMENTS)
@example("a: |\n  x\n# c\nb: 1\n", "a: |\n\n  x\n\n\nb: |+\n  x\n\n")
@example("a:\n- b\n- c:\n  - d\n", "a:\n  # c\n  - b: |\n      x\n    c: 1\n")
def test_no_other_value_than_the_plain_reader(first: str, second: str) -> None:
    """Whatever the text, it is read as `read_stream` reads it, blocks known from others or not."""
    reader = BlockReader()

    for text in (first, second, first):
        assert _read(reader.read, text) == _read(read_stream, text)


@settings(deadline=None)
@given(_MANIFESTS, _MANIFESTS)
def test_reads_what_programs_print(first: Manifest, second: Manifest) -> None:
    """What our writer and PyYAML print is read back as `read_stream` reads it."""
    reader = BlockReader()
    texts = [
        *(yaml.safe_dump(each, default_flow_style=None, width=20) for each in (first, second)),
        *(yaml.safe_dump(each, default_flow_style=False) for each in (first, second)),
        *(to_yaml(each) for each in (first, second)),
    ]

    for text in texts:
        assert _read(reader.read, text) == _read(read_stream, text)


@pytest.mark.parametrize("text", ["a: 1\n", "a:\n  b: |\n    x\n  c: [x, y]\n", "a: {}\n"])
def test_equal_parts_are_one_object(text: str) -> None:
    """A part that two documents have in common is read once."""
    reader = BlockReader()
    first, second = (reader.read(f"{name}: 1\nboth:\n  {text}")[0] for name in ("x", "y"))

    assert first["both"] is second["both"]


@given(_MANIFESTS, st.sampled_from(["ours", "PyYAML"]))
@settings(deadline=None)
@example({"apiVersion": "v1", "kind": "A", "metadata": {"name": "true", "namespace": "a"}}, "ours")
@example({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a", "namespace": "null"}}, "ours")
@example(
    {"apiVersion": "a/v1", "kind": "A", "metadata": {"labels": {"name": "b"}, "name": "a"}}, "ours"
)
def test_a_glance_is_never_wrong(manifest: Manifest, writer: str) -> None:
    """The identity that is found without reading is the one that reading finds."""
    text = (
        to_yaml(manifest)
        if writer == "ours"
        else yaml.safe_dump(manifest, default_flow_style=False)
    )

    found = glance(text)

    assert found is None or found == ResourceId.of(read_stream(text)[0])
