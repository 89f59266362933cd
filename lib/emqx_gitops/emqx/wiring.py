"""Settings that the compiler writes for listeners, as EMQX reads them."""

from __future__ import annotations

from emqx_gitops.emqx.keys import PROXY_LISTENER, Keys, ListenerKind, keys_of
from emqx_gitops.emqx.versions import Line

GENERATIONS = (keys_of(Line.V4_4), keys_of(Line.V5_8))
"""The variable names there are: those of 4.4, and those of 5.7 and later."""

_NEW_ON_V4: dict[ListenerKind, dict[str, str]] = {
    "tcp": {"ACCEPTORS": "64", "MAX_CONNECTIONS": "1024000", "ZONE": "external"},
    "ws": {"ACCEPTORS": "16", "MAX_CONNECTIONS": "102400", "ZONE": "external"},
}
"""
What a listener of a new name lacks on 4.4: the image gives it to its own ones only.

Without it 1,024 clients and 8 acceptors are the limit, and settings of the zone do not hold
(priv/emqx.schema; the numbers are those of docker-entrypoint.sh, v4.4.19).
"""


def listener_settings(
    keys: Keys, kind: ListenerKind, port: int | None, *, proxied: bool = False, own: bool = True
) -> dict[str, str]:
    """
    Return what opens a listener on *port*, or turns it off where *port* is None.

    *proxied* has it expect PROXY headers; *own* tells EMQX's own listener from the one that we add
    for proxies.
    """
    listener = keys.listener(kind, None if own else PROXY_LISTENER)
    if port is None:
        return dict((listener.off,))
    settings = {listener.bind: str(port)}
    if listener.enable:
        settings[listener.enable] = "true"
    if keys.is_v4 and not own:
        settings |= {f"{listener.bind}__{name}": value for name, value in _NEW_ON_V4[kind].items()}
    return settings | (dict((listener.proxy_protocol,)) if proxied else {})


def dashboard_settings(keys: Keys, port: int | None) -> dict[str, str]:
    """Return what opens the dashboard on *port*, or turns it off."""
    # Port 0 is off since 5.0 (emqx_dashboard_schema.erl); an empty variable unsets on 4.4.
    off = "" if keys.is_v4 else "0"
    return {keys.dashboard_bind: off if port is None else str(port)}


def management_settings(keys: Keys, port: int | None) -> dict[str, str]:
    """Return what opens the management API of 4.4, or turns it off; nothing on later lines."""
    if keys.management_bind is None:
        return {}
    return {keys.management_bind: "" if port is None else str(port)}


def tls_settings(
    keys: Keys, kind: ListenerKind, *, certificate: str, key: str, client_ca: str
) -> dict[str, str]:
    """Return the files of a TLS listener; with *client_ca*, clients must show a certificate."""
    listener = keys.listener(kind)
    settings = {listener.certfile: certificate, listener.keyfile: key}
    if client_ca:
        settings[listener.cacertfile] = client_ca
        settings[listener.verify] = "verify_peer"
        settings[listener.fail_if_no_peer_cert] = "true"
    return settings
