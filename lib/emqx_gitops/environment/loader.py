"""
From the text of an environment to a resolved one, or to findings that say what is wrong and where.

Defaults of the cluster lie below what the environment says; each value keeps the file, line and
column that it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from emqx_gitops.emqx.slips import nearest
from emqx_gitops.environment import clusters as cluster_file
from emqx_gitops.environment.clusters import Clusters
from emqx_gitops.environment.explain import findings_of
from emqx_gitops.environment.model import Environment, Resolved
from emqx_gitops.environment.rules import MISSING_FIELD, UNKNOWN_CLUSTER, UNREADABLE, WRONG_NAME
from emqx_gitops.findings import Finding, Where
from emqx_gitops.manifests import Document, Manifest, Place, YamlError, read_document

Path = tuple[str | int, ...]

CLUSTERS_FILE = "overlays/clusters.yaml"
_NAME_LENGTH = 50
"""`emqx-` and a name must be a namespace of 63 characters at most, and leave room for objects."""


class Refused(Exception):  # noqa: N818  (an answer, not a failure)
    """An input that cannot be used; *findings* say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Carry *findings*, of which at least one is an error."""
        super().__init__(findings[0].message)
        self.findings = findings


@dataclass(frozen=True)
class Places:
    """Where values stand, by path; a path that is not written leads to the nearest one above."""

    file: str
    values: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Place] = field(default_factory=dict)
    below: Places | None = None
    """Places of the cluster's defaults, for values that the environment does not say itself."""

    def where(self, path: Path, environment: str, *, key: bool = False) -> Where:
        """Return the place of *path*; of its key rather than its value if *key*."""
        dotted = ".".join(str(each) for each in path)
        source: Places | None = self
        while source is not None:
            found = source.keys.get(path) if key else None
            found = found or source.values.get(path)
            if found:
                return Where(
                    file=source.file,
                    line=found.line,
                    column=found.column,
                    environment=environment,
                    path=dotted,
                )
            source = source.below
        if path:
            above = self.where(path[:-1], environment, key=key)
            return Where(
                file=above.file,
                line=above.line,
                column=above.column,
                environment=environment,
                path=dotted,
            )
        return Where(file=self.file, environment=environment, path=dotted)


@dataclass(frozen=True)
class Loaded:
    """A resolved environment and the places of its values."""

    resolved: Resolved
    places: Places

    def place(self, finding: Finding) -> Finding:
        """Return *finding* with file, line and column of the path that it names."""
        if finding.where.file or not finding.where.environment:
            return finding
        where = self.places.where(split(finding.where.path), finding.where.environment)
        return Finding(finding.rule, where, finding.message, finding.fix)


def split(dotted: str) -> Path:
    """Return a dotted path as keys and indices."""
    parts = dotted.split(".") if dotted else []
    return tuple(int(part) if part.isdigit() else part for part in parts)


def read(text: bytes, file: str, environment: str = "") -> Document:
    """
    Return the document in *text*.

    Raises Refused with the place of what cannot be read.
    """
    try:
        return read_document(text)
    except YamlError as error:
        place = error.place or Place(0, 0)
        where = Where(file=file, line=place.line, column=place.column, environment=environment)
        raise Refused((UNREADABLE.at(where, error.message, error.fix),)) from None


def load_clusters(text: bytes | None) -> tuple[Clusters, Places]:
    """
    Return the clusters of ``overlays/clusters.yaml``, or the one that exists without a file.

    Raises Refused.
    """
    if text is None:
        return cluster_file.DEFAULT, Places(CLUSTERS_FILE)
    document = read(text, CLUSTERS_FILE)
    places = Places(CLUSTERS_FILE, document.places, document.keys)
    try:
        found = Clusters.model_validate(document.data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise Refused(tuple(findings_of(error, Clusters, document.data, places, ""))) from None
    return found, places


def load(
    name: str, document: Document, file: str, clusters: Clusters, cluster_places: Places
) -> Loaded:
    """
    Return the environment *name* that *document* describes.

    Raises Refused.
    """
    places = Places(file, document.places, document.keys)
    problems = list(_name_problems(name, places))
    given = document.data.get("cluster", "default")
    cluster_name = given if isinstance(given, str) else str(given)
    cluster = clusters.clusters.get(cluster_name)
    if cluster is None and _is_scalar(given):
        problems.append(_no_cluster(cluster_name, clusters, places, name))
    defaults = cluster.defaults if cluster else {}
    below = _below(cluster_places, ("clusters", cluster_name, "defaults"))
    places = Places(file, document.places, document.keys, below)
    data = _with_kind(merge(defaults, document.data))
    try:
        environment = Environment.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        found = findings_of(error, Environment, data, places, name)
        # What is missing may stand in the defaults of the cluster that was meant.
        problems += (each for each in found if cluster or each.rule is not MISSING_FIELD)
        raise Refused(tuple(problems)) from None
    if problems or cluster is None:
        raise Refused(tuple(problems))
    return Loaded(Resolved(name, environment, cluster), places)


def _is_scalar(value: object) -> bool:
    """Tell whether *value* could be a name; what could not is told as a wrong value."""
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


_DISCRIMINATORS: Mapping[Path, str] = {
    ("workload",): "kind",
    ("discovery",): "strategy",
    ("exposure",): "type",
    ("exposure", "tls"): "terminateAt",
    ("storage",): "type",
}
"""What tells choices apart, by the path of the map that says it."""


def merge(defaults: Manifest, given: Manifest, path: Path = ()) -> Manifest:
    """
    Return *given* upon *defaults*, which stand at *path*: maps are merged, all else is replaced.

    A choice that differs is replaced as a whole: defaults for a load balancer mean nothing to node
    ports.
    """
    result = dict(defaults)
    for key, value in given.items():
        below, here = result.get(key), (*path, key)
        if isinstance(value, dict) and isinstance(below, dict) and not _differ(below, value, here):
            result[key] = merge(below, value, here)
        else:
            result[key] = value
    return result


def _differ(below: Manifest, value: Manifest, path: Path) -> bool:
    key = _DISCRIMINATORS.get(path)
    return key in below and key in value and below[key] != value[key]


def _with_kind(data: Manifest) -> Manifest:
    """Return *data* with the workload's kind, which may be left out, filled in."""
    workload = data.get("workload")
    if isinstance(workload, dict) and "kind" not in workload:
        return data | {"workload": {"kind": "statefulset"} | workload}
    return data


def _below(places: Places, prefix: Path) -> Places:
    """Return the places below *prefix*, as if the document started there."""
    size = len(prefix)

    def cut(found: Mapping[Path, Place]) -> dict[Path, Place]:
        # The root stays out: what neither file says is missing in the environment's own.
        return {
            path[size:]: place
            for path, place in found.items()
            if path[:size] == prefix and len(path) > size
        }

    return Places(places.file, cut(places.values), cut(places.keys))


def _name_problems(name: str, places: Places) -> Iterator[Finding]:
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-")
    wrong = not name or set(name) - allowed or name[0] == "-" or name[-1] == "-"
    if wrong or len(name) > _NAME_LENGTH:
        where = Where(file=places.file, environment=name)
        yield WRONG_NAME.at(where, f"{name!r} cannot name an environment")


def _no_cluster(asked: object, clusters: Clusters, places: Places, environment: str) -> Finding:
    where = places.where(("cluster",), environment)
    guess = nearest(str(asked), clusters.clusters)
    fix = f"write `{guess}`" if guess else f"add it to {CLUSTERS_FILE}"
    return UNKNOWN_CLUSTER.at(where, f"there is no cluster {asked!r}", fix)
