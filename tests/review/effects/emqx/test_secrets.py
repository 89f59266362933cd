"""Secrets in the repository: what their nodes make of it, and that nobody sees them."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder, Built
from tests.review.effects.emqx.cases import reviewed, told, variable

CANARY = "canary-5f1c"
KEPT = "{storage: {type: storageClass, size: 1Gi}}"
LICENSED = "{emqx: {version: 5.10.4, replicas: 1}, discovery: {strategy: singleton}}"


def _secret(cookie: str, **more: Any) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "emqx-credentials", "namespace": "emqx-demo"},
        "data": {"node-cookie": base64.b64encode(cookie.encode()).decode()},
        **more,
    }


def _sides(built: Built, old: Manifest, new: Manifest) -> tuple[list[Manifest], list[Manifest]]:
    return [*built.objects, old], [*built.objects, new]


def test_a_cookie_in_a_plain_secret_splits(built: Builder) -> None:
    """A Secret whose cookie is another one makes two clusters of one."""
    said = told(*_sides(built(KEPT), _secret("one"), _secret("two")))
    assert [(each.code, each.where) for each in said] == [
        ("EG900", "Secret emqx-credentials: data.node-cookie"),
    ]


def test_a_cookie_in_an_encrypted_secret_is_not_seen(built: Builder) -> None:
    """What SOPS wrote anew may be the same value: nobody here can tell."""
    sops = {"sops": {"lastmodified": "2026-01-01T00:00:00Z"}}
    said = told(*_sides(built(KEPT), _secret("one", **sops), _secret("two", **sops)))
    assert [each.code for each in said] == ["EG901"]


def test_other_secrets_say_nothing(built: Builder) -> None:
    """A Secret that no node reads a cookie from is none of EMQX's."""
    old, new = _secret("one"), _secret("two")
    for each in (old, new):
        each["metadata"]["name"] = "other"
    assert told(*_sides(built(KEPT), old, new)) == []


SECRET_SETTINGS = (
    "EMQX_NODE__COOKIE",
    "EMQX_DASHBOARD__DEFAULT_PASSWORD",
    "EMQX_LICENSE__KEY",
    "EMQX_AUTHENTICATION__1__PASSWORD",
    "EMQX_CLUSTER__ETCD__SERVER",
)


@pytest.mark.parametrize("key", SECRET_SETTINGS)
@pytest.mark.parametrize("plain", [True, False], ids=["env", "map"])
def test_no_secret_is_told(key: str, plain: bool, built: Builder) -> None:  # noqa: FBT001  # a case
    """Messages and advice name settings, and hold no value that is secret."""
    start = built("{discovery: {strategy: k8s}}")
    made = Built(copy.deepcopy(start.objects), start.layout)
    made.settings["EMQX_CLUSTER__DISCOVERY_STRATEGY"] = "etcd"
    others = Built(copy.deepcopy(made.objects), made.layout)
    for each, value in ((made, CANARY), (others, f"{CANARY}-2")):
        if plain:
            entry = variable(each, key)
            entry.pop("valueFrom", None)
            entry["value"] = value
        else:
            each.broker["env"] = [e for e in each.broker["env"] if e["name"] != key]
            each.settings[key] = value
    effects = [e for entry in reviewed(made.objects, others.objects).entries for e in entry.effects]
    assert effects
    assert CANARY not in "".join(each.message + each.advice for each in effects)
