"""Look at one environment without compiling the others."""

from __future__ import annotations

from pathlib import Path

from emqx_gitops.environment.loader import Refused, load_clusters
from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Severity
from emqx_gitops.fleet.describe import load_source
from emqx_gitops.fleet.errors import InputError
from emqx_gitops.fleet.program import environments_in_python
from emqx_gitops.fleet.run import check_names
from emqx_gitops.fleet.sources import read_sources
from emqx_gitops.rules.environment import check_environment


def resolve(root: Path, name: str) -> tuple[Resolved | None, tuple[Finding, ...]]:
    """
    Return the environment *name* of *root*, resolved, and what is wrong with it.

    The first is None when something is. Raises InputError.
    """
    sources = read_sources(root, environments_in_python(root))
    check_names(root, sources, frozenset({name}))
    source = next((each for each in sources.environments if each.name == name), None)
    if source is None:
        raise InputError(
            f"overlays/{name}",
            "is written by hand: it says nothing of an EMQX cluster",
            "name an environment with an environment.yaml",
        )
    try:
        clusters, places = load_clusters(sources.clusters)
        loaded = load_source(source, clusters, places)
    except Refused as error:
        return None, error.findings
    found = tuple(check_environment(loaded))
    refused = any(each.rule.severity is Severity.ERROR for each in found)
    return (None if refused else loaded.resolved), found
