"""Texts are split where YAML says, in the fast way and in the careful one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from emqx_gitops.manifests.documents import Part, split_documents

LINES = st.sampled_from(
    ["---", "a: 1", "# note", "", "  - --- b", "--- # Source: a", "---c", "kind: X", "...", "\r"]
)


@settings(max_examples=1000)
@given(lines=st.lists(LINES, max_size=12), ended=st.booleans())
def test_both_ways_agree(*, lines: list[str], ended: bool) -> None:
    """A text is split as lines are told apart one by one."""
    text = "\n".join(lines) + ("\n" if ended else "")

    assert split_documents(text) == list(_slowly(text))


def _slowly(text: str) -> list[Part]:
    """Split line by line; neither a first line without a word nor a bare marker is part of any."""
    parts: list[Part] = []
    first = 1 + text.startswith("\n")
    begun, held = first, ""
    lines = text.split("\n")[first - 1 :]
    for number, line in enumerate(lines, first):
        ending = "\n" if number < len(lines) + first - 1 else ""
        if line[:3] == "---" and (line == "---" or line[3] in " \t\r"):
            parts.append(Part(begun, held))
            rest = line[3:]
            begun, held = (number, rest + ending) if rest else (number + 1, "")
        else:
            held += line + ending
    parts.append(Part(begun, held))
    return [each for each in parts if any(_says(line) for line in each.text.split("\n"))]


def _says(line: str) -> bool:
    bare = line.strip(" \t\r")
    return bool(bare) and not bare.startswith(("#", "%")) and bare != "..."
