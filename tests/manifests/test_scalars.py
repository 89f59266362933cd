"""What unquoted scalars mean to Kubernetes, and which are safe to write."""

from __future__ import annotations

import pytest

from emqx_gitops.manifests.scalars import Scalar, is_safe_plain, misreading, resolve

DISPUTED = "y N yes Off 0123 08 0o17 0b1 1_000 1e3 1.5e3 +.5 -_1 0X1F 1e999 .inf .nan"
TYPED = "12:30 1:30.5 2024-01-01 1.2.3 1,000 0 -1 .5 true ~ = << 0x1p-2 0_x7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("Null", None),
        ("TRUE", True),
        ("false", False),
        ("tRUE", "tRUE"),
        ("on", "on"),
        ("y", "y"),
        ("5", 5),
        ("+5", 5),
        ("0644", 420),
        ("0o644", 420),
        ("0X1f", 31),
        ("-0b11", -3),
        ("1_000", 1000),
        ("08", 8.0),
        ("0x", "0x"),
        ("0xffffffffffffffffff", "0xffffffffffffffffff"),
        ("18446744073709551616", 18446744073709551616),
        ("1.50", 1.5),
        (".5", 0.5),
        (".5_0", 0.5),
        ("._5", "._5"),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        ("1.2.3", "1.2.3"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("=", "="),
        ("-", "-"),
        (".", "."),
    ],
)
def test_scalar_means_what_kubernetes_reads(text: str, expected: Scalar) -> None:
    """The values that sigs.k8s.io/yaml 1.6.0 gives; ``on`` and ``y`` as kustomize prints them."""
    actual = resolve(text)

    assert (expected, type(expected)) == (actual, type(actual))


def test_infinity_is_read() -> None:
    """Infinity is a number to Kubernetes' reader, though not to its API."""
    assert resolve("-.Inf") == float("-inf")


@pytest.mark.parametrize(
    "text",
    [
        "y",
        "N",
        "yes",
        "Off",
        "0123",
        "08",
        "0o17",
        "0b1",
        "1_000",
        "1e3",
        "1.5e3",
        "+.5",
        "-_1",
        "0X1F",
        "1e999",
        ".inf",
        ".nan",
    ],
)
def test_disputed_scalar_is_no_safe_plain(text: str) -> None:
    """What readers dispute is refused from people and never written by us."""
    assert misreading(text)
    assert not is_safe_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "12:30",
        "1:30.5",
        "2024-01-01",
        "1.2.3",
        "1,000",
        "0",
        "-1",
        ".5",
        "true",
        "~",
        "=",
        "<<",
        "0x1p-2",
        "0_x7",
    ],
)
def test_number_of_any_reader_is_no_safe_plain(text: str) -> None:
    """What some reader takes for another type is quoted, even where we read it as text."""
    assert not is_safe_plain(text)


@pytest.mark.parametrize("text", ["emqx", "3-node", "10Gi", "500m", "10.0.0.0/8", "--flag", "None"])
def test_ordinary_text_is_safe_plain(text: str) -> None:
    """Names and quantities need no quotes."""
    assert is_safe_plain(text)
