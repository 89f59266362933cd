"""
Settings that are right by EMQX's own rules and break under the runtime that the compiler builds:
one container for all nodes, a root file system that is read-only, fixed ports, fixed probes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emqx_gitops.emqx import hocon
from emqx_gitops.emqx.catalog import Path, canonical, matches, path_of
from emqx_gitops.emqx.ports import EKKA, GENRPC, distribution_port
from emqx_gitops.emqx.problems import Verdict
from emqx_gitops.emqx.versions import Line

WRITABLE: tuple[str, ...] = ("/opt/emqx/data", "/opt/emqx/log")
"""The folders of the image that EMQX may write to; data is the one that may be kept."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One way for a setting to break the cluster."""

    paths: tuple[str, ...]
    verdict: Verdict
    why: str
    """A sentence without a full stop."""
    fix: str
    harms: Callable[[str], bool]
    """Whether a value does; a value that comes from a Secret is not asked about."""
    v4: bool = True
    later: bool = True

    def patterns(self) -> Iterator[Path]:
        """Yield the paths it is about."""
        return (tuple(path.split(".")) for path in self.paths)


def _always(_: str) -> bool:
    return True


def _other_than(*allowed: str) -> Callable[[str], bool]:
    return lambda value: value not in allowed


def _outside(*folders: str) -> Callable[[str], bool]:
    """Match paths that lead elsewhere; relative ones start in the read-only /opt/emqx."""
    inside = tuple(f"{folder}/" for folder in folders)

    def harms(value: str) -> bool:
        path = value if value.startswith("/") else f"/opt/emqx/{value}"
        return bool(value) and "$" not in value and not f"{path}/".startswith(inside)

    return harms


def _truth(value: str) -> bool:
    return value in {"true", "on"}


HAZARDS: tuple[Hazard, ...] = (
    Hazard(
        ("loaded_plugins", "loaded_modules"),
        Verdict.REFUSE,
        # v4.4.19 deploy/docker/docker-entrypoint.sh, fill_tuples
        "the image's start script rewrites a file through a temporary one in /opt/emqx, which is"
        " read-only here: the container stops",
        "load plugins by a file of your own under EMQX_PLUGINS__LOADED_FILE",
        _always,
        later=False,
    ),
    Hazard(
        ("node.data_dir",),
        Verdict.REFUSE,
        "the volume is mounted at /opt/emqx/data: elsewhere the file system is read-only, and"
        " nothing would be kept",
        "leave it out",
        _other_than("/opt/emqx/data", "/opt/emqx/data/", "data", "./data"),
    ),
    Hazard(
        ("log.dir", "log_dir", "log.file.path", "log.file.file", "log.file.to", "log.file.*.path"),
        Verdict.REFUSE,
        "only /opt/emqx/log and /opt/emqx/data can be written to",
        "name a file under /opt/emqx/log",
        _outside(*WRITABLE),
    ),
    Hazard(
        ("name", "node_name", "node.name"),
        Verdict.REFUSE,
        # ekka_dist.erl
        f"digits at the end of the name are added to the distribution port {EKKA}, where no peer"
        " and no network policy expects them",
        "end the name in a letter",
        lambda value: distribution_port(value) != EKKA,
    ),
    Hazard(
        ("cluster.proto_dist",),
        Verdict.WARN,
        # docker-entrypoint.sh takes the first IPv4 address; etc/ssl_dist.conf names etc/certs
        "node names are found by IPv4 addresses, and TLS between nodes uses the certificates of"
        " the image, whose key is public, unless EMQX_SSL_DIST_OPTFILE names others",
        "leave it at inet_tcp, or mount a file for EMQX_SSL_DIST_OPTFILE",
        _other_than("inet_tcp"),
    ),
    Hazard(
        ("rpc.port_discovery",),
        Verdict.REFUSE,
        # gen_rpc_helper.erl
        f"stateless discovery listens on 5370 and up; the headless Service publishes {GENRPC}",
        "leave it at manual",
        _other_than("manual"),
    ),
    Hazard(
        ("rpc.server_port", "rpc.tcp_server_port", "rpc.ssl_server_port"),
        Verdict.REFUSE,
        f"the headless Service and the network policy name port {GENRPC}",
        f"leave it at {GENRPC}",
        _other_than(str(GENRPC)),
    ),
    Hazard(
        ("node.role", "node.db_role"),
        Verdict.REFUSE,
        # mria_lb.erl; settings are shared by all nodes of an environment
        "every node would be a replicant, and replicants wait for a core",
        "leave it at core",
        _other_than("core"),
        v4=False,
    ),
    Hazard(
        ("dashboard.listeners.http.proxy_header", "management.listener.http.proxy_header"),
        Verdict.REFUSE,
        "the kubelet's probes speak no PROXY protocol and would fail on this port",
        "leave it out",
        _truth,
    ),
)
"""What is known to break, with the sources in comments; not a list of everything unwise."""


def find_hazard(line: Line, key: str, value: str) -> Hazard | None:
    """Find the hazard in setting *key* to *value*, None if none is known."""
    path, _ = canonical(line, path_of(line, key))
    text = value if line.is_v4 else hocon.read(value)
    for hazard in HAZARDS:
        applies = hazard.v4 if line.is_v4 else hazard.later
        if applies and any(matches(p, path) for p in hazard.patterns()) and hazard.harms(text):
            return hazard
    return None
