"""Values on one line."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.review.model import Hidden
from emqx_gitops.review.reports.values import both, common_ends, one_line, plain, short, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("emqx", "emqx"),
        ("münchen", "münchen"),
        ("a\nb", "a\\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("admin\u202etxt", "admin\\u202etxt"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_is_not_seen_is_written_out(text: str, shown: str) -> None:
    """Control, direction and half characters become escapes; letters of all scripts stay."""
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3"),
        (True, "true"),
        (None, "null"),
        ("", '""'),
        (" x", '" x"'),
        ({"zone": "a"}, '{"zone": "a"}'),
        (Hidden(24), "*** (24 bytes)"),
        ([Hidden(2)], '["*** (2 bytes)"]'),
    ],
)
def test_values_are_shown_on_one_line(value: Any, shown: str) -> None:
    """Text stands as it is, all else as JSON, secrets by their length."""
    assert one_line(value) == shown


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (3, 5, ("3", "5")),
        (3, "3", ("3", '"3"')),
        ("on", "off", ("on", "off")),
        (Hidden(1), "plain", ("*** (1 bytes)", "plain")),
    ],
)
def test_text_is_quoted_where_types_differ(old: Any, new: Any, shown: tuple[str, str]) -> None:
    """A number that becomes text does not look the same."""
    assert both(old, new) == shown


def test_long_values_are_cut_around_what_differs() -> None:
    """The end of a long address is shown when only that changed."""
    head = "https://registry.example.com/" + "very-long/" * 20

    assert both(head + "emqx:5.8.7", head + "emqx:5.8.9", 40) == (
        "...ng/emqx:5.8.7",
        "...ng/emqx:5.8.9",
    )


@pytest.mark.parametrize(
    ("old", "new", "ends"),
    [
        ("maxconn 4096", "maxconn 65536", (8, 0)),
        ("emqx-headless", "emqx-nodes", (5, 0)),
        ("5.8.7", "5.8.9", (4, 0)),
        ("a b c", "a x c", (2, 2)),
        ("same", "same", (4, 0)),
    ],
)
def test_what_two_values_share_is_counted_in_words(
    old: str, new: str, ends: tuple[int, int]
) -> None:
    """No word is half old and half new."""
    assert common_ends(old, new) == ends


def test_json_holds_every_value() -> None:
    """What JSON has no word for becomes text."""
    value = {"nan": float("nan"), 1: (Hidden(3),), "deep": [True, None]}

    assert plain(value) == {"nan": "nan", "1": ["*** (3 bytes)"], "deep": [True, None]}


def test_bottomless_values_end() -> None:
    """A value that is nested for ever is cut."""
    value: Any = []
    for _ in range(5_000):
        value = [value]

    assert "..." in one_line(value)


def test_long_texts_lose_their_end() -> None:
    """A text that is cut says so."""
    assert short("abcdefgh", 6) == "abc..."
