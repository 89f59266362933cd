"""
The names that a node discovers: what ekka makes of its settings and of the answers that it gets.

Told from ekka_cluster_{k8s,dns,static}.erl and ekka_autocluster.erl, 0.8.1.11 (EMQX 4.4.19) and
0.19.3 (EMQX 5.7.1); defaults from priv/emqx.schema (v4.4.19) and emqx_conf_schema.erl (v5.7.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tests.cluster.discovery.entrypoint import Variables, strategy

IN_CLUSTER = "https://kubernetes.default.svc:443"


class DiscoveryError(Exception):
    """A round of discovery ends without a list: the node stays alone and tries again."""


class Ask(Protocol):
    """What a node can ask; each raises DiscoveryError where it would get an error."""

    def endpoints(self, apiserver: str, namespace: str, service: str) -> Mapping[str, Any]:
        """Return the Endpoints object of a Service."""

    def addresses(self, name: str) -> Sequence[str]:
        """Return the A records of *name*, which nothing is added to; none where there are none."""

    def targets(self, name: str) -> Sequence[str]:
        """Return the targets of SRV records, without a dot at the end."""


def discovered(seen: Variables, own: str, ask: Ask, *, v4: bool) -> frozenset[str]:
    """Return the names of one round of discovery; raise DiscoveryError where it fails."""
    chosen = strategy(seen, v4=v4)
    if chosen in {"manual", "singleton"}:
        return frozenset({own})
    if chosen == "static":
        seeds = seen.get("EMQX_CLUSTER__STATIC__SEEDS", "").strip("[]")
        return frozenset(each for each in re.split(r'[,\s"]+', seeds) if each)
    if chosen == "dns":
        return _by_dns(seen, own, ask, v4=v4)
    if chosen == "k8s":
        return _by_endpoints(seen, own, ask, v4=v4)
    raise DiscoveryError(f"no strategy {chosen!r}")


def round_problems(found: Mapping[str, frozenset[str] | str], own: Mapping[str, str]) -> list[str]:
    """
    Return why a round does not bring all nodes together; both are by pod.

    What is *found* is a list of names, or the error that the node got instead.
    """
    problems = []
    if len(set(own.values())) < len(own):
        problems.append(f"nodes share a name: {sorted(own.values())}")
    if not own:
        problems.append("there are no nodes")
    everybody = frozenset(own.values())
    for pod, names in found.items():
        if isinstance(names, str):
            problems.append(f"{pod}: {names}")
        elif names != everybody:
            missing, foreign = sorted(everybody - names), sorted(names - everybody)
            problems.append(f"{pod}: does not find {missing}, finds foreign {foreign}")
    return problems


def _by_dns(seen: Variables, own: str, ask: Ask, *, v4: bool) -> frozenset[str]:
    name = seen.get("EMQX_CLUSTER__DNS__NAME") or (not v4 and "localhost")
    if not name:
        raise DiscoveryError("EMQX_CLUSTER__DNS__NAME is not set")
    part = seen.get("EMQX_CLUSTER__DNS__APP", "ekka") if v4 else own.partition("@")[0]
    record = seen.get("EMQX_CLUSTER__DNS__TYPE" if v4 else "EMQX_CLUSTER__DNS__RECORD_TYPE", "a")
    hosts = ask.targets(name) if record == "srv" else ask.addresses(name)
    return frozenset(f"{part}@{host}" for host in hosts)


def _by_endpoints(seen: Variables, own: str, ask: Ask, *, v4: bool) -> frozenset[str]:
    def setting(key: str, in_5: str, in_4: str) -> str:
        return seen.get(f"EMQX_CLUSTER__K8S__{key}", in_4 if v4 else in_5)

    # 4.4 looks for nodes of a name of its own; later lines for nodes with theirs.
    part = setting("APP_NAME", "", "ekka") if v4 else own.partition("@")[0]
    service, namespace = (
        setting("SERVICE_NAME", "emqx", ""),
        setting("NAMESPACE", *2 * ("default",)),
    )
    kind, suffix = setting("ADDRESS_TYPE", "ip", "ip"), setting("SUFFIX", "pod.local", "")
    answer = ask.endpoints(setting("APISERVER", IN_CLUSTER, ""), namespace, service)
    # Addresses that are not ready are in a list of their own, which ekka does not read.
    subsets = answer.get("subsets") or ()
    addresses = [each for subset in subsets for each in subset.get("addresses") or ()]
    if kind == "ip":
        return frozenset(f"{part}@{each['ip']}" for each in addresses)
    if kind not in {"dns", "hostname"}:
        raise DiscoveryError(f"no address type {kind!r}")
    if kind == "hostname" and any("hostname" not in each for each in addresses):
        raise DiscoveryError("badkey, hostname")
    by_name = kind == "hostname"
    hosts = [e["hostname"] if by_name else e["ip"].replace(".", "-") for e in addresses]
    middle = f".{service}.{namespace}" if by_name else f".{namespace}"
    # Without a suffix the names stay short, and no node calls itself so.
    end = f"{middle}.{suffix}" if suffix else ""
    return frozenset(f"{part}@{host}{end}" for host in hosts)
