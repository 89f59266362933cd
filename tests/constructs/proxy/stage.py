"""A proxy in a pod with brokers behind it, and what tests do with it."""

from __future__ import annotations

import contextlib
import http.client
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from emqx_gitops.constructs.proxy import Frontend
from tests.constructs.proxy.certificates import Pair, make_certificate
from tests.constructs.proxy.cluster import MQTT, WEBSOCKET, Cluster
from tests.constructs.proxy.mqtt import Client, client_context
from tests.constructs.proxy.pod import Pod, Process

BROKER = "127.0.0.11"
"""Address of the first broker."""

MQTTS, WSS, HEALTH = 8883, 8084, 8404
FRONTENDS = (
    Frontend("mqtts", MQTTS, tls=True, upstream_port=MQTT, send_proxy=True),
    Frontend("wss", WSS, tls=True, upstream_port=WEBSOCKET, send_proxy=True),
    Frontend("mqtt", 1884, tls=False, upstream_port=MQTT, send_proxy=True),
)
ENVIRONMENT = {
    "POD_NAMESPACE": "emqx-test",
    "CLUSTER_DOMAIN": "cluster.test",
    "RELOAD_SECONDS": "1",
    "LINGER_SECONDS": "1",
    "DRAIN_SECONDS": "2",
}


@dataclass(frozen=True)
class Authorities:
    """The certificates of one test session."""

    folder: Path
    servers: Pair
    clients: Pair
    server: Pair
    client: Pair
    strangers: Pair
    """A CA that nobody trusts."""

    stranger: Pair
    """A client's certificate by that CA."""

    def renew(self) -> Pair:
        """Return a new certificate of the server, valid like the old one."""
        number = len(list(self.folder.iterdir()))
        return make_certificate(self.folder, f"renewed-{number}", self.servers)


@dataclass(frozen=True)
class Stage:
    """A running proxy and all around it."""

    kind: str
    pod: Pod
    cluster: Cluster
    authorities: Authorities
    proxy: Process
    stack: ExitStack
    """Closes what tests leave open."""

    variables: Mapping[str, str]
    """The proxy's environment."""

    def again(self) -> Stage:
        """Start the proxy anew, as the kubelet does with a container that has ended."""
        script = "/etc/proxy/config/entrypoint.sh"
        return replace(self, proxy=self.pod.run("/bin/sh", script, **self.variables))

    def client(self, port: int = MQTTS, *, source: str = "", own: Pair | None = None) -> Client:
        """Connect an MQTT client through the proxy."""
        context = client_context(self.authorities.servers, own)
        connection = self.pod.connect(port, source=source)
        return self.stack.enter_context(Client(connection, context, websocket=port == WSS))

    def ask(self, path: str) -> tuple[int, str]:
        """Return status and body of *path* on the health port."""
        connection = http.client.HTTPConnection("127.0.0.1")
        connection.sock = self.pod.connect(HEALTH)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, body

    @property
    def ready(self) -> bool:
        """Whether the proxy reaches a broker."""
        try:
            return self.ask("/readyz")[0] == http.client.OK
        except OSError:
            return False

    def refuses(self, port: int = MQTTS, *, own: Pair | None = None) -> bool:
        """Return whether a client does not get through to a broker."""
        try:
            self.client(port, own=own).socket.close()
        except (ConnectionError, ssl.SSLError):
            return True
        return False

    def seconds_of_silence(self, most: float) -> float:
        """Return after how long the proxy ends a connection on which no TLS begins."""
        start = time.monotonic()
        with contextlib.suppress(ConnectionResetError), self.pod.connect(MQTTS) as connection:
            connection.settimeout(most)
            assert connection.recv(1) == b""
        return time.monotonic() - start

    @property
    def serial(self) -> str:
        """Serial number of the certificate that a new client is shown."""
        with self.client() as client:
            return client.served_serial


Launch = Callable[..., Stage]
"""Start a proxy: its kind, options, changes to its files, and the pod's environment."""
