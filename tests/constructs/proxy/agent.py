"""
First process of a pod made of Linux namespaces: mounts as the kubelet would, then serves requests.

Started by ``pod.py`` with a Unix socket as standard input. A request is one JSON list; so is the
answer, with a socket of the pod's network attached where one was asked for. When the other end goes
away this process ends, and the kernel ends every process of the pod with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

ADDRESS = "192.0.2.10"
UID = "1000"
PROCESSES: dict[int, subprocess.Popen[bytes]] = {}


def mount(*arguments: str) -> None:
    """Run the mount command."""
    command = ["mount", *arguments]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def mount_all(workspace: Path) -> None:
    """Lay out the pod's file system: read-only but for /tmp, /run/proxy and /mnt, the workspace."""
    scratch = workspace / "scratch"
    mount("-t", "tmpfs", "tmpfs", str(scratch))
    for name in ("upper", "work"):
        (scratch / name).mkdir()
    layers = f"lowerdir=/etc,upperdir={scratch}/upper,workdir={scratch}/work"
    mount("-t", "overlay", "overlay", "-o", layers, "/etc")
    Path("/etc/resolv.conf").unlink(missing_ok=True)
    Path("/etc/resolv.conf").write_text((workspace / "resolv.conf").read_text())
    for name in ("config", "tls", "client-ca"):
        target = Path("/etc/proxy", name)
        target.mkdir(parents=True)
        mount("-o", "bind,ro", str(workspace / name), str(target))
    mount("--bind", str(workspace), "/mnt")
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    Path("/run/proxy").mkdir()
    Path("/run/proxy").chmod(0o1777)
    mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/tmp")  # noqa: S108 - the pod's own
    mount("-o", "remount,bind,ro", "/etc")
    with contextlib.suppress(subprocess.CalledProcessError):  # flags of / may be locked
        mount("-o", "remount,bind,ro", "/")


def start_network() -> None:
    """Set the loopback interface up, with an address as a pod has, and the range of its ports."""
    with socket.socket() as any_socket:
        address = struct.pack("16sHxx4s8x", b"lo:1", socket.AF_INET, socket.inet_aton(ADDRESS))
        flags = struct.pack("16sH14x", b"lo", 0x1 | 0x40)  # IFF_UP | IFF_RUNNING
        fcntl.ioctl(any_socket, 0x8914, flags)  # SIOCSIFFLAGS
        # With no address but 127.0.0.1, getaddrinfo with AI_ADDRCONFIG, as NGINX calls it, fails.
        fcntl.ioctl(any_socket, 0x8916, address)  # SIOCSIFADDR
    Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("20000 65535")


def connect(address: str, port: int, source: str) -> socket.socket:
    """Return a connection inside the pod."""
    return socket.create_connection((address, port), timeout=5, source_address=(source, 0))


def listen(address: str, port: int, kind: str) -> socket.socket:
    """Return a socket that listens inside the pod."""
    if kind == "udp":
        server = socket.socket(type=socket.SOCK_DGRAM)
        server.bind((address, port))
        return server
    return socket.create_server((address, port), backlog=1024)


def run(command: list[str], environment: dict[str, str], log: str, *, root: bool) -> int:
    """Start *command* as the pod's security context would, its output in the file *log*.

    The invoking user is *root*, or somebody else who needs one more namespace to be user 1000.
    """
    identity = (
        ["--reuid", UID, "--regid", UID, "--clear-groups"] if root else ["--ambient-caps=-all"]
    )
    drop = ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
    nested = ["unshare", "--user", "--map-user", UID, "--map-group", UID, "--keep-caps"]
    command = [*([] if root else nested), "setpriv", *identity, *drop, *command]
    with Path("/mnt", log).open("ab") as output:
        if root:  # /dev/stdout is opened again, which container runtimes allow likewise
            os.fchown(output.fileno(), int(UID), int(UID))
        process = subprocess.Popen(
            command,
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    PROCESSES[process.pid] = process
    return process.pid


def answer(request: list[object]) -> tuple[object, socket.socket | None]:
    """Carry out one request."""
    verb, *arguments = request
    match verb:
        case "connect":
            return None, connect(*arguments)  # type: ignore[arg-type]
        case "listen":
            return None, listen(*arguments)  # type: ignore[arg-type]
        case "run":
            *what, root = arguments
            return run(*what, root=bool(root)), None  # type: ignore[arg-type]
        case "poll":
            return PROCESSES[int(str(arguments[0]))].poll(), None
        case "kill":
            return os.kill(*arguments), None  # type: ignore[arg-type, func-returns-value]
    raise ValueError(verb)


def serve(channel: socket.socket) -> None:
    """Answer requests until the other end goes away."""
    while request := channel.recv(65536):
        try:
            value, attached = answer(json.loads(request))
        except OSError as error:
            channel.send(json.dumps([error.errno or 1, str(error)]).encode())
            continue
        message = json.dumps([0, value]).encode()
        if attached is None:
            channel.send(message)
        else:
            socket.send_fds(channel, [message], [attached.fileno()])
            attached.close()


if __name__ == "__main__":
    start_network()
    mount_all(Path(sys.argv[1]))
    with socket.socket(fileno=0) as parent:
        parent.send(b"ready")
        serve(parent)
