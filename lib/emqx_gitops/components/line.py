"""What differs in structure between EMQX's version lines: where a node tells its status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.site import Site
from emqx_gitops.constructs import pod
from emqx_gitops.kustomize.documents import Operation, replace
from emqx_gitops.manifests import Manifest


def shared() -> Iterable[Shared]:
    """Return the component of 4.4, which answers ``/status`` on the management API's port."""
    yield Shared(path="line/4.4", addition=Addition(pod=tuple(_ask(pod.probes("management")))))


def part(site: Site) -> Part:
    """Ask ``/status`` where this line and these listeners serve it, or only connect."""
    port = "management" if site.keys.is_v4 else "dashboard"
    if port not in site.listeners:
        client = next(name for name in site.listeners if name not in {"dashboard", "management"})
        return Part(own=Addition(pod=tuple(_ask(pod.socket_probes(_plain(site, client))))))
    return Part(components=("line/4.4",) if site.keys.is_v4 else ())


def _plain(site: Site, client: str) -> str:
    """Return a container port to connect to; ``ekka`` where every client's needs a header."""
    ended_here = site.tls_end == "broker" and not site.proxy_protocol
    return client if client in {"mqtt", "ws"} or ended_here else "ekka"


def _ask(probes: Manifest) -> Iterator[Operation]:
    for name, probe in probes.items():
        yield replace(f"/spec/containers/0/{name}", probe)
