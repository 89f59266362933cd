"""What clients meet when a proxy is stopped, started again or overrun; figures with `pytest -s`."""

from __future__ import annotations

import signal
import time

import pytest

from tests.constructs.proxy.mqtt import Client
from tests.constructs.proxy.pod import eventually
from tests.constructs.proxy.stage import Launch, Stage

pytestmark = pytest.mark.slow

MANY = 300


def tell(kind: str, what: str, started: float) -> None:
    """Print how long something took."""
    print(f"{kind}: {what}: {time.monotonic() - started:.2f} s")  # noqa: T201  (for docs)


def connect(stage: Stage, number: int) -> list[Client]:
    """Connect clients one after the other, from several addresses."""
    return [stage.client(source=f"127.0.1.{each % 200 + 1}") for each in range(number)]


def test_restarted_proxy_takes_everybody_back(kind: str, launch: Launch) -> None:
    """Another process in its place is ready by itself, and all who connect again get through."""
    stage = launch(kind, LINGER_SECONDS="0", DRAIN_SECONDS="1")
    clients = connect(stage, MANY)
    stage.proxy.send(signal.SIGTERM)
    assert stage.proxy.wait() == 0
    assert not any(client.alive for client in clients)
    started = time.monotonic()
    stage = stage.again()
    eventually(lambda: stage.ready, "readiness")
    tell(kind, "from its start until it is ready", started)
    started = time.monotonic()
    clients = connect(stage, MANY)
    tell(kind, f"{MANY} clients back, one after the other", started)

    assert all(client.alive for client in clients)


def test_crowd_above_the_limit_harms_nobody(kind: str, launch: Launch) -> None:
    """While many more knock than may come in, those inside are served, and one who leaves is
    replaced.
    """
    stage = launch(kind, MAX_CONNECTIONS="100")
    inside = connect(stage, 100)
    started = time.monotonic()
    turned_away = sum(stage.refuses() for _ in range(MANY))
    tell(kind, f"{MANY} clients too many, refused one after the other", started)

    assert turned_away == MANY
    assert all(client.alive for client in inside)
    assert stage.ready
    inside[0].socket.close()
    eventually(lambda: not stage.refuses(), "room for another client")


def test_stopped_proxy_lets_clients_leave(kind: str, launch: Launch) -> None:
    """Clients stay connected until the last step, and are then cut off together."""
    stage = launch(kind, LINGER_SECONDS="2", DRAIN_SECONDS="4")
    clients = connect(stage, MANY)
    started = time.monotonic()
    stage.proxy.send(signal.SIGTERM)
    time.sleep(3)
    assert all(client.alive for client in clients)

    assert stage.proxy.wait() == 0
    tell(kind, "from the signal to the end, of which 2 s and 4 s are waits", started)
    assert not any(client.alive for client in clients)
