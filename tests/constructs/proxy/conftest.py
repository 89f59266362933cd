"""Real HAProxy and NGINX in a pod of their own, with brokers behind them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from emqx_gitops.constructs.proxy import ProxyOptions, haproxy_files, nginx_files
from tests.constructs.proxy.certificates import make_authority, make_certificate
from tests.constructs.proxy.cluster import NAMESERVER, SUFFIX, Cluster
from tests.constructs.proxy.pod import Pod, eventually
from tests.constructs.proxy.stage import BROKER, ENVIRONMENT, FRONTENDS, Authorities, Launch, Stage

FILES = {"haproxy": haproxy_files, "nginx": nginx_files}
MOSQUITTO = """\
user root
listener 1883
listener 8083 127.0.0.1
protocol websockets
allow_anonymous true
"""
NEEDED = ("haproxy", "nginx", "mosquitto", "mosquitto_pub", "mosquitto_sub", "openssl", "unshare")
PACKAGES = "haproxy nginx libnginx-mod-stream mosquitto mosquitto-clients openssl util-linux"


@pytest.fixture(scope="session")
def programs() -> str:
    """Return a PATH with all programs; fail, rather than skip, where one is missing."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [name for name in NEEDED if not shutil.which(name, path=path)]
    if missing:
        pytest.fail(f"not installed: {', '.join(missing)}. On Debian: apt-get install {PACKAGES}")
    return path


@pytest.fixture(scope="session")
def authorities(programs: str, tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    """Two CAs, and certificates by them."""
    assert programs
    folder = tmp_path_factory.mktemp("certificates")
    servers, clients, strangers = (
        make_authority(folder, name) for name in ("servers", "clients", "strangers")
    )
    return Authorities(
        folder,
        servers,
        clients,
        server=make_certificate(folder, "server", servers),
        strangers=strangers,
        client=make_certificate(folder, "meter-17", clients),
        stranger=make_certificate(folder, "stranger", strangers),
    )


@pytest.fixture(scope="session")
def stream_module(programs: str) -> str:
    """Return the NGINX directive that loads its stream module, where it is not built in."""
    command = [shutil.which("nginx", path=programs) or "nginx", "-V"]
    words = subprocess.run(command, check=True, capture_output=True, text=True).stderr.split()
    if "--with-stream=dynamic" not in words:
        return ""
    modules = next(word.partition("=")[2] for word in words if word.startswith("--modules-path="))
    return f"load_module {modules}/ngx_stream_module.so;"


@pytest.fixture(params=FILES)
def kind(request: pytest.FixtureRequest) -> str:
    """Each of the two proxies in turn."""
    return str(request.param)


@pytest.fixture
def launch(
    authorities: Authorities, stream_module: str, programs: str, tmp_path: Path
) -> Iterator[Launch]:
    """Start a pod with a proxy of some kind in it, and one broker; environment as keywords."""
    with ExitStack() as stack:

        def start(
            kind: str,
            options: ProxyOptions | None = None,
            changes: dict[str, str] | None = None,
            **environment: str,
        ) -> Stage:
            files = FILES[kind](options or ProxyOptions(FRONTENDS))
            for old, new in (changes or {}).items():
                files = {name: text.replace(old, new) for name, text in files.items()}
            volumes = {
                "config": files,
                "tls": authorities.server.secret,
                "client-ca": {"ca.crt": authorities.clients.certificate.read_text()},
            }
            pod = stack.enter_context(make_pod(tmp_path, volumes))
            shutil.copy(authorities.servers.certificate, tmp_path / "ca.crt")
            mosquitto = pod.run("mosquitto", "-c", "/mnt/mosquitto.conf")
            eventually(lambda: " running" in mosquitto.output, "start of mosquitto")
            cluster = stack.enter_context(Cluster(pod))
            cluster.start_broker(BROKER)
            stack.callback(pod.end)  # before the cluster, which would accept while it closes
            variables = ENVIRONMENT | {"PATH": programs, "NGINX_GLOBALS": stream_module}
            variables |= environment
            proxy = pod.run("/bin/sh", "/etc/proxy/config/entrypoint.sh", **variables)
            stage = Stage(kind, pod, cluster, authorities, proxy, stack, variables)
            eventually(lambda: stage.ready or proxy.code is not None, f"readiness of {kind}")
            assert stage.ready, proxy.output
            return stage

        yield start


def make_pod(workspace: Path, volumes: dict[str, dict[str, str]]) -> Pod:
    """Return a pod with its volumes filled, and what tests need in its /mnt."""
    (workspace / "mosquitto.conf").write_text(MOSQUITTO)
    dns = f"nameserver {NAMESERVER}\nsearch {SUFFIX}\noptions timeout:1 attempts:1\n"
    (workspace / "resolv.conf").write_text(dns)
    pod = Pod(workspace)
    for volume, files in volumes.items():
        pod.fill(volume, files)
    return pod
