"""The ports EMQX listens on by default, by the names that Services and probes give them."""

from __future__ import annotations

import re

MQTT = 1883
MQTTS = 8883
WS = 8083
WSS = 8084
DASHBOARD = 18083
MANAGEMENT = 8081
"""4.4 only; later lines serve the API on the dashboard's port."""
EKKA = 4370
"""Erlang distribution, for a node name that does not end in digits: see `distribution_port`."""
GENRPC = 5369
"""Messages between nodes, under ``EMQX_RPC__PORT_DISCOVERY=manual``, the image's default."""

PORTS: dict[str, int] = {
    "mqtt": MQTT,
    "mqtts": MQTTS,
    "ws": WS,
    "wss": WSS,
    "dashboard": DASHBOARD,
    "management": MANAGEMENT,
    "ekka": EKKA,
    "genrpc": GENRPC,
}
"""Each name fits a Service port's (15 characters, a letter among them)."""


_PORT_LIMIT = 60_000
_LONGEST_NUMBER = 4000  # Python refuses to read much longer ones


def distribution_port(name: str) -> int:
    """
    Compute where a node of that name listens for its peers.

    ekka adds the digits that the part before ``@`` ends in to 4370 (ekka_dist.erl): ``emqx2``
    listens on 4372, and no peer finds it on the port that everybody publishes.
    """
    digits = re.search(r"[0-9]+\Z", name.partition("@")[0])
    return EKKA + int(digits[0][-_LONGEST_NUMBER:]) % _PORT_LIMIT if digits else EKKA
