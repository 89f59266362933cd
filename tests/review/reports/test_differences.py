"""Changed fields as reports show them."""

from __future__ import annotations

import pytest

from emqx_gitops.review.model import Change, Field, How, Object
from emqx_gitops.review.reports.differences import Difference, Line, differences, text_lines, whole
from tests.review.reports import examples
from tests.review.reports.examples import EMQX, field


def only(changed: Field) -> Difference:
    """Return how one field is shown."""
    (found,) = differences(Change(None, None, (changed,)), lines=10)
    return found


def test_a_scalar_stands_on_one_line() -> None:
    """Old and new value stand beside the path; the part up to a keyed item is known."""
    found = only(field("spec", "containers", EMQX, "image", old="a", new="b"))

    assert found == Difference(
        "spec.containers[name=emqx].image", "spec.containers[name=emqx]", How.CHANGED, "a", "b"
    )


def test_what_came_has_no_old_value() -> None:
    """Absence is no value."""
    found = only(field("spec", "paused", how=How.ADDED, new=None))

    assert (found.old, found.new) == (None, "null")


def test_a_new_order_shows_keys() -> None:
    """A list in another order is told by its keys."""
    found = only(field("ports", how=How.ORDER, old=["a", "b"], new=["b", "a"]))

    assert (found.old, found.new) == ("a, b", "b, a")


def test_large_mappings_are_shown_as_yaml() -> None:
    """What does not fit on a line is told in the words of the file."""
    found = only(field("probe", how=How.ADDED, new={"path": "/" + "x" * 60, "port": 1}))

    assert found.lines == (Line("+", "path: /" + "x" * 60), Line("+", "port: 1"))


def test_long_texts_show_what_changed_and_what_is_around() -> None:
    """Two lines of context stand around each place, and a gap between two places."""
    old = "".join(f"line {number}\n" for number in range(20))
    new = old.replace("line 3\n", "line three\n").replace("line 15\n", "")

    found = text_lines(old, new, 40)

    assert [f"{mark}{text}" for mark, text in found] == [
        *(" line 1", " line 2", "-line 3", "+line three", " line 4", " line 5"),
        "~...",
        *(" line 13", " line 14", "-line 15", " line 16", " line 17"),
    ]


def test_long_differences_say_how_much_is_left_out() -> None:
    """A text of a thousand new lines is cut."""
    found = text_lines(None, "x\n" * 1_000, 5)

    assert found[-1] == Line("~", "995 more lines")
    assert len(found) == 6


def test_texts_of_any_length_are_compared_at_once() -> None:
    """Two long texts with nothing in common are shown one after the other."""
    old, new = ("".join(f"{name} {number}\n" for number in range(5_000)) for name in "ab")

    found = text_lines(old, new, 10)

    assert found[0] == Line("~", "too long to compare line by line")


def test_a_change_in_a_long_text_is_found() -> None:
    """One changed line among many thousand is compared, not replaced."""
    old = "".join(f"line {number}\n" for number in range(5_000))

    found = text_lines(old, old.replace("line 4000\n", "other\n"), 10)

    assert [each.mark for each in found] == [" ", " ", "-", "+", " ", " "]


@pytest.mark.parametrize(("old", "new"), [("a\nb", "a\nb\n"), ("a\nb\n", "a\nb")])
def test_an_unseen_difference_is_told(old: str, new: str) -> None:
    """A missing line end at the end is said in words."""
    assert text_lines(old, new, 10) == (Line("~", "only the line end after the last line differs"),)


def test_carriage_returns_are_seen() -> None:
    """Line ends of two systems differ visibly."""
    assert text_lines("a\r\nb", "a\nb", 10)[:2] == (Line("-", "a\\r"), Line("+", "a"))


def test_values_that_yaml_cannot_hold_are_shown() -> None:
    """Half a character in a large mapping is an escape, not an error."""
    found = only(field("data", how=How.ADDED, new={"key": "\ud800" + "x" * 70}))

    assert any("\\ud800" in line.text for line in found.lines)


def test_new_objects_are_shown_without_secrets() -> None:
    """An object that comes is shown whole, its secrets by length."""
    secret = Object(examples.manifest("Secret", "users", stringData={"password": "hunter2"}))

    text = "\n".join(line.text for line in whole(Change(None, secret), 20))

    assert "password: '*** (7 bytes)'" in text or 'password: "*** (7 bytes)"' in text
    assert "hunter2" not in text
