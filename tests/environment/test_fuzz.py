"""Whatever an environment's file holds: findings, or an environment that can be laid out."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emqx_gitops.environment.layout import lay_out
from emqx_gitops.environment.loader import Path, Refused, load, load_clusters, read
from emqx_gitops.findings import Finding, Severity
from emqx_gitops.fleet.describe import claims_of, summary_of
from emqx_gitops.manifests import read_document, to_yaml
from emqx_gitops.rules.environment import check_environment

FULL = b"""\
apiVersion: emqx-gitops/v1
kind: Environment
cluster: lab
namespace: {name: x, create: true, labels: {a: b}}
emqx:
  version: 5.10.1
  edition: enterprise
  replicas: 3
  resources: {cpu: 2, memory: 4Gi, cpuLimit: 3, ephemeralStorage: 1Gi}
  settings: {EMQX_LOG__CONSOLE__LEVEL: debug, A: {secretName: s, key: k}, B: 1.5, C: true}
  listeners: {mqtt: true, mqtts: 8884, ws: {port: 9000, public: true}, wss: false}
  license: {secretName: licence, key: k}
  image: {repository: example.com/emqx, tag: t}
workload:
  kind: statefulset
  nodeSelector: {disk: ssd}
  tolerations: [{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 5}]
  spread: {over: zone, required: true}
  gracePeriodSeconds: 200
  annotations: {a: b}
discovery: {strategy: k8s, addressType: hostname}
exposure:
  type: loadBalancer
  provider: aws
  sourceRanges: [10.0.0.0/8]
  nodePorts: {mqtts: 31000}
  tls:
    terminateAt: haproxy
    secretName: t
    issuer: {name: i, kind: Issuer, dnsNames: [mqtt.example.com]}
    clientCA: {secretName: c, key: k}
    resources: {cpu: 1, memory: 1Gi}
storage: {type: local, nodes: [a, b, c], path: /x, size: 1Gi}
credentials: {secretName: c, revision: r1, reload: true}
images: {registry: example.com, pullSecrets: [p]}
network: {dashboardFrom: [a], metricsFrom: [b]}
metrics: {serviceMonitor: true, interval: 10s}
protect: false
ignore: [{rule: EG302, reason: because it is so}]
"""
OTHERS = (
    (
        b"emqx: {version: 4.4.19, edition: edge, replicas: 1, listeners: {management: 8082}}\n"
        b"workload: {kind: pod}\ndiscovery: {strategy: singleton}\n"
        b"exposure: {type: loadBalancer, tls: {terminateAt: nginx}}\n"
        b"storage: {type: existingClaim, claimName: c}\n"
    ),
    (
        b"emqx: {version: 5.8.9}\nworkload: {kind: deployment}\n"
        b"exposure: {type: nodePort, nodePorts: {mqtt: 31000}}\nstorage: {type: ephemeral}\n"
    ),
    (
        b"emqx: {version: 5.7.1}\ndiscovery: {strategy: dns, recordType: a}\n"
        b"exposure: {type: loadBalancer, provider: aws,\n"
        b"  tls: {terminateAt: cloud, certificate: a}}\n"
        b"storage: {type: nfs, server: nfs.example.com, path: /x, size: 1Gi}\n"
    ),
)
SEEDS = [read_document(text).data for text in (FULL, *OTHERS)]

WORDS = st.sampled_from([
    *["", "x", "a b", "é", "\n", "-", "/", "/../x", "$(X)", "1" * 300, "a" * 64],
    *["5.9.0", "4.4.0", "6.1.0", "9999.9.9", "pod", "deployment", "static", "dns", "k8s", "cloud"],
])  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 2, 80, 1024, 65535, 65536, 10**30, 1.5, 1e300]),
    WORDS,
    st.text(max_size=8),
)
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.dictionaries(
        st.one_of(WORDS, st.sampled_from(["type", "kind", "mqtt"])), SCALARS, max_size=3
    ),
)
PIECES = st.one_of(
    st.sampled_from([
        *[":", "- ", "#", "'", '"', "[", "]", "{", "}", "&a ", "*a", "|", "<<: ", "? ", "!!x "],
        *["\t", "\0", "\u2028", "\ufeff", "---\n", "yes", "0x", "<<<<<<< HEAD\n"],
    ]),
    st.text(max_size=4),
)  # fmt: skip
CLUSTERS, PLACES = load_clusters(b"clusters: {lab: {}, default: {domain: x.y}}\n")


@settings(deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.floats(0, 1), VALUES), min_size=1, max_size=3))
def test_any_value_anywhere(seed: Any, changes: list[tuple[float, Any]]) -> None:
    """Any value in any place is refused in one sentence, or is an environment."""
    data = copy.deepcopy(seed)
    for where, value in changes:
        data = _with(data, where, value)
    try:
        text = to_yaml(data)
    except TypeError:  # half a character
        return

    _compile(text.encode())


@settings(deadline=None)
@given(
    st.sampled_from([FULL.decode(), *(text.decode() for text in OTHERS)]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), PIECES), min_size=1, max_size=4),
)
def test_any_slip_of_the_pen(text: str, slips: list[tuple[float, int, str]]) -> None:
    """So is any text with pieces taken out and put in."""
    for where, length, piece in slips:
        start = int(where * len(text))
        text = text[:start] + piece + text[start + length :]

    _compile(text.encode(errors="surrogatepass"))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    """So are bytes that are nothing at all."""
    _compile(content)


def _compile(text: bytes) -> None:
    """Compile as far as Kustomize; only findings may come of it, and soon."""
    started = time.process_time()
    try:
        loaded = load("demo", read(text, "demo.yaml", "demo"), "demo.yaml", CLUSTERS, PLACES)
    except Refused as error:
        found = list(error.findings)
        assert found
    else:
        found = check_environment(loaded)
        if not any(each.rule.severity is Severity.ERROR for each in found):
            lay_out(loaded.resolved, extra=False)
            claims_of(loaded)
            summary_of(loaded.resolved)
            loaded.resolved.asked.storage.prepare(loaded.resolved.site)
    assert time.process_time() - started < 2
    for each in found:
        _check(each, text)


def _check(finding: Finding, text: bytes) -> None:
    assert len(finding.message.splitlines()) == 1
    assert len(finding.message) < 500
    assert finding.fix
    assert 0 <= finding.where.line <= len(text.splitlines()) + 1


def _with(data: Any, where: float, value: Any) -> Any:
    """Return *data* with *value* in one of its places, the first for 0, the last for 1."""
    paths = list(_paths(data))
    path = paths[min(int(where * len(paths)), len(paths) - 1)]
    if not path:
        return value
    here = data
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return data


def _paths(data: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    pairs: Any = data.items() if isinstance(data, dict) else ()
    pairs = enumerate(data) if isinstance(data, list) else pairs
    for step, value in pairs:
        yield from _paths(value, (*path, step))
