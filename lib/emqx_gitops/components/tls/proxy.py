"""TLS that ends at a proxy of our own: what HAProxy and NGINX share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from emqx_gitops.components.addition import TEMPLATE, Addition, Part, Shared
from emqx_gitops.components.images import ImageSource, pull_secrets, replaced
from emqx_gitops.components.listeners import PROXIED_PORTS, STAFF, backend, broker_ports
from emqx_gitops.components.resources import Resources
from emqx_gitops.components.site import Listener, Site
from emqx_gitops.components.tls.certificates import Certified
from emqx_gitops.constructs import names
from emqx_gitops.constructs.ports import PROXY_PORTS, policy_ports, service_port
from emqx_gitops.constructs.proxy import Frontend, ProxyOptions
from emqx_gitops.constructs.proxy import objects as proxy
from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.kustomize.documents import (
    ConfigMapGenerator,
    Image,
    Operation,
    add,
    replace,
)

PROXY_NEEDS_STATUS = Rule(
    code="EG406",
    name="proxy-needs-status",
    severity=Severity.ERROR,
    what="The proxies ask brokers for their status, and the listener that answers is turned off.",
    why="Without an answer no broker counts as alive, and no client gets through.",
    fix="Leave the dashboard's listener on (on 4.4: management); it is not exposed by that.",
    source="apps/emqx_management/src/emqx_mgmt_api_status.erl, EMQX v5.7.1",
)

RULES = (PROXY_NEEDS_STATUS,)

DEFAULT_FRONTENDS = (
    Frontend(name="mqtts", port=8883, tls=True, upstream_port=1893, send_proxy=True),
)


class Proxied(Certified):
    """TLS that ends at proxies before the brokers, which learn the client's address from them."""

    ends: ClassVar = "proxy"
    image: ClassVar[str]
    """Stock image, tag included."""

    by_service: ClassVar[bool] = False
    """Whether it reaches brokers by a Service, for want of following their DNS names."""

    replicas: Annotated[int, Field(ge=2, le=64)] = proxy.REPLICAS
    """Number of proxies."""

    resources: Resources | None = None
    """500m of CPU and 512Mi of memory where left out; memory bounds the connections."""

    image_source: Annotated[ImageSource | None, Field(alias="image")] = None
    """Another image than the stock one."""

    @classmethod
    def files(cls, options: ProxyOptions) -> dict[str, str]:
        """Return the configuration's files by name."""
        raise NotImplementedError

    @classmethod
    def shared(cls) -> Iterator[Shared]:
        """One component: the proxy with the default certificate and one port for MQTT."""
        to_proxies = (
            replace("/spec/selector", names.selector(names.PROXY)),
            replace("/spec/ports", list(PROXY_PORTS)),
        )
        generator = ConfigMapGenerator(
            name=names.PROXY,
            files=cls.files(ProxyOptions(frontends=DEFAULT_FRONTENDS)),
            annotations=names.SETTINGS_GUARDS,
            labels=names.labels(names.PROXY),
        )
        ports = {each.name: each.port for each in DEFAULT_FRONTENDS}
        addition = Addition(
            objects=(
                *proxy.proxy_objects(cls.image, ports),
                *((proxy.backends(),) if cls.by_service else ()),
            ),
            generators=(generator,),
            patches={("Service", names.BROKER): to_proxies},
        )
        yield Shared(path=cls.path(), addition=addition)

    @classmethod
    def path(cls) -> str:
        """Return the component's path below ``dist/components``."""
        return f"tls/{cls.__name__.lower()}"

    def part(self, site: Site) -> Part:
        """Set what differs: ports, certificates, clients' CA, size."""
        frontends = tuple(_frontend(site, each) for each in site.public)
        options = ProxyOptions(
            frontends=frontends,
            client_ca=self.mutual,
            accept_proxy=site.balancer_sends_proxy,
            status_port=site.listeners[_status_listener(site)].port,
        )
        usual = ProxyOptions(frontends=DEFAULT_FRONTENDS)
        files = {} if options == usual else self._changed(options, usual)
        generator = ConfigMapGenerator(name=names.PROXY, files=files, behavior="merge")
        own = Addition(
            generators=(generator,) if files else (),
            images=self._image(site),
            replicas={names.PROXY: self.replicas} if self.replicas != proxy.REPLICAS else {},
            objects=self.certificate(),
            patches={
                ("Deployment", names.PROXY): tuple(self._deployment(site, frontends)),
                ("NetworkPolicy", names.PROXY): tuple(_policy(frontends)),
                ("Service", names.BACKENDS): tuple(_backends(site)) if self.by_service else (),
            },
        )
        return Part(components=(self.path(),), own=own)

    def _image(self, site: Site) -> tuple[Image, ...]:
        base, _, tag = self.image.partition(":")
        return replaced(base, tag=tag, registry=site.registry, source=self.image_source)

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse health checks that nobody would answer."""
        if _status_listener(site) not in site.listeners:
            where = Where(environment=site.environment, path="emqx.listeners")
            yield PROXY_NEEDS_STATUS.at(where, "the listener that serves /status is off")

    def _changed(self, options: ProxyOptions, usual: ProxyOptions) -> Mapping[str, str]:
        before = self.files(usual)
        after = self.files(options)
        return {name: text for name, text in after.items() if before.get(name) != text}

    def _deployment(self, site: Site, frontends: tuple[Frontend, ...]) -> Iterator[Operation]:
        pod, container = f"{TEMPLATE}/spec", f"{TEMPLATE}/spec/containers/0"
        yield from pull_secrets(site.pull_secrets, pod)
        if frontends != DEFAULT_FRONTENDS:
            ports = [proxy.container_port(each.name, each.port) for each in frontends]
            yield replace(f"{container}/ports", [*ports, proxy.HEALTH])
        if site.domain != "cluster.local":
            yield replace(f"{container}/env/1/value", site.domain)
        if self.secret_name != names.CERTIFICATE:
            path = f"{pod}/volumes/{proxy.CERTIFICATE_VOLUME}/secret/secretName"
            yield replace(path, self.secret_name)
        if self.client_ca is not None:
            volume = proxy.client_ca_volume(self.client_ca.secret_name, self.client_ca.key)
            yield add(f"{pod}/volumes/-", volume)
            yield add(f"{container}/volumeMounts/-", proxy.client_ca_mount())
        if self.resources is not None:
            yield replace(f"{container}/resources", self.resources.manifest(proxy.RESOURCES))


def _frontend(site: Site, listener: Listener) -> Frontend:
    """Return the proxy's port for *listener*; people's passwords are not sent in the clear."""
    behind = backend(site, listener)
    ports = broker_ports(site) | PROXIED_PORTS
    return Frontend(
        name=listener.name,
        port=listener.port,
        tls=listener.tls or listener.name in STAFF,
        upstream_port=ports[behind],
        send_proxy=behind in PROXIED_PORTS,
    )


def _status_listener(site: Site) -> str:
    """Return the name of the listener that answers ``/status``."""
    return "management" if site.keys.is_v4 else "dashboard"


def _policy(frontends: tuple[Frontend, ...]) -> Iterator[Operation]:
    if frontends != DEFAULT_FRONTENDS:
        ports = policy_ports(*(each.name for each in frontends))
        yield replace("/spec/ingress/0/ports", ports)


def _backends(site: Site) -> Iterator[Operation]:
    behind = (*(backend(site, each) for each in site.public), _status_listener(site))
    ports = broker_ports(site) | PROXIED_PORTS
    wanted = [service_port(name, ports[name]) for name in dict.fromkeys(behind)]
    if wanted != list(proxy.BACKEND_PORTS):
        yield replace("/spec/ports", wanted)
