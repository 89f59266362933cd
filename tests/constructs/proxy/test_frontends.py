"""Options that no pod could run are refused."""

from __future__ import annotations

import pytest

from emqx_gitops.constructs.proxy import Frontend, ProxyOptions


def frontend(name: str, port: int) -> Frontend:
    """Return a frontend with TLS."""
    return Frontend(name, port, tls=True, upstream_port=1893, send_proxy=True)


MQTTS = frontend("mqtts", 8883)
MQTT = Frontend("mqtt", 1883, tls=False, upstream_port=1893, send_proxy=True)


def test_sound_options_are_accepted() -> None:
    """Two frontends with names and ports of their own are fine, and lead to one broker port."""
    assert ProxyOptions((MQTTS, MQTT), client_ca=True).frontends == (MQTTS, MQTT)


@pytest.mark.parametrize(
    ("frontends", "message"),
    [
        ((), "at least one frontend"),
        ((MQTTS, MQTTS), "two frontends are named 'mqtts'"),
        ((MQTTS, frontend("wss", 8883)), "port 8883 is asked for twice"),
        ((frontend("mqtts", 8404),), "port 8404 is asked for twice"),
        ((frontend("mqtts", 443),), "port 443 is not in 1024-65535"),
        ((frontend("mqtts", 65536),), "port 65536 is not in"),
        ((frontend("health", 8883),), "'health' cannot name a frontend"),
        ((frontend("x\nlog", 8883),), "cannot name a frontend"),
    ],
)
def test_impossible_frontends_are_refused(frontends: tuple[Frontend, ...], message: str) -> None:
    """Names and ports are distinct, free of the health port, and need no privileges."""
    with pytest.raises(ValueError, match=message):
        ProxyOptions(frontends)


def test_client_ca_needs_tls() -> None:
    """Without TLS there is no client certificate to check."""
    with pytest.raises(ValueError, match="needs a frontend with TLS"):
        ProxyOptions((MQTT,), client_ca=True)
