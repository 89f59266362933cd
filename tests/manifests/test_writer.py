"""The one writer: what its text looks like, and what it refuses."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any

import pytest

from emqx_gitops.manifests import order_keys, to_yaml


def test_layout() -> None:
    """Two spaces, lists below their key, comments first, one newline at the end."""
    value = {
        "apiVersion": "v1",
        "items": [{"name": "mqtt", "port": 1883, "tls": None}, ["a", ["b"]], {}, [{"x": {"z": 1}}]],
        "args": ["--config=/etc/emqx.conf", "-c"],
        "empty": [],
        "text": "line\n\n  indented\n",
    }

    assert to_yaml(value, header="Generated.\n\nDo not edit.") == (
        "# Generated.\n"
        "#\n"
        "# Do not edit.\n"
        "apiVersion: v1\n"
        "items:\n"
        "  - name: mqtt\n"
        "    port: 1883\n"
        "    tls: null\n"
        "  - - a\n"
        "    - - b\n"
        "  - {}\n"
        "  - - x:\n"
        "        z: 1\n"
        "args:\n"
        "  - --config=/etc/emqx.conf\n"
        "  - -c\n"
        "empty: []\n"
        "text: |\n"
        "  line\n"
        "\n"
        "    indented\n"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("emqx/emqx:5.8.9", "emqx/emqx:5.8.9"),
        ("é 😀", "é 😀"),
        ("a, b [c] {d}", "a, b [c] {d}"),
        ("", '""'),
        ("on", '"on"'),
        ("5.8", '"5.8"'),
        ("12:30", '"12:30"'),
        ("2024-01-01", '"2024-01-01"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("*.example.com", '"*.example.com"'),
        ('{"a": "b"}', """'{"a": "b"}'"""),
        ("C:\\x: y", r"'C:\x: y'"),
        ('it\'s: "so"', r'''"it's: \"so\""'''),
        (" a", '" a"'),
        ("a\tb\x00\x1b\u200b\U000e0001", r'"a\tb\u0000\u001b\u200b\U000e0001"'),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\n\n\n", "|+\n  a\n\n"),
        ("\na\n", r'"\na\n"'),
        ("  a\nb\n", r'"  a\nb\n"'),
        ("a\n  ", r'"a\n  "'),
        ("a\r\nb", r'"a\r\nb"'),
        (5, "5"),
        (10**300, "1" + "0" * 300),
        (True, "true"),
        (None, "null"),
        (1.0, "1.0"),
        (1e16, "1.0e+16"),
        (1.5e-7, "1.5e-07"),
        (-0.0, "-0.0"),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_scalar_form(value: object, expected: str) -> None:
    """Each value has one form, and quotes only where some reader needs them."""
    assert to_yaml(value) == expected + "\n"


def test_enumerations_are_their_values() -> None:
    """Members of StrEnum and IntEnum are written as what they stand for, in quotes where needed."""

    class Switch(StrEnum):
        ON = "on"

    class Port(IntEnum):
        MQTT = 1883

    assert to_yaml({Switch.ON: [Port.MQTT, Switch.ON]}) == '"on":\n  - 1883\n  - "on"\n'


def test_long_key_is_written_so_that_it_can_be_read() -> None:
    """A key of more than 1024 characters, which YAML allows only after a question mark."""
    assert to_yaml({"k" * 1100: {"a": 1}}) == "? " + "k" * 1100 + "\n:\n  a: 1\n"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [{"b": {1}}]}, "a.0.b"),
        ({"a": (1, 2)}, "a"),
        ({"a": {"b": {1: 2}}}, "a.b"),
        ({"a": float("nan")}, "a"),
        ({"a": float("-inf")}, "a"),
        ({"a": 10**1000}, "a"),
        ({"a": b"x"}, "a"),
        ({"a": "\ud800"}, "a"),
        (object(), "the top"),
    ],
)
def test_what_is_no_yaml_is_refused(value: object, path: str) -> None:
    """Anything that cannot be written is a TypeError that names its path."""
    with pytest.raises(TypeError, match=rf"cannot write {path} as YAML: "):
        to_yaml(value)


def test_keys_in_the_order_people_look_for_them() -> None:
    """Identity first, then from A to Z; list items stay where they are."""
    manifest: dict[str, Any] = {
        "spec": {"z": 1, "a": [{"value": "x", "name": "n"}, 2, 1]},
        "data": {},
        "metadata": {"labels": {}, "namespace": "ns", "annotations": {}, "name": "n"},
        "kind": "K",
        "apiVersion": "v1",
    }

    ordered = order_keys(manifest)

    assert list(ordered) == ["apiVersion", "kind", "metadata", "data", "spec"]
    assert list(ordered["metadata"]) == ["name", "namespace", "annotations", "labels"]
    assert list(ordered["spec"]) == ["a", "z"]
    assert [list(item) for item in ordered["spec"]["a"][:1]] == [["name", "value"]]
    assert ordered == manifest
