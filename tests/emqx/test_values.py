"""Which values fit which shape, and how HOCON reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emqx_gitops.emqx import Line, hocon
from emqx_gitops.emqx.values import describe, fits, misfit

BOTH = (Line.V4_4, Line.V5_8)


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        ("bool", ["true", "false", '"true"'], ["True", "yes", "on", "1", ""]),
        ("int", ["0", "-5", "+7", '"8"', " 5 "], ["5.5", "five", "5s", "", "5 6", "9" * 50]),
        ("int(1..128)", ["1", "128"], ["0", "129", "-1"]),
        ("int(1..)", ["1", "99999999"], ["0"]),
        ("number", ["0.75", "1", "1.5e3"], ["a", "1.2.3"]),
        (
            "duration",
            ["15s", "1h30m", "1h 30m", "500ms", "1.5h", "0", "15", "2W", '"15s"'],
            ["15 s", "15sec", "s", "infinity", "15Ms", ""],
        ),
        ("bytes", ["1024", "4KB", "10mb", "1GB", "5b"], ["1Mi", "10 MB", "4Kb", "1.5MB", ""]),
        ("percent", ["80%", "7.5%", "0.8", "100%"], ["101%", "80", "1", "a%", "-5%"]),
        (
            "address",
            ["1883", ":1883", "0.0.0.0:1883", "[::]:1883", "::1:1883", "0"],
            ["65536", "localhost:1883", "10.0.0.1", "10.0.0.1:", "a", ""],
        ),
        ("=a|=aaaa|=srv", ["a", '"srv"', " aaaa "], ["A", "", "mx"]),
        ("=infinity|int(1..)", ["infinity", "5"], ["0", "disabled"]),
        ("string", ["", "anything", "[1,2"], []),
        ("array", ["[a,b]", '["a b"]', "a,b", "{1 = a}"], []),
        ("open", ["{a = 1}", '{"a": 1}', ""], []),
        ("int", ["${EMQX_X}"], ["{a = 1}", "[1]"]),
    ],
)
def test_values_of_5(shape: str, good: list[str], bad: list[str]) -> None:
    """What EMQX 5 and later take and refuse (hocon_postprocess.erl, emqx_schema.erl)."""
    assert [value for value in good if not fits(Line.V5_8, shape, value, plain=False)] == []
    assert [value for value in bad if fits(Line.V5_8, shape, value, plain=False)] == []


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        ("flag", ["on", "off", ""], ["true", "ON", '"on"']),
        ("=true|=false", ["true", ""], ["on", "yes"]),
        ("duration", ["15s", "1.5M", "1h30m", "0s"], ["15", "15 s", "infinity"]),
        ("bytes", ["1024", "4KB", "1.5mb"], ["4k", "1MiB", "4Kb"]),
        ("percent", ["80%", "5%"], ["80", "0.8", "101%"]),
        ("address", ["1883", "127.0.0.1:1883", ""], ["localhost:1883", "x"]),
        ("int|duration", ["0", "240ms"], ["x"]),
    ],
)
def test_values_of_4_4(shape: str, good: list[str], bad: list[str]) -> None:
    """What cuttlefish takes and refuses; an empty value unsets."""
    assert [value for value in good if not fits(Line.V4_4, shape, value, plain=True)] == []
    assert [value for value in bad if fits(Line.V4_4, shape, value, plain=True)] == []


@pytest.mark.parametrize(
    ("line", "shape", "value", "suggestion"),
    [
        (Line.V5_8, "bool", "Yes", "true"),
        (Line.V5_8, "bool", "off", "false"),
        (Line.V4_4, "flag", "true", "on"),
        (Line.V5_8, "duration", "15 s", "15s"),
        (Line.V5_8, "duration", "5min", "5m"),
        (Line.V4_4, "duration", "15", "15s"),
        (Line.V5_8, "bytes", "10Mi", "10MB"),
        (Line.V5_8, "bytes", "10 mb", "10MB"),
        (Line.V5_8, "percent", "80", "80%"),
        (Line.V5_8, "=debug|=warning", "warn", "warning"),
        (Line.V5_8, "=debug|=warning", "WARNING", "warning"),
        (Line.V5_8, "=a|=srv", "zzz", ""),
        (Line.V5_8, "int(1..5)", "9", ""),
    ],
)
def test_usual_slips_are_mended(line: Line, shape: str, value: str, suggestion: str) -> None:
    """Another unit, case or word for true leads to the value that fits."""
    found = misfit(line, shape, value, plain=line.is_v4)

    assert found
    assert found.suggestion == suggestion


def test_doubt_is_told() -> None:
    """4.4's list says that flags take true, its parser that they do not."""
    found = misfit(Line.V4_4, "flag", "true", plain=True)

    assert found
    assert not found.certain


def test_shapes_are_described() -> None:
    """A message names all that fits."""
    assert describe("=infinity|int(1..)") == "infinity or an integer >= 1"
    assert describe("=a|=b|=c") == "one of a, b, c"
    assert describe("string") == ""


# Each was read by the scanner and parser of hocon 0.42.2 itself.
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("foo bar", "foobar"),
        ("pass#word", "pass"),
        ("a//b", "a"),
        ("1h 30m", "1h30m"),
        ("=abc", "abc"),
        ('"a \\"b\\""', 'a "b"'),
        ("http://a/b", "http://a/b"),
        ("emqx@127.0.0.1", "emqx@127.0.0.1"),
        ("/x/y#z", "/x/y#z"),
        ("Zm9v==", "Zm9v=="),
        ("15 s", "15 s"),
        ("true x", "true x"),
        ("a,b", "a,b"),
        ("", ""),
    ],
)
def test_hocon_reads_values(value: str, text: str) -> None:
    """Words are joined and comments cut off; what is no HOCON stays as it is."""
    assert hocon.read(value) == text


@pytest.mark.parametrize("value", ["my pass", "pass#1", "0123", "1.10", "true", "null", "a//b"])
def test_texts_that_need_quotes(value: str) -> None:
    """A text that HOCON would change is kept by quotes."""
    assert hocon.is_changed(value)
    assert not hocon.is_changed(hocon.quote(value))


@pytest.mark.parametrize("value", ["secret", "12345", "p@ss!w", "http://a#b", "", "10MB", "$1"])
def test_texts_that_need_none(value: str) -> None:
    """Most texts arrive as they are."""
    assert not hocon.is_changed(value)


@given(st.text(st.characters(exclude_characters="\n\r")))
def test_quoting_keeps_any_line(value: str) -> None:
    """What is quoted is read back unchanged."""
    assert hocon.read(hocon.quote(value)) == value
