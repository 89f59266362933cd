"""A real CoreDNS that answers for a control plane, and what to ask it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

from tests.cluster.client import wait_for
from tests.cluster.control_plane import ControlPlane
from tests.cluster.processes import Process, ProcessError
from tests.cluster.programs import program

DOMAINS = ("cluster.local", "k8s.example.com")
"""Cluster domains that it answers for; a real cluster has one."""

_TRIES = 10
_CONFIGURATION = """\
{zones} {{
    bind 127.0.0.1
    errors
    kubernetes {domains} {{
        kubeconfig {kubeconfig}
        pods verified
        ttl 0
    }}
}}
"""


@dataclass(frozen=True)
class Resolver:
    """Asks one DNS server for full names; nothing is searched for, as EMQX's lookups do not."""

    port: int

    def addresses(self, name: str) -> list[str]:
        """Return the A records of *name*."""
        return [str(each["address"]) for each in self._ask(name, "A")]

    def targets(self, name: str) -> list[str]:
        """Return the targets of the SRV records of *name*."""
        return sorted({str(each["target"]).rstrip(".") for each in self._ask(name, "SRV")})

    def _ask(self, name: str, kind: str) -> list[Mapping[str, object]]:
        query = dns.message.make_query(name.rstrip(".") + ".", kind)
        answer, _ = dns.query.udp_with_fallback(query, "127.0.0.1", port=self.port, timeout=5)
        wanted = dns.rdatatype.from_text(kind)
        return [
            {field: getattr(record, field) for field in record.__slots__}
            for found in answer.answer
            if found.rdtype == wanted
            for record in found
        ]


def start(plane: ControlPlane) -> tuple[Resolver, Process]:
    """Start a CoreDNS beside *plane* and wait until it answers."""
    executable = program("coredns")
    for _ in range(_TRIES):
        resolver = Resolver(_free_port())
        file = plane.folder / f"Corefile-{resolver.port}"
        zones = " ".join(f"{domain}:{resolver.port}" for domain in DOMAINS)
        text = _CONFIGURATION.format(
            zones=zones, domains=" ".join(DOMAINS), kubeconfig=plane.kubeconfig
        )
        file.write_text(text, encoding="utf-8")
        process = plane.keeper.start(f"coredns-{resolver.port}", [executable, "-conf", file])
        if _answers(resolver, process):
            return resolver, process
    raise ProcessError(f"CoreDNS found no free port in {_TRIES} tries")


def _answers(resolver: Resolver, process: Process) -> bool:
    """Wait until it knows the API server's own Service; False where its port was taken."""

    def known() -> bool:
        if process.code is not None:
            return True
        try:
            return bool(resolver.addresses("kubernetes.default.svc.cluster.local"))
        except dns.exception.DNSException as error:
            raise OSError(str(error)) from error

    wait_for(known, "CoreDNS answers")
    if process.code is None:
        return True
    if "address already in use" in process.last_words(50):
        return False
    raise ProcessError(f"CoreDNS ended; it said:\n{process.last_words()}")


def _free_port() -> int:
    """Return a port that was free just now for both UDP and TCP."""
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        stream.bind(("127.0.0.1", 0))
        port: int = stream.getsockname()[1]
        datagrams.bind(("127.0.0.1", port))
        return port
