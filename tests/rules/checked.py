"""Environments checked as the pipeline checks them, short of building them."""

from __future__ import annotations

from collections.abc import Mapping

from emqx_gitops.environment.loader import Refused, load_clusters
from emqx_gitops.findings import Finding, Severity
from emqx_gitops.fleet.describe import claims_of, load_source
from emqx_gitops.fleet.sources import EnvironmentSource
from emqx_gitops.rules.accepted import accept
from emqx_gitops.rules.environment import check_environment
from emqx_gitops.rules.fleet import check_fleet
from tests.rules.cases import complete


def check_files(texts: Mapping[str, str], clusters: str = "") -> list[Finding]:
    """Return what is wrong with environments, by name; each text is completed first."""
    known, places = load_clusters(clusters.encode() if clusters else None)
    findings: list[Finding] = []
    claims = []
    for name, text in texts.items():
        file = f"overlays/{name}/environment.yaml"
        source = EnvironmentSource(name, file, complete(text).encode())
        try:
            loaded = load_source(source, known, places)
        except Refused as error:
            findings += error.findings
            continue
        found = check_environment(loaded)
        refused = any(each.rule.severity is Severity.ERROR for each in found)
        findings += found if refused else accept(found, loaded)
        if not refused:
            claims.append(claims_of(loaded))
    return [*findings, *check_fleet(claims)]


def check(text: str) -> list[Finding]:
    """Return what is wrong with one environment."""
    return check_files({"prod": text})


def codes(text: str) -> set[str]:
    """Return the codes of what is wrong with one environment."""
    return {each.rule.code for each in check(text)}
