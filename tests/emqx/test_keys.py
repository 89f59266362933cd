"""The names that the compiler writes, and whose they are."""

from __future__ import annotations

from dataclasses import fields

import pytest

from emqx_gitops.emqx import (
    Edition,
    Line,
    ListenerKeys,
    ListenerKind,
    check_setting,
    discovery_value,
    keys_of,
    owner,
)

KINDS: tuple[ListenerKind, ...] = ("tcp", "ssl", "ws", "wss")


def written(line: Line) -> list[str]:
    """Return every variable that we may write for *line*."""
    keys = keys_of(line)
    names = [getattr(keys, field.name) for field in fields(keys)]
    return [name for name in names if isinstance(name, str) and name.startswith("EMQX_")]


@pytest.mark.parametrize("line", Line)
def test_every_key_we_write_exists_on_its_line(line: Line) -> None:
    """No name of ours is ignored by the EMQX that it is written for."""
    assert [key for key in written(line) if check_setting(line, Edition.ENTERPRISE, key)] == []


@pytest.mark.parametrize("line", Line)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [None, "proxy"])
def test_listener_keys_exist(line: Line, kind: ListenerKind, name: str | None) -> None:
    """Listeners of any name open, close and take PROXY protocol by variables the line knows."""
    keys: ListenerKeys = keys_of(line).listener(kind, name)
    settings = {keys.bind: "1883", **dict([keys.proxy_protocol]), **dict([keys.off])}
    if keys.enable:
        settings[keys.enable] = "true"
    if kind in {"ssl", "wss"}:
        files = (keys.certfile, keys.keyfile, keys.cacertfile)
        settings |= dict.fromkeys(files, "/etc/emqx/certs/tls.crt")
        settings |= {keys.verify: "verify_peer", keys.fail_if_no_peer_cert: "true"}

    for key, value in settings.items():
        assert check_setting(line, Edition.OPENSOURCE, key, value) is None, key


@pytest.mark.parametrize("line", Line)
def test_what_we_write_is_ours(line: Line) -> None:
    """A user who sets one of our variables is shown the field to use instead."""
    keys = keys_of(line)
    own = {*written(line), keys.listener("tcp").bind, keys.listener("ws", "proxy").bind}
    own.discard(keys.peer_cert_as_username)

    assert [key for key in own if owner(line, key) is None] == []


@pytest.mark.parametrize(
    ("line", "key", "field"),
    [
        (Line.V5_8, "EMQX_CLUSTER__DISCOVERY_STRATEGY", "discovery.strategy"),
        (Line.V4_4, "EMQX_CLUSTER__DISCOVERY", "discovery.strategy"),
        (Line.V5_8, "EMQX_NODE_COOKIE", "credentials"),
        (Line.V4_4, "EMQX_ADMIN_PASSWORD", "credentials"),
        (Line.V5_10, "EMQX_LICENSE__KEY", "emqx.license"),
        (Line.V5_8, "EMQX_LISTENERS__TCP__DEFAULT__BIND", "emqx.listeners.mqtt"),
        (Line.V5_8, "EMQX_LISTENERS__TCP__DEFAULT__ENABLED", "emqx.listeners.mqtt"),
        (Line.V4_4, "EMQX_LISTENER__WSS__EXTERNAL", "emqx.listeners.wss"),
        (Line.V4_4, "EMQX_MANAGEMENT__LISTENER__HTTP", "emqx.listeners.management"),
        (Line.V5_8, "EMQX_LISTENERS__TCP__PROXY__BIND", "exposure.tls.terminateAt"),
        (Line.V5_8, "EMQX_DASHBOARD", "credentials"),
        (Line.V4_4, "EMQX_LISTENER__TCP__EXTERNAL__ACCEPTORS", None),
        (Line.V5_8, "EMQX_LISTENERS__TCP__DEFAULT__MAX_CONNECTIONS", None),
        (Line.V5_8, "EMQX_LISTENERS__TCP__EXTRA__BIND", None),
        (Line.V5_8, "EMQX_MQTT__MAX_PACKET_SIZE", None),
        (Line.V5_8, "PATH", None),
    ],
)
def test_owner(line: Line, key: str, field: str | None) -> None:
    """Each of our variables, and an object around it, belongs to a field; the rest to the user."""
    assert owner(line, key) == field


@pytest.mark.parametrize(
    ("line", "value"), [(Line.V4_4, "manual"), (Line.V5_7, "manual"), (Line.V5_8, "singleton")]
)
def test_one_node_is_spelt_by_line(line: Line, value: str) -> None:
    """Singleton exists from 5.8.0 on; other strategies are the same everywhere."""
    assert discovery_value(line, "singleton") == value
    assert discovery_value(line, "k8s") == "k8s"
    assert check_setting(line, Edition.OPENSOURCE, line.discovery_key, value) is None
