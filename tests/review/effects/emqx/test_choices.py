"""Every choice exchanged for another: what an operator would expect to be told, and no more."""

from __future__ import annotations

import json
from typing import NamedTuple
from zlib import crc32

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder
from tests.review.effects.emqx.cases import astray, lost, told

SETTING = "EG949"
"""Goes with nearly everything: settings that no other rule speaks of."""


def _emqx(fields: str, rest: str = "") -> str:
    return f"{{emqx: {{version: 5.8.9, {fields}}}{rest}}}"


ONE = ", discovery: {strategy: singleton}"
DEPLOYMENT = "{workload: {kind: deployment}, discovery: {strategy: k8s, addressType: ip}}"
ONE_DEPLOYMENT = _emqx("replicas: 1", f"{ONE}, workload: {{kind: deployment}}")
ONE_POD = _emqx("replicas: 1", f"{ONE}, workload: {{kind: pod}}")
ONE_SET = _emqx("replicas: 1", ONE)
KEPT = "{storage: {type: storageClass, size: 1Gi}}"
FAST = "{storage: {type: storageClass, size: 1Gi, class: fast}}"
NFS = "{storage: {type: nfs, server: nas, path: /p, size: 1Gi}}"
LOCAL = "{storage: {type: local, nodes: [a, b, c], path: /p, size: 1Gi}}"
SWAPPED = "{storage: {type: local, nodes: [b, a, c], path: /p, size: 1Gi}}"
FIVE_LOCAL = _emqx(
    "replicas: 5", ", storage: {type: local, nodes: [a, b, c, d, e], path: /p, size: 1Gi}"
)


def _claim(name: str) -> str:
    storage = f"{ONE}, storage: {{type: existingClaim, claimName: {name}}}"
    return _emqx("replicas: 1", storage)


def _tls(fields: str, exposure: str = "clusterIp") -> str:
    return f"{{exposure: {{type: {exposure}, tls: {{{fields}, secretName: t}}}}}}"


LISTENER, HAPROXY, NGINX = (
    _tls(f"terminateAt: {each}") for each in ("listener", "haproxy", "nginx")
)
CLIENT_CA = ", clientCA: {secretName: ca}"


def _version(version: str, licence: str = "{secretName: l}") -> str:
    given = f", license: {licence}" if licence else ""
    return f"{{emqx: {{version: {version}{given}}}}}"


class Exchange(NamedTuple):
    """Two environments, and the codes of what the way from one to the other does."""

    name: str
    old: str
    new: str
    codes: str = ""


EXCHANGES = (
    Exchange("nothing", KEPT, KEPT),
    Exchange("workload-deployment", "{}", DEPLOYMENT, "EG905 EG907"),
    Exchange("workload-deployment-of-kept", KEPT, DEPLOYMENT, "EG903 EG905 EG907"),
    Exchange("workload-pod", ONE_DEPLOYMENT, ONE_POD, "EG905"),
    Exchange("workload-pod-to-set", ONE_POD, ONE_SET, "EG905"),
    Exchange("discovery-k8s", "{}", "{discovery: {strategy: k8s}}", "EG907"),
    Exchange("discovery-static", "{}", "{discovery: {strategy: static}}", "EG907"),
    Exchange("discovery-singleton", _emqx("replicas: 3"), ONE_SET, "EG907 EG913 EG914"),
    Exchange("discovery-from-singleton", ONE_SET, _emqx("replicas: 3"), "EG916"),
    Exchange(
        "discovery-dns-a",
        "{discovery: {strategy: dns, recordType: srv}}",
        "{discovery: {strategy: dns, recordType: a}}",
        "EG902",
    ),
    Exchange(
        "discovery-k8s-dns",
        "{discovery: {strategy: k8s, addressType: hostname}}",
        "{discovery: {strategy: k8s, addressType: dns}}",
        "EG902",
    ),
    Exchange(
        "discovery-k8s-hostname",
        "{discovery: {strategy: k8s, addressType: ip}}",
        "{discovery: {strategy: k8s, addressType: hostname}}",
        "EG902",
    ),
    Exchange(
        "discovery-static-grows",
        "{discovery: {strategy: static}}",
        _emqx("replicas: 5", ", discovery: {strategy: static}"),
        "EG916",
    ),
    Exchange("exposure-balancer", "{}", "{exposure: {type: loadBalancer}}"),
    Exchange("exposure-node-port", "{}", "{exposure: {type: nodePort}}"),
    Exchange("exposure-dashboard", "{}", _emqx("listeners: {dashboard: {public: true}}"), ""),
    Exchange(
        "exposure-dashboard-outside",
        "{exposure: {type: nodePort}}",
        _emqx("listeners: {dashboard: {public: true}}", ", exposure: {type: nodePort}"),
        "EG929",
    ),
    Exchange("tls-listener", "{}", LISTENER, "EG924"),
    Exchange("tls-none", LISTENER, "{}", "EG922"),
    Exchange("tls-haproxy-for-listener", LISTENER, HAPROXY, "EG922"),
    Exchange("tls-nginx-for-haproxy", HAPROXY, NGINX),
    Exchange("tls-haproxy", "{}", HAPROXY),
    Exchange("tls-no-haproxy", HAPROXY, "{}"),
    Exchange("tls-listener-secret", LISTENER, LISTENER.replace("e: t", "e: u"), "EG926"),
    Exchange("tls-haproxy-secret", HAPROXY, HAPROXY.replace("e: t", "e: u"), "EG926"),
    Exchange("tls-listener-clients", LISTENER, _tls(f"terminateAt: listener{CLIENT_CA}"), "EG927"),
    Exchange("tls-haproxy-clients", HAPROXY, _tls(f"terminateAt: haproxy{CLIENT_CA}"), "EG927"),
    Exchange("tls-nginx-clients", NGINX, _tls(f"terminateAt: nginx{CLIENT_CA}"), "EG927"),
    Exchange("tls-nginx-no-clients", _tls(f"terminateAt: nginx{CLIENT_CA}"), NGINX, "EG928"),
    Exchange("storage-kept", "{}", KEPT, "EG917"),
    Exchange("storage-ephemeral", KEPT, "{}", "EG917"),
    Exchange("storage-class", KEPT, FAST, "EG917"),
    Exchange("storage-nfs", KEPT, NFS, "EG917"),
    Exchange("storage-size", KEPT, KEPT.replace("1Gi", "2Gi")),
    Exchange("storage-nfs-path", NFS, NFS.replace("/p", "/q"), "EG919"),
    Exchange("storage-nfs-server", NFS, NFS.replace("nas", "filer"), "EG919"),
    Exchange("storage-local", NFS, LOCAL, "EG919"),
    Exchange("storage-local-order", LOCAL, SWAPPED, "EG918"),
    Exchange("storage-local-append", LOCAL, FIVE_LOCAL, "EG916"),
    Exchange("storage-claim", _claim("a"), _claim("b"), "EG917 EG950"),
    Exchange("version-4-to-5", _version("4.4.19", ""), _version("5.8.9", ""), "EG934 EG935"),
    Exchange("version-patch", _version("5.8.8", ""), _version("5.8.9", ""), "EG941"),
    Exchange("version-patch-back", _version("5.8.9", ""), _version("5.8.8", ""), "EG937"),
    Exchange("version-minor", _version("5.7.1", ""), _version("5.8.9", ""), "EG941"),
    Exchange("version-unified", _version("5.8.9", ""), _version("5.10.4"), "EG941"),
    Exchange("version-early-unified", _version("5.8.9", ""), _version("5.10.0"), "EG937"),
    Exchange("version-5-to-6", _version("5.10.4"), _version("6.2.2"), "EG937"),
    Exchange("version-skips", _version("5.7.1", ""), _version("6.2.2"), "EG937"),
    Exchange("version-back", _version("6.2.2"), _version("5.10.4"), "EG939"),
    Exchange(
        "edition",
        _emqx("edition: opensource"),
        _emqx("edition: enterprise, license: {secretName: l}"),
        "EG940",
    ),
    Exchange("licence-secret", _version("5.10.4"), _version("5.10.4", "{secretName: m}"), "EG944"),
    Exchange(
        "licence-key", _version("5.10.4"), _version("5.10.4", "{secretName: l, key: k}"), "EG944"
    ),
    Exchange("replicas-5-3", _emqx("replicas: 5"), _emqx("replicas: 3"), "EG913"),
    Exchange("replicas-5-1", _emqx("replicas: 5"), _emqx("replicas: 1"), "EG913 EG914"),
    Exchange("replicas-3-4", _emqx("replicas: 3"), _emqx("replicas: 4"), "EG915 EG916"),
    Exchange("listener-on", "{}", _emqx("listeners: {ws: true}"), "EG924"),
    Exchange("listener-off", _emqx("listeners: {ws: true}"), "{}", "EG922"),
    Exchange("listener-port", "{}", _emqx("listeners: {mqtt: 1999}"), "EG923"),
    Exchange("dashboard-off", "{}", _emqx("listeners: {dashboard: false}"), "EG922"),
    Exchange("dashboard-port", "{}", _emqx("listeners: {dashboard: 8080}"), "EG923"),
    Exchange("credentials", "{}", "{credentials: {secretName: other}}", "EG901 EG933"),
    Exchange("credentials-revision", "{}", "{credentials: {revision: two}}", "EG901"),
    Exchange("credentials-reload", "{}", "{credentials: {reload: true}}"),
    Exchange("memory", "{}", _emqx("resources: {cpu: 100m, memory: 256Mi}"), "EG946"),
    Exchange("metrics", "{}", "{metrics: {serviceMonitor: true}}"),
    Exchange("network", "{}", "{network: {metricsFrom: [monitoring]}}"),
    Exchange("setting", "{}", _emqx("settings: {EMQX_LOG__CONSOLE__LEVEL: debug}")),
    Exchange(
        "setting-no-match",
        _emqx("settings: {EMQX_AUTHORIZATION__NO_MATCH: deny}"),
        "{}",
        "EG931",
    ),
)

Sides = dict[str, list[Manifest]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sides(built: Builder) -> Sides:
    """What each environment becomes, all of them in one namespace."""
    asked = sorted({side for each in EXCHANGES for side in (each.old, each.new)})
    return {
        text: json.loads(json.dumps(made.objects).replace(_name(text), "emqx-demo"))
        for text, made in zip(asked, built.together(asked), strict=True)
    }


def _name(asked: str) -> str:
    return f"emqx-e{crc32(asked.encode()):08x}"


@pytest.mark.parametrize("exchange", EXCHANGES, ids=[each.name for each in EXCHANGES])
def test_operator_is_told_what_matters(exchange: Exchange, sides: Sides) -> None:
    """Exchanging a choice is said to do what it does, and nothing else, and that once."""
    old, new = sides[exchange.old], sides[exchange.new]
    said = told(old, new)
    assert not astray(old, new)
    assert not lost(old, new)
    assert len(said) == len({(each.code, each.where) for each in said})
    codes = {each.code for each in said} - {SETTING}
    assert codes == set(exchange.codes.split()), said
