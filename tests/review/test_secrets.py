"""Secrets in what may be shown."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.compare import compare
from emqx_gitops.review.model import Field, Hidden, How, path_text
from emqx_gitops.review.secrets import is_secret_name, redact, scrub


@pytest.mark.parametrize(
    "name",
    [
        *("PASSWORD", "DB_PASSWORD", "EMQX_NODE__COOKIE", "apiToken", "client-secret", "api_key"),
        *("SECRET_KEY_BASE", "AWS_SECRET_ACCESS_KEY", "tls.key", "id_rsa", "dbpassword"),
        *("EMQX_LICENSE__KEY", "Authorization", "privateKey", "passphrase", "jwt"),
    ],
)
def test_names_of_secrets(name: str) -> None:
    """What is called so is a secret."""
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("EMQX_SSL__KEYFILE", "PASSWORD_FILE", "secretName", "tokenPath", "secretKeyRef", "image"),
        *("topologyKey", "key", "keyboard", "monkey", "compass", "author", "ca.crt", "name"),
        *("automountServiceAccountToken_enabled", "password_hash_algorithm", "SECRET_NAME"),
    ],
)
def test_names_of_no_secrets(name: str) -> None:
    """Files, names and references tell where a secret is, and are none."""
    assert not is_secret_name(name)


def test_what_is_no_secret_stays() -> None:
    """A manifest without secrets is shown as it is."""
    container = {
        "name": "emqx",
        "image": "emqx/emqx:5.8.9",
        "args": ["--config", "/etc/emqx.conf", "--keyfile=/tls/tls.key"],
        "env": [
            {"name": "EMQX_NODE__COOKIE", "valueFrom": {"secretKeyRef": {"name": "x", "key": "c"}}},
            {"name": "PASSWORD", "value": "$(OTHER)"},
            {"name": "TLS_KEYFILE", "value": "/tls/tls.key"},
        ],
    }
    manifest = {
        "kind": "Pod",
        "spec": {
            "automountServiceAccountToken": False,
            "containers": [container],
            "volumes": [
                {"name": "tls", "secret": {"secretName": "tls", "items": [{"key": "tls.key"}]}}
            ],
            "tolerations": [{"key": "node", "operator": "Exists"}],
            "url": "https://user@example.org/a?b=c",
        },
    }

    manifest["spec"]["url"] = "https://example.org/a?b=c"  # type: ignore[index]
    assert redact(manifest) == manifest


def test_length_is_that_of_the_decoded_value() -> None:
    """The length of a Secret's data is that of its bytes."""
    data = {"a": base64.b64encode(b"12345").decode(), "b": "no base64!", "c": 5, "d": None}

    assert redact({"kind": "Secret", "data": data})["data"] == {
        "a": Hidden(5),
        "b": Hidden(10),
        "c": Hidden(1),
        "d": None,
    }


def test_equal_length_is_still_a_change() -> None:
    """What changed without a change of length is told."""
    old, new = ({"kind": "Secret", "stringData": {"a": value}} for value in ("12345", "54321"))

    assert compare(old, new) == (Field(("stringData", "a"), How.CHANGED, Hidden(5), Hidden(5)),)


def test_a_change_of_hidden_parts_alone_hides_the_whole() -> None:
    """Where the texts that may be shown are equal, both are hidden."""
    old, new = ({"data": {"x": f"password = {value}\n"}} for value in ("abcde", "edcba"))

    (field,) = compare(old, new)

    assert (field.old, field.new) == (Hidden(17), Hidden(17))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a = 1\npassword = abc\nb = 2", "a = 1\npassword = ***(3 bytes)\nb = 2"),
        ('cookie = "abc"', 'cookie = "***(3 bytes)"'),
        ("http://u:abc@h/x", "http://u:***(3 bytes)@h/x"),
        ("ssh://git@h/x", "ssh://git@h/x"),
        ("password = ${PASSWORD}", "password = ${PASSWORD}"),
        ("authentication: on", "authentication: on"),
        ("run --token abc --port 1", "run --token ***(3 bytes) --port 1"),
        ("keyfile = /etc/tls.key", "keyfile = /etc/tls.key"),
    ],
)
def test_only_secrets_are_masked(text: str, shown: str) -> None:
    """Of a longer text only the secrets are masked."""
    assert scrub(text) == shown


def _sealed(data_key: str, mac: str, **values: str) -> Manifest:
    return {
        "kind": "Secret",
        "stringData": {key: _encrypted(value) for key, value in values.items()},
        "sops": {
            "age": [{"recipient": "age1x", "enc": data_key}],
            "lastmodified": f"at {mac}",
            "mac": _encrypted(mac),
        },
    }


def _encrypted(text: str) -> str:
    return f"ENC[AES256_GCM,data:{text},iv:aaaa,tag:bbbb,type:str]"


def _paths(old: Any, new: Any) -> list[str]:
    return [path_text(each.path) for each in compare(old, new)]


def test_sops_values_that_changed() -> None:
    """With one data key, a changed ciphertext is a changed value; SOPS's notes are one field."""
    old = _sealed("k1", "m1", a="AAAA", b="BBBB")

    assert _paths(old, _sealed("k1", "m2", a="AAAA", b="CCCC")) == ["stringData.b", "sops"]
    assert _paths(old, _sealed("k1", "m2", a="AAAA")) == ["stringData.b", "sops"]


def test_sops_values_encrypted_anew() -> None:
    """With another data key every ciphertext differs: only a change of length is certain."""
    old = _sealed("k1", "m1", a="AAAA", b="BBBB")

    fields = compare(old, _sealed("k2", "m2", a="CCCC", b="DDDDDDDD"))

    assert [path_text(each.path) for each in fields] == ["stringData.b", "sops"]
    assert (fields[0].old, fields[0].new) == (Hidden(3), Hidden(6))
    assert "cannot be told" in fields[1].new


def test_sops_recipients_alone() -> None:
    """Another recipient changes no value."""
    assert _paths(_sealed("k1", "m1", a="AAAA"), _sealed("k2", "m1", a="AAAA")) == ["sops"]
