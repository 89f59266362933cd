"""One compiled environment or overlay: its files, findings and claims, as values of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.kustomize.documents import Tree
from emqx_gitops.rules.subjects import Claims


@dataclass(frozen=True, kw_only=True)
class Summary:
    """An environment in one line, for people."""

    cluster: str
    namespace: str
    version: str
    workload: str
    replicas: int
    discovery: str
    exposure: str
    tls: str
    storage: str
    startup_minutes: int
    """How long a roll-out of all nodes may take: what Flux waits for."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What one environment, or one overlay written by hand, compiles to."""

    name: str
    tree: Tree
    objects: int
    findings: tuple[Finding, ...] = ()
    claims: Claims | None = None
    """None for an overlay written by hand."""

    summary: Summary | None = None
    prepare: tuple[str, ...] = ()

    def to_json(self) -> Mapping[str, Any]:
        """Return this unit as JSON knows it."""
        return vars(self) | {
            "findings": [asdict(each) for each in self.findings],
            "claims": asdict(self.claims) if self.claims else None,
            "summary": asdict(self.summary) if self.summary else None,
        }

    @classmethod
    def from_json(cls, data: Any) -> Unit:
        """Return the unit that `to_json` made *data* of; TypeError or KeyError for other data."""
        claims, summary = data["claims"], data["summary"]
        return cls(
            name=data["name"],
            tree=data["tree"],
            objects=data["objects"],
            findings=tuple(_finding(each) for each in data["findings"]),
            claims=_claims(claims) if claims else None,
            summary=Summary(**summary) if summary else None,
            prepare=tuple(data["prepare"]),
        )


def _claims(data: Any) -> Claims:
    places = {name: Where(**where) for name, where in data["places"].items()}
    return Claims(**data | {"locations": tuple(data["locations"]), "places": places})


def _finding(data: Any) -> Finding:
    rule = Rule(**data["rule"] | {"severity": Severity(data["rule"]["severity"])})
    return Finding(rule, Where(**data["where"]), data["message"], data["fix"])


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A whole compile: the tree to be, unless a finding is an error."""

    tree: Tree
    units: tuple[Unit, ...]
    findings: tuple[Finding, ...] = ()
    reused: int = 0
    """How many units came from the cache."""

    partial: frozenset[str] | None = None
    """Names that were selected; None for all."""

    failed: bool = field(default=False)
