"""Files made to exhaust a reader: refused at once, whatever they are built of."""

from __future__ import annotations

import contextlib
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emqx_gitops.manifests import YamlError, read_document, read_stream
from emqx_gitops.manifests.nodes import MAX_DEPTH, MAX_NODES
from emqx_gitops.manifests.source import MAX_BYTES

TAGS = "".join(f"%TAG !{i}! x\n" for i in range(50_000))


def _levels(first: str, later: str, count: int) -> str:
    """Anchors that each name the one before."""
    return f"a0: &a0 {first}\n" + "".join(
        f"a{i}: &a{i} {later.replace('*', f'*a{i - 1}')}\n" for i in range(1, count)
    )


BOMBS = {
    "brackets": ("a: " + "[" * 1_000_000, "deep"),
    "braces": ("a: " + "{" * 1_000_000, "deep"),
    "dashes": ("a:\n" + "- " * 500_000, "deep"),
    "question-marks": ("? " * 500_000, "deep"),
    "nested-pairs": ("a: " + "[b: " * 250_000, "deep"),
    "items": ("a: [" + "1," * 500_000 + "]", "more than"),
    "laughs": (_levels("[x]", "[*,*,*,*,*,*,*,*,*]", 30), "more than"),
    "laughing-merges": (_levels("{}", "{<<: [*,*,*,*,*,*,*,*,*]}", 30), "more than"),
    "laughing-keys": (_levels("{x: 1}", "{b: *, c: *, d: *, e: *}", 30), "more than"),
    "chain-of-aliases": (_levels("[x]", "[*]", 20_000), "deep"),
    "chain-of-merges": (_levels("{}", "{<<: *}", 20_000), "deep"),
    "long-text-repeated": (f"a: &a '{'x' * 900_000}'\nb: [{'*a,' * 20_000}]", "more than"),
    "tag-lines": (TAGS + "---\na: 1\n", "%TAG"),
    "tag-lines-at-end": ("a: 1\n...\n" + TAGS + "---\n", "%TAG"),
    "digits": ("a: " + "1_" * 500_000, "1,000,000 characters"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused(name: str) -> None:
    """A bomb within the allowed size ends in a message, not in a crash or a long wait."""
    source, message = BOMBS[name]

    with pytest.raises(YamlError, match=message):
        read_document(source.encode())


def test_large_file_is_refused_unread() -> None:
    """A file above the limit is refused before it is looked at, whatever it holds."""
    with pytest.raises(YamlError, match=r"1,048,577 bytes") as caught:
        read_document(b"\xff" * (MAX_BYTES + 1))

    assert caught.value.place is None


def test_limits_leave_room() -> None:
    """What stands just below every limit is read."""
    deep = "a: " + "[" * (MAX_DEPTH - 2) + "x" + "]" * (MAX_DEPTH - 2)
    many = "a: [" + "1," * (MAX_NODES - 10) + "]"
    large = "a: " + "x" * (MAX_BYTES - 3)

    for source in (deep, many, large):
        assert "a" in read_document(source.encode()).data


YAMLISH = st.text("ab01 \t\n\n  -?::,,[]{}#&*!|>'\"%@`\\<=._e\r\ufeff\x00é\u2028")


@given(YAMLISH.map(str.encode) | st.binary())
def test_anything_is_read_or_refused(source: bytes) -> None:
    """Whatever a file holds, it gives a mapping or a YamlError; both readers alike."""
    for read in (read_document, read_stream):
        with contextlib.suppress(YamlError):
            read(source)


def test_error_crosses_processes() -> None:
    """An error keeps its parts when it is pickled, as process pools do."""
    with pytest.raises(YamlError) as caught:
        read_document(b"a: on")
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own bytes

    assert (copy.message, copy.place, copy.fix) == (
        caught.value.message,
        caught.value.place,
        caught.value.fix,
    )
