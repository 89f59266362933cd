"""What the writer writes, every reader reads back: ours, PyYAML's, and Kustomize."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.manifests import read_document, read_stream, to_yaml

WORDS = r"""
y N yes off true False null ~ = << .inf -.INF .nan 2024-01-01 2024-01-01T00:00:00Z 12:30 1:30.5
0 -0 +1 1_000 0123 08 0o17 0x1F 0b1 1e3 12e3 .5 5. +.5 1.2.3 190:20:30 1,000 0x1p-2 0_x7 -_1 1883
- -- --- ... ? : # & * ! | > % @ ` ' " [ ] { } , \ -a --a -1 ?a :a a: a:b #a a#b !a &a *a |a {} []
{a} [a] it's "q" {{x}} $(POD) ${X} C:\x \n é 日本語 😀 10.0.0.1 emqx/emqx:5.8.9
"""
SPACED = [
    *("", " ", "  ", " a", "a ", "a: b", "a :b", "a #b", "a  b", "- a", "? a", "{{ x }}", "a, b"),
    *(
        "\t",
        "a\tb",
        "a\t",
        "\n",
        "\n\n",
        "a\n",
        "a\n\n",
        "a\n\n\n",
        "\na",
        "a\nb",
        "a\n b\n",
        " a\nb",
    ),
    *(
        "a\nb ",
        "a \nb",
        "a\n \nb",
        "a\n\tb",
        "a\n  ",
        "a\r\nb",
        "\r",
        "# a\nb",
        "- a\n- b\n",
        "a: b\nc",
    ),
    *(
        "---\na\n",
        "a\n---\n",
        "a\n...\nb",
        "|\n",
        "true\n",
        "\0",
        "\x07",
        "\xa0",
        "\u200b",
        "\u2028",
    ),
    *(
        "\u202ea",
        "\ufeffa",
        "\U000e0001",
        "2024-01-01 00:00:00",
        "x" * 200,
        "x y " * 100,
        "x" * 1100,
    ),
]
NASTY = list(
    dict.fromkeys(
        (*WORDS.split(), *SPACED, *(f"{a}{b}" for a in WORDS.split() for b in (" b", "\nb", ":")))
    )
)
# Kustomize turns objects into JSON and back on its own, and then refuses these, or changes U+0085.
LOST_BY_KUSTOMIZE = re.compile(r"[\x7f-\x9f\ufffe\uffff]|\A\t.*\n", re.DOTALL)

TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(" \t\n\r-?:,[]{}#&*!|>'\"%@`\\=~<.+0189_xoeE:yYnN"),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXTS, values, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), TEXTS)
def test_every_reader_reads_the_same(value: dict[str, Any], header: str) -> None:
    """Same values, same types, same order: for both readers of PyYAML's, and both of ours."""
    text = to_yaml(value, header=header)

    for actual in (
        yaml.safe_load(text),
        yaml.load(text, yaml.CSafeLoader),
        *read_stream(text),
        read_document(text.encode()).data,
    ):
        assert repr(value) == repr(actual)


def test_every_nasty_string_is_read_back() -> None:
    """As value, item and key, on one line and on many."""
    value = {"values": NASTY, "lists": [[[text], {"a": text}] for text in NASTY]}
    keys = {text: {text: number} for number, text in enumerate(NASTY)}

    text = to_yaml(value | keys)

    for actual in (yaml.safe_load(text), *read_stream(text), read_document(text.encode()).data):
        assert value | keys == actual


@given(st.lists(st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=2), max_size=3))
def test_documents_may_be_joined(values: list[dict[str, str]]) -> None:
    """Texts with `---` lines between them are the documents they were, whatever their last line."""
    joined = "---\n".join(map(to_yaml, values))

    assert repr(values) == repr(read_stream(joined))


@pytest.mark.parametrize("index", [0, 1], ids=["pinned", "oldest"])
def test_every_string_survives_kustomize(
    index: int, engines: tuple[Engine, Engine], tmp_path: Path
) -> None:
    """Values and keys come out of a real build as they went in."""
    texts = [text for text in NASTY if not LOST_BY_KUSTOMIZE.search(text)]
    values = {f"k{number}": text for number, text in enumerate(texts)}
    # Kustomize merges a key `<<`, quoted or not, and cannot write keys above 1024 characters.
    keys = {
        text: str(number) for number, text in enumerate(texts) if text != "<<" and len(text) < 999
    }
    head = {"apiVersion": "v1", "kind": "ConfigMap"}
    wanted = [
        head | {"metadata": {"name": "values", "annotations": values}, "data": values},
        head | {"metadata": {"name": "keys"}, "data": keys},
    ]
    (tmp_path / "maps.yaml").write_bytes("---\n".join(map(to_yaml, wanted)).encode())
    (tmp_path / "kustomization.yaml").write_text(to_yaml({"resources": ["maps.yaml"]}))

    built = subprocess.run(engines[index].argv(tmp_path), capture_output=True, check=True)

    assert sorted(read_stream(built.stdout), key=str) == sorted(wanted, key=str)
