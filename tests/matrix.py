"""
Every combination of choices: which compile, which are refused and why, and a cover of all pairs.

The axes come from the registries, so that a new choice is here by itself. Each accepted combination
is built with the real Kustomize and passes a strict schema check and all rules; each refused one
carries a code of the closed list.
"""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from emqx_gitops.components.catalog import AXES
from emqx_gitops.emqx.versions import RELEASES, Edition, Line, line_of
from emqx_gitops.environment import clusters as cluster_models
from emqx_gitops.environment.layout import lay_out
from emqx_gitops.environment.loader import Loaded, Places, Refused, load
from emqx_gitops.findings import Severity
from emqx_gitops.fleet.describe import unit_of
from emqx_gitops.fleet.sources import EnvironmentSource
from emqx_gitops.fleet.structure import structure_tree
from emqx_gitops.kustomize.build import Job, build_all
from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.manifests import Document, Manifest
from emqx_gitops.rules.environment import check_environment
from emqx_gitops.rules.registry import BY_CODE
from tests.strict import strict_errors

CLOSED_LIST = (
    "EG201",
    "EG202",
    "EG203",
    "EG204",
    "EG205",
    "EG206",
    "EG207",
    "EG208",
    "EG209",
    "EG210",
    "EG212",
)
"""Rules that may refuse a combination; nothing else may."""

REPLICAS = (1, 3)
KUBERNETES = (cluster_models.OLDEST, cluster_models.NEWEST)

Combination = dict[str, str]
"""Choice by axis: what the report and the cover are made of."""


@dataclass(frozen=True)
class Case:
    """One combination, with the environment that asks for it."""

    labels: Combination
    data: Manifest


@dataclass
class Report:
    """What became of all cases."""

    accepted: list[Combination] = field(default_factory=list)
    refused: Counter[tuple[str, ...]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    objects: int = 0
    distinct: set[str] = field(default_factory=set)
    """The objects as JSON; those that differ by the environment's name only are one."""


def cases() -> Iterator[Case]:
    """
    Yield every combination, in a fixed order; client certificates are tried with one line only.

    The lines from 5.9 on have a licence here; that several nodes without one are refused is a test
    of its own.
    """
    axes = {name: list(_variants(name)) for name in AXES}
    ends = itertools.product(_lines(), REPLICAS)
    every = itertools.product(itertools.product(*axes.values()), ends)
    for choices, ((line, version, edition), replicas) in every:
        labels = {axis: label for axis, (label, _) in zip(axes, choices, strict=True)}
        fields = {axis: dict(data) for axis, (_, data) in zip(axes, choices, strict=True)}
        labels |= {"line": line, "nodes": str(replicas)}
        if "clientCA" in fields["tls"] and line != Line.V5_8:
            continue
        exposure = fields["exposure"] | {"tls": fields["tls"]}
        foreign = exposure["type"] == "loadBalancer" and exposure["provider"] != "aws"
        if foreign and fields["tls"]["terminateAt"] == "cloud":
            exposure["annotations"] = {"example.com/tls": "on"}
        emqx: Manifest = {"version": version, "edition": edition, "replicas": replicas}
        if edition == Edition.ENTERPRISE:
            emqx["license"] = {}
        data = {
            "apiVersion": "emqx-gitops/v1",
            "kind": "Environment",
            "emqx": emqx,
            "workload": fields["workload"],
            "discovery": fields["discovery"],
            "exposure": exposure,
            "storage": fields["storage"],
        }
        yield Case(labels, data)


def _variants(axis: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for choice in AXES[axis]:
        for variant in choice.variants:
            words = [
                f"{key}" if isinstance(value, (dict, list)) else str(value)
                for key, value in variant.items()
                if key in {"kind", "strategy", "addressType", "recordType", "type", "provider"}
                or key in {"terminateAt", "clientCA", "class"}
            ]
            yield " ".join(words), variant


def _lines() -> Iterator[tuple[str, str, str]]:
    """Yield each line with its newest version in the edition that most people run."""
    for line in Line:
        edition = Edition.OPENSOURCE
        if line not in {Line.V4_4, Line.V5_7, Line.V5_8}:
            edition = Edition.ENTERPRISE
        newest = max(version for version in RELEASES[edition] if line_of(version) is line)
        yield str(line), str(newest), str(edition)


def run(engine: Engine, chosen: Sequence[Case], *, workers: int = 2) -> Report:
    """Load, check, build and check again every case of *chosen*."""
    size = 600
    chunks = [chosen[start : start + size] for start in range(0, len(chosen), size)]
    report = Report()
    structure = structure_tree()
    # Forked before any thread or Node of this process matters to them.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for part in pool.map(
            _run_chunk, itertools.repeat(engine), chunks, itertools.repeat(structure)
        ):
            report.accepted += part.accepted
            report.refused += part.refused
            report.problems += part.problems
            report.objects += part.objects
            report.distinct |= part.distinct
    return report


def _run_chunk(engine: Engine, chunk: Sequence[Case], structure: dict[str, str]) -> Report:
    report = Report()
    waiting: dict[str, tuple[Case, Loaded]] = {}
    for number, case in enumerate(chunk):
        name = f"m{number:04d}"
        loaded = _load(name, case, report)
        if loaded is not None:
            waiting[name] = (case, loaded)
    with tempfile.TemporaryDirectory(prefix="emqx-gitops-matrix-") as folder:
        _build(engine, Path(folder), structure, waiting, report)
    return report


def _load(name: str, case: Case, report: Report) -> Loaded | None:
    document = Document(case.data, {}, {})
    clusters = cluster_models.DEFAULT
    try:
        loaded = load(name, document, "matrix", clusters, Places("clusters"))
        findings = check_environment(loaded)
    except Refused as error:
        findings = list(error.findings)
    errors = sorted({f.rule.code for f in findings if f.rule.severity is Severity.ERROR})
    if not errors:
        return loaded
    report.refused[tuple(errors)] += 1
    if not set(errors) <= set(CLOSED_LIST):
        told = [f.message for f in findings if f.rule.code not in CLOSED_LIST]
        report.problems.append(f"{case.labels}: refused by {errors}: {told}")
    return None


def _build(
    engine: Engine,
    folder: Path,
    structure: dict[str, str],
    waiting: Mapping[str, tuple[Case, Loaded]],
    report: Report,
) -> None:
    layouts = {}
    trees = [structure]
    for name, (case, loaded) in waiting.items():
        try:
            layouts[name] = lay_out(loaded.resolved, extra=False)
        except ValueError as error:
            report.problems.append(f"{case.labels}: {error}")
            continue
        trees.append(layouts[name].tree)
    for tree in trees:
        for path, text in tree.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    jobs = [Job(f"overlays/{name}", waiting[name][1].resolved.namespace.name) for name in layouts]
    for built in build_all(engine, folder, jobs, workers=1):
        name = built.job.folder.rpartition("/")[2]
        case, loaded = waiting[name]
        source = EnvironmentSource(name, "matrix", b"")
        unit = unit_of(source, loaded, layouts[name], (), built)
        errors = [f"{f.rule.code} {f.message}" for f in unit.findings]
        texts = [_anonymous(manifest, name) for manifest in built.manifests]
        errors += _schema_errors(texts)
        if built.warnings:
            errors.append(built.warnings)
        report.problems += [f"{case.labels}: {error}" for error in errors]
        report.accepted.append(case.labels)
        report.objects += unit.objects
        report.distinct.update(texts)


def _anonymous(manifest: Manifest, name: str) -> str:
    return json.dumps(manifest, sort_keys=True).replace(name, "matrix")


def _schema_errors(texts: Iterable[str]) -> Iterator[str]:
    """Yield what a strict schema check says."""
    for text in texts:
        for version in KUBERNETES:
            yield from strict_errors(json.loads(text), f"{version[0]}.{version[1]}")


def cover(accepted: Iterable[Combination]) -> list[Combination]:
    """Return combinations that have, between them, every pair of choices that exists."""
    rows = list(accepted)
    pairs = {pair for row in rows for pair in _pairs(row)}
    missing = set(pairs)
    chosen: list[Combination] = []
    while missing:
        # A sample from the rows that have the first missing pair keeps this fast and fixed.
        first = min(missing)
        candidates = [row for row in rows if first in set(_pairs(row))]
        step = max(1, len(candidates) // 200)
        best = max(candidates[::step], key=lambda row: len(missing.intersection(_pairs(row))))
        chosen.append(best)
        missing.difference_update(_pairs(best))
    return chosen


def page(report: Report, total: int) -> str:
    """Return the page of docs/ that tells what compiles and what does not."""
    axes = list(report.accepted[0])
    lines = [
        "# What goes with what",
        "",
        "Made by `make matrix`, which tries every combination of choices:",
        "each one is either built with Kustomize to objects that pass a strict schema check",
        "(Kubernetes 1.29 and 1.37) and every rule, or refused for a reason that has a code.",
        "",
        (
            f"{total} combinations: {len(report.accepted)} compile to {report.objects} objects, "
            f"{total - len(report.accepted)} are refused."
        ),
        "",
        "## Why combinations are refused",
        "",
        "| rule | what it refuses | combinations |",
        "|---|---|---|",
    ]
    by_code = Counter(code for codes in report.refused.elements() for code in codes)
    for code, count in sorted(by_code.items()):
        lines.append(f"| {code} | {BY_CODE[code].what} | {count} |")
    lines += ["", "A combination may break several; `emqx-gitops rule CODE` explains each.", ""]
    lines += ["## Which pairs of choices exist", ""]
    lines += ["A cell counts the combinations that compile and have both; `-` means none.", ""]
    counts = Counter(pair for row in report.accepted for pair in _pairs(row))
    for one, other in itertools.combinations(axes, 2):
        lines += _pair_table(report.accepted, counts, one, other)
    return "\n".join(lines) + "\n"


def _pair_table(
    accepted: Sequence[Combination], counts: Counter[Any], one: str, other: str
) -> Iterator[str]:
    rows = list(dict.fromkeys(row[one] for row in accepted))
    columns = list(dict.fromkeys(row[other] for row in accepted))
    yield f"### {one} and {other}"
    yield ""
    yield f"| {one} | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for row in rows:
        pairs = (tuple(sorted(((one, row), (other, column)))) for column in columns)
        yield f"| {row} | " + " | ".join(str(counts[pair] or "-") for pair in pairs) + " |"
    yield ""


def _pairs(row: Combination) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    yield from itertools.combinations(sorted(row.items()), 2)
