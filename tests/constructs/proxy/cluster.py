"""What the proxies' pods find around them: DNS, the brokers' Service, and brokers.

A broker here takes the PROXY header off a connection, notes it, and passes the rest to a real
mosquitto, which cannot read such headers itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias, TypeVar, cast

from tests.constructs.proxy.pod import Pod
from tests.constructs.proxy.proxy_header import ProxyHeader, read_header

SUFFIX = "emqx-test.svc.cluster.test"
SERVICE = "127.0.0.100"
NAMESERVER = "127.0.0.53"
MQTT, WEBSOCKET, STATUS = 1893, 8093, 18083
BEHIND = {MQTT: 1883, WEBSOCKET: 8083}
"""Ports of mosquitto behind the brokers' PROXY listeners."""

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
Handler = Callable[[Reader, Writer], Awaitable[None]]
T = TypeVar("T")


@dataclass
class Broker:
    """One broker: whether it says that it is well, and the clients it was told of."""

    address: str
    healthy: bool = True
    headers: list[ProxyHeader] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Complaints about connections that did not begin with a PROXY header."""

    servers: list[asyncio.Server] = field(default_factory=list)
    connections: set[Writer] = field(default_factory=set)


class Cluster(asyncio.DatagramProtocol):
    """Brokers, their Service and DNS, served inside a pod's network by a thread of its own."""

    def __init__(self, pod: Pod) -> None:
        """Start nothing yet."""
        self.brokers: dict[str, Broker] = {}
        self.dns_works = True
        self._pod = pod
        self._service = Broker(SERVICE)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        """Start DNS and the Service."""
        self._thread.start()
        self._call(self._serve_dns())
        for port in (MQTT, WEBSOCKET, STATUS):
            self._call(self._listen(self._service, port, self._to_ready_broker(port)))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the thread and drop what it served."""
        self._call(self._close_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start_broker(self, address: str) -> Broker:
        """Start a broker at *address*, and let DNS and the Service know it."""
        broker = Broker(address)
        for port in (MQTT, WEBSOCKET):
            self._call(self._listen(broker, port, self._to_mosquitto(broker, BEHIND[port])))
        self._call(self._listen(broker, STATUS, _status_of(broker)))
        self.brokers[address] = broker
        return broker

    def stop_broker(self, address: str) -> None:
        """Let a broker die, and DNS and the Service forget it."""
        self._call(_close(self.brokers.pop(address)))

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _close_all(self) -> None:
        await asyncio.sleep(0.05)  # what the last processes began ends
        self._dns.close()
        for broker in (self._service, *self.brokers.values()):
            await _close(broker)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # transports close their sockets a step later

    async def _serve_dns(self) -> None:
        listener = self._pod.listen(NAMESERVER, 53, "udp")
        await self._loop.create_datagram_endpoint(lambda: self, sock=listener)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport on which DNS answers."""
        self._dns = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """Answer one DNS question."""
        if self.dns_works:
            self._dns.sendto(answer_question(data, self._records()), address)

    def _records(self) -> dict[str, list[str]]:
        return {f"emqx-headless.{SUFFIX}": [*self.brokers], f"emqx-brokers.{SUFFIX}": [SERVICE]}

    async def _listen(self, broker: Broker, port: int, handle: Handler) -> None:
        async def accept(reader: Reader, writer: Writer) -> None:
            broker.connections.add(writer)
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await handle(reader, writer)
            broker.connections.discard(writer)
            writer.close()

        listener = self._pod.listen(broker.address, port)
        broker.servers.append(await asyncio.start_server(accept, sock=listener, backlog=1024))

    async def _join(self, reader: Reader, writer: Writer, address: str, port: int) -> None:
        """Connect onward inside the pod, and pass bytes in both directions until one side ends."""
        answers, onward = await asyncio.open_connection(sock=self._pod.connect(port, address))
        await asyncio.gather(_pump(reader, onward), _pump(answers, writer))

    def _to_mosquitto(self, broker: Broker, port: int) -> Handler:
        async def handle(reader: Reader, writer: Writer) -> None:
            try:
                broker.headers.append(await read_header(reader))
            except ValueError as error:
                broker.refused.append(str(error))
            else:
                await self._join(reader, writer, "127.0.0.1", port)

        return handle

    def _to_ready_broker(self, port: int) -> Handler:
        async def handle(reader: Reader, writer: Writer) -> None:
            for broker in self.brokers.values():
                if broker.healthy:
                    await self._join(reader, writer, broker.address, port)
                    return

        return handle


def answer_question(question: bytes, records: dict[str, list[str]]) -> bytes:
    """Return the DNS answer to *question*: addresses of IPv4, nothing else, or "no such name"."""
    name, at = [], 12
    while size := question[at]:
        name.append(question[at + 1 : at + 1 + size].decode())
        at += size + 1
    kind = struct.unpack("!H", question[at + 1 : at + 3])[0]
    known = records.get(".".join(name).lower())
    found = known if known and kind == 1 else []
    head = question[:2] + struct.pack("!5H", 0x8580 if known else 0x8583, 1, len(found), 0, 0)
    body = [struct.pack("!3HIH", 0xC00C, 1, 1, 5, 4) + socket.inet_aton(a) for a in found]
    return head + question[12 : at + 5] + b"".join(body)


def _status_of(broker: Broker) -> Handler:
    async def handle(reader: Reader, writer: Writer) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        works = broker.healthy and request.startswith(b"GET /status ")
        state = "200 OK" if works else "503 Service Unavailable"
        writer.write(f"HTTP/1.1 {state}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()

    return handle


async def _pump(reader: Reader, writer: Writer) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # whichever side ended, both do
    finally:
        writer.close()


async def _close(broker: Broker) -> None:
    for server in broker.servers:
        server.close()
    for connection in broker.connections:
        connection.transport.abort()
