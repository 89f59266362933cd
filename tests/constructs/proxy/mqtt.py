"""A small MQTT client on a socket that a test opened itself, to watch one connection closely."""

from __future__ import annotations

import base64
import os
import socket
import ssl
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tests.constructs.proxy.certificates import HOST, Pair
from tests.constructs.proxy.pod import WAIT

_CONNECT = b"\x10%c\x00\x04MQTT\x04\x02\x00\x00\x00%c%b"
_ACCEPTED = b"\x20\x02\x00\x00"
_PING, _PONG = b"\xc0\x00", b"\xd0\x00"


class _Socket(ssl.SSLSocket):
    """Closes itself: one whose peer is gone before the handshake is dropped by `ssl`, open."""

    def __del__(self) -> None:
        self.close()


def client_context(
    authority: Pair,
    client: Pair | None = None,
    *,
    version: ssl.TLSVersion | None = None,
) -> ssl.SSLContext:
    """Return what a client needs: the CA to trust, a certificate of its own, the only version."""
    context = ssl.create_default_context(cafile=authority.certificate)
    context.sslsocket_class = _Socket
    if client:
        context.load_cert_chain(client.certificate, client.key)
    if version:
        context.minimum_version = context.maximum_version = version
    if version == ssl.TLSVersion.TLSv1_1:
        context.set_ciphers("ALL:@SECLEVEL=0")  # or OpenSSL itself refuses it
    return context


def takes_plain_text(connection: socket.socket) -> bool:
    """Return whether MQTT without TLS is answered on *connection*, which is closed.

    Programs of mosquitto cannot ask that: on port 8883 they speak TLS unbidden.
    """
    with connection:
        connection.sendall(_connect(b"plain"))
        try:
            return connection.recv(len(_ACCEPTED)) == _ACCEPTED
        except OSError:
            return False


def _connect(name: bytes) -> bytes:
    return _CONNECT % (12 + len(name), len(name), name)


class Client:
    """One MQTT connection over TLS, optionally within a WebSocket; a context manager."""

    def __init__(
        self, connection: socket.socket, context: ssl.SSLContext, *, websocket: bool = False
    ) -> None:
        """Shake hands and connect; raise OSError, and close the connection, if refused."""
        self._websocket = websocket
        connection.settimeout(WAIT)
        with ExitStack() as on_error:
            on_error.enter_context(connection)
            self.socket = context.wrap_socket(connection, server_hostname=HOST)
            on_error.enter_context(self.socket)
            self._connect()
            on_error.pop_all()

    def _connect(self) -> None:
        if self._websocket:
            self._upgrade()
        name = f"test-{self.socket.fileno()}".encode()
        self._send(_connect(name))
        answer = self._receive(len(_ACCEPTED))
        if answer != _ACCEPTED:
            raise ConnectionError(f"broker answered {answer!r}")

    def __enter__(self) -> Self:
        """Return the connected client."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Drop the connection."""
        self.socket.close()

    @property
    def alive(self) -> bool:
        """Whether the broker still answers on this very connection."""
        try:
            self._send(_PING)
            return self._receive(len(_PONG)) == _PONG
        except OSError:
            return False

    def subscribe(self, topic: str) -> None:
        """Ask for what is published under *topic*."""
        body = b"\x00\x01" + len(topic).to_bytes(2, "big") + topic.encode() + b"\x00"
        self._send(bytes([0x82, len(body)]) + body)
        assert self._receive(5) == b"\x90\x03\x00\x01\x00"

    def message(self, topic: str, size: int) -> bytes:
        """Return the message of *size* bytes that is published under *topic* next."""
        name = len(topic).to_bytes(2, "big") + topic.encode()
        packet = self._receive(2 + len(name) + size)
        assert packet[2:].startswith(name)
        return packet[2 + len(name) :]

    @property
    def served_serial(self) -> str:
        """Serial number of the certificate that this connection was shown."""
        certificate = self.socket.getpeercert()
        assert certificate
        return str(certificate["serialNumber"])

    def _upgrade(self) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /mqtt HTTP/1.1", f"Host: {HOST}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += ["Sec-WebSocket-Protocol: mqtt", "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self._read(1)
        if b" 101 " not in answer:
            raise ConnectionError(f"no WebSocket: {answer!r}")

    def _send(self, packet: bytes) -> None:
        if self._websocket:  # one binary frame with a mask of zeros
            packet = bytes([0x82, 0x80 | len(packet)]) + bytes(4) + packet
        self.socket.sendall(packet)

    def _receive(self, size: int) -> bytes:
        if self._websocket:
            size = self._read(2)[1]
        return self._read(size)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionError("the other side closed the connection")
            data += more
        return data
