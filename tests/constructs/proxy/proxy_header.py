"""Read PROXY headers, as haproxy's doc/proxy-protocol.txt describes them."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import NamedTuple

_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
_VERSION_2_PROXY, _TCP_OVER_IPV4 = 0x21, 0x11
_TYPE_SSL, _TYPE_SSL_COMMON_NAME = 0x20, 0x22


class ProxyHeader(NamedTuple):
    """What a proxy tells about a client."""

    version: int
    source: str
    port: int
    common_name: str = ""


async def read_header(reader: asyncio.StreamReader) -> ProxyHeader:
    """Read a header of version 1 or 2; raise ValueError where there is none."""
    start = await reader.readexactly(len(_SIGNATURE))
    if start.startswith(b"PROXY "):
        words = (start + await reader.readuntil(b"\r\n")).split()
        return ProxyHeader(1, words[2].decode(), int(words[4]))
    if start != _SIGNATURE:
        raise ValueError(f"no PROXY header: {start!r}")
    command, family, size = struct.unpack("!BBH", await reader.readexactly(4))
    body = await reader.readexactly(size)
    if (command, family) != (_VERSION_2_PROXY, _TCP_OVER_IPV4):
        raise ValueError(f"not TCP over IPv4: {command:x} {family:x}")
    source, _, port, _ = struct.unpack("!4s4sHH", body[:12])
    secure = _fields(body[12:]).get(_TYPE_SSL, b"")
    name = _fields(secure[5:]).get(_TYPE_SSL_COMMON_NAME, b"")
    return ProxyHeader(2, socket.inet_ntoa(source), port, name.decode())


def _fields(data: bytes) -> dict[int, bytes]:
    fields = {}
    while data:
        kind, size = struct.unpack("!BH", data[:3])
        fields[kind] = data[3 : 3 + size]
        data = data[3 + size :]
    return fields
