"""Rules on the form of kustomizations that people wrote."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.rules.kustomizations import Files, Kustomization, find, folders
from emqx_gitops.rules.lenient import text
from emqx_gitops.rules.spelling import did_you_mean

UNKNOWN_FIELD = Rule(
    code="EG604",
    name="unknown-kustomization-field",
    severity=Severity.ERROR,
    what="A kustomization has a field that Kustomize does not know.",
    why="Kustomize refuses the whole kustomization, and names no line.",
    fix="Write the field that is meant.",
    source="kustomize 5.8.2, api/types/kustomization.go",
)

WRONG_KIND = Rule(
    code="EG605",
    name="wrong-kustomization-kind",
    severity=Severity.ERROR,
    what="A kustomization is used as a component and is none, or the other way round.",
    why="Kustomize refuses to build.",
    fix="For a component write `kind: Component` and kustomize.config.k8s.io/v1alpha1.",
    source="kustomize 5.8.2, api/internal/target/kusttarget.go",
)

DEPRECATED = Rule(
    code="EG606",
    name="deprecated-kustomization-field",
    severity=Severity.WARNING,
    what="A kustomization has a field that is to go.",
    why="A later Kustomize ignores or refuses it; until then each build prints a warning.",
    fix="Write the field that replaced it: `kustomize edit fix` does.",
    source="kustomize 5.8.2, api/types/kustomization.go",
)

RENAMES = Rule(
    code="EG607",
    name="kustomization-renames",
    severity=Severity.WARNING,
    what="A kustomization gives names a prefix or suffix.",
    why=(
        "Names within strings stay what they were: DNS names of discovery, claimRef of volumes. "
        "And a StatefulSet of another name gets new, empty claims."
    ),
    fix="Leave it out: one environment is one namespace.",
    source="measured with kustomize 5.5.0; Kubernetes documentation, StatefulSets",
)

UNPINNED = Rule(
    code="EG608",
    name="unpinned-remote",
    severity=Severity.WARNING,
    what="A kustomization builds upon something remote that may change under its address.",
    why="The same commit then builds to something else tomorrow, and nobody reviews it.",
    fix="Add `?ref=` with a tag or a commit, or keep a copy in the repository.",
    source="Kustomize documentation, remote targets",
)

RULES = (UNKNOWN_FIELD, WRONG_KIND, DEPRECATED, RENAMES, UNPINNED)

FIELDS = frozenset(
    {
        "apiVersion",
        "bases",
        "buildMetadata",
        "commonAnnotations",
        "commonLabels",
        "components",
        "configMapGenerator",
        "configurations",
        "crds",
        "generatorOptions",
        "generators",
        "helmChartInflationGenerator",
        "helmCharts",
        "helmGlobals",
        "imageTags",
        "images",
        "kind",
        "labels",
        "metadata",
        "namePrefix",
        "nameSuffix",
        "namespace",
        "openapi",
        "patches",
        "patchesJson6902",
        "patchesStrategicMerge",
        "replacements",
        "replicas",
        "resources",
        "secretGenerator",
        "sortOptions",
        "transformers",
        "validators",
        "vars",
    }
)
"""What a kustomization may hold."""

REPLACED: Mapping[str, str] = {
    "bases": "`resources`",
    "commonLabels": "`labels`, with includeSelectors only where nothing runs yet",
    "helmChartInflationGenerator": "`helmCharts`",
    "imageTags": "`images`",
    "patchesJson6902": "`patches`",
    "patchesStrategicMerge": "`patches`",
    "vars": "`replacements`",
}
"""Deprecated fields, and what to write in their place."""

_REMOTE = re.compile(r"(?:[a-z+]+://|git@|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}[/:])")
_PINNED = re.compile(r"[?&](?:ref|version)=(?!(?:main|master|develop|trunk|HEAD|latest)(?:&|$)).")
_BRANCH = re.compile(r"/(?:refs/heads|main|master|develop|trunk|HEAD)/")


def check_form(files: Files, environment: str) -> Iterator[Finding]:
    """Yield what is wrong with the form of each kustomization in *files* that people wrote."""
    for folder in folders(files):
        here = find(files, folder)
        if here is not None and not here.generated:
            yield from _fields(here, environment)
            yield from _references(files, here, environment)


def _fields(here: Kustomization, environment: str) -> Iterator[Finding]:
    for name in here.data:
        if name not in FIELDS:
            fix = UNKNOWN_FIELD.fix + did_you_mean(name, FIELDS)
            yield here.at(UNKNOWN_FIELD, environment, (name,), f"unknown field {name}", fix)
        elif name in REPLACED:
            fix = f"Write {REPLACED[name]}."
            yield here.at(DEPRECATED, environment, (name,), f"{name} is deprecated", fix)
        elif name in {"namePrefix", "nameSuffix"} and here.data[name]:
            yield here.at(RENAMES, environment, (name,), f"{name} renames every object")


def _references(files: Files, here: Kustomization, environment: str) -> Iterator[Finding]:
    for key in ("resources", "bases", "components"):
        for index, path in here.listed(key):
            other = find(files, here.beside(path))
            if other is not None:
                yield from _kind(here, environment, key, index, other)
            elif here.beside(path) not in files and _is_unpinned(path):
                message = f"{path} names no tag or commit"
                yield here.at(UNPINNED, environment, (key, index), message)
    top = find(files, posixpath.dirname(here.folder))
    is_extra = here.folder == f"overlays/{environment}/extra" and (top is None or top.generated)
    if is_extra and not here.is_component:
        message = f"{here.folder} is used as a component, and is none"
        yield here.at(WRONG_KIND, environment, ("kind",), message)


def _kind(
    here: Kustomization, environment: str, key: str, index: int, other: Kustomization
) -> Iterator[Finding]:
    wanted = key == "components"
    if other.is_component != wanted:
        is_now = text(other.data.get("kind")) or "Kustomization"
        message = f"{other.folder} is a {is_now}, and stands under {key}"
        fix = WRONG_KIND.fix if wanted else "List it under `components`."
        yield here.at(WRONG_KIND, environment, (key, index), message, fix)


def _is_unpinned(path: str) -> bool:
    if not _REMOTE.match(path):
        return False
    if path.startswith(("http://", "https://")) and path.endswith((".yaml", ".yml", ".json")):
        return bool(_BRANCH.search(path))
    return not _PINNED.search(path)
