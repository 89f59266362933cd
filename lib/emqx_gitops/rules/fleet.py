"""Rules on what environments take from each other."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.rules.subjects import Claims

NODE_PORT_TWICE = Rule(
    code="EG402",
    name="node-port-twice",
    severity=Severity.ERROR,
    what="A node port is fixed twice in one cluster.",
    why="The API server gives it to the first Service, and refuses the second.",
    fix="Write another port, or leave it out and have Kubernetes choose one.",
    source="Kubernetes documentation, Service (NodePort)",
)

NAMESPACE_TWICE = Rule(
    code="EG501",
    name="namespace-twice",
    severity=Severity.ERROR,
    what="Two environments share a namespace of one cluster.",
    why=(
        "Their objects have the same names and their pods the same labels: each would overwrite "
        "the other, and nodes of both would form one cluster."
    ),
    fix="Give one of them another namespace.",
    source="docs/adr: one environment is one namespace",
)

LOCATION_TWICE = Rule(
    code="EG502",
    name="volume-location-twice",
    severity=Severity.ERROR,
    what="Two environments keep data in one folder, or one within the other's.",
    why="Nodes of both would write their databases to the same files and corrupt each other.",
    fix="Give one of them another path or server.",
    source="Kubernetes documentation, Persistent Volumes (nothing compares their sources)",
)

RULES = (NODE_PORT_TWICE, NAMESPACE_TWICE, LOCATION_TWICE)


def check_fleet(claims: Sequence[Claims]) -> Iterator[Finding]:
    """Yield what two environments both claim, at the second of them in the order given."""
    yield from _node_ports(claims)
    yield from _namespaces(claims)
    yield from _locations(claims)


def _node_ports(claims: Sequence[Claims]) -> Iterator[Finding]:
    taken: dict[tuple[str, int], tuple[Claims, str]] = {}
    for claim in claims:
        for name, port in claim.node_ports.items():
            first, listener = taken.setdefault((claim.cluster, port), (claim, name))
            if (first, listener) != (claim, name):
                other = _shown(first, f"nodePorts.{listener}", claim)
                message = f"node port {port} of {name} is that of {listener}{other}"
                yield NODE_PORT_TWICE.at(claim.places[f"nodePorts.{name}"], message)


def _namespaces(claims: Sequence[Claims]) -> Iterator[Finding]:
    taken: dict[tuple[str, str], Claims] = {}
    for claim in claims:
        first = taken.setdefault((claim.cluster, claim.namespace), claim)
        if first is not claim:
            message = f"namespace {claim.namespace} is that{_shown(first, 'namespace', claim)}"
            yield NAMESPACE_TWICE.at(claim.places["namespace"], message)


def _locations(claims: Sequence[Claims]) -> Iterator[Finding]:
    owners: dict[str, list[int]] = {}
    for number, claim in enumerate(claims):
        for folder in _folders(claim):
            owners.setdefault(folder, []).append(number)
    for number, claim in enumerate(claims):
        for other in sorted(_others(number, claim, owners)):
            first = claims[other]
            message = f"data lies in a folder{_shown(first, 'storage', claim)}"
            yield LOCATION_TWICE.at(claim.places["storage"], message)


def _folders(claim: Claims) -> Iterator[str]:
    """Yield each location, spelled in one way; machines belong to a cluster, NFS servers do not."""
    for location in claim.locations:
        kind, _, rest = location.partition("://")
        machine, slash, path = rest.partition("/")
        scope = "" if kind == "nfs" else claim.cluster
        host = machine.lower().removesuffix(".")
        yield f"{scope}:{kind}://{host}{posixpath.normpath(slash + path)}"


def _others(number: int, claim: Claims, owners: dict[str, list[int]]) -> set[int]:
    """Return who else has a folder of *claim*, earlier in order, or one around it."""
    found = set[int]()
    for folder in _folders(claim):
        found.update(other for other in owners[folder] if other < number)
        above = posixpath.dirname(folder)
        while above != posixpath.dirname(above):
            found.update(other for other in owners.get(above, ()) if other != number)
            above = posixpath.dirname(above)
    return found


def _shown(owner: Claims, claimed: str, by: Claims) -> str:
    """Name the environment *owner* and the line of what it claims, unless *by* is the same."""
    if owner is by:
        return ""
    where: Where = owner.places[claimed]
    line = f":{where.line}" if where.line else ""
    return f" of environment {owner.environment} ({where.file}{line})"
