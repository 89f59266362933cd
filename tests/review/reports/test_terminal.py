"""The review on a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emqx_gitops.review.model import Entry
from emqx_gitops.review.reports import Options, render
from tests.review.reports import examples

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("form", ["terminal", "stat", "markdown"])
def test_realistic_reviews_look_as_agreed(form: str) -> None:
    """A review of a pull request is shown word for word as the golden file has it."""
    assert render(form, examples.realistic(), Options()) == (GOLDEN / form).read_text()


def test_without_changes_there_is_one_line() -> None:
    """Nothing changed is said at once."""
    review = examples.review(unchanged=41)

    text = render("terminal", review, Options())

    assert text == "no changes  main -> grow-prod, 41 objects unchanged\n"


@pytest.mark.parametrize("width", [80, 120])
def test_only_commands_are_wider_than_the_terminal(width: int) -> None:
    """What is there to be copied is never wrapped; everything else keeps to the width."""
    text = render("terminal", examples.realistic(), Options(width=width))

    long = [line for line in text.splitlines() if len(line) > width]
    assert all(line.strip().startswith("kubectl ") for line in long)


def test_colour_adds_nothing_but_colour() -> None:
    """Without its colours the text is the same."""
    plain = render("terminal", examples.realistic(), Options())
    painted = render("terminal", examples.realistic(), Options(color=True))

    assert painted != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_many_fields_are_cut() -> None:
    """An object with hundreds of changed fields says how many are left out."""
    fields = [examples.field("data", f"key-{number}", old=1, new=2) for number in range(100)]
    old = examples.manifest("ConfigMap", "emqx")
    entry = Entry((examples.changed("prod", old, old, *fields),), ())

    text = render("terminal", examples.review(entry), Options())

    assert "(40 more fields)" in text
