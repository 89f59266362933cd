"""What is written for Argo CD, against its own schema and the rules of its documentation."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from emqx_gitops.manifests import Manifest, read_stream
from tests.cluster.client import ApiError, Client
from tests.cluster.conftest import Record
from tests.cluster.control_plane import ControlPlane
from tests.cluster.gitops.flux import add_namespace, define
from tests.cluster.gitops.modules import manifests_of
from tests.delivery.cases import URL, deliver, objects

CLUSTERS = [
    f"{{argocd: {{repoURL: '{URL}', {argocd}}}, {cluster}}}"
    for argocd in (
        "",
        "path: overlay",
        "destination: fra-1",
        "server: 'https://k8s.example.com', project: brokers",
        "objects: applicationSet",
        "objects: applicationSet, path: overlay, destination: fra-1",
    )
    for cluster in ("", "onRemoval: keep, ref: {tag: v1.2.0}")
]
"""Everything that clusters.yaml can say to Argo CD, at least once."""

SYNC_OPTIONS = {
    "Prune": {"true", "false", "confirm"},
    "Delete": {"true", "false", "confirm"},
    "Replace": {"true", "false"},
    "Force": {"true", "false"},
    "ServerSideApply": {"true", "false"},
}
"""
Those that are used, of an Application or an object, and their values.

Argo CD 3.6, docs/user-guide/sync-options.md; it ignores what it does not know without a word.
"""

COMPARE_OPTIONS = {"ServerSideDiff=true", "ServerSideDiff=false", "IgnoreExtraneous"}
"""docs/user-guide/compare-options.md and diff-strategies.md."""

FINALIZERS = {"resources-finalizer.argocd.argoproj.io"}
"""docs/user-guide/app_deletion.md; Kubernetes warns of any name without a slash, so of this one."""

_OF_THE_NAME = "prefer a domain-qualified finalizer name"

_PLACEHOLDER = re.compile(r"\{\{ \.(\w+) \}\}")


def written() -> Iterator[Manifest]:
    """Yield what is written for Argo CD, shipped and for every choice."""
    for cluster in CLUSTERS:
        yield from objects(deliver(cluster))


@pytest.fixture(scope="module")
def argocd(control_plane: ControlPlane) -> Client:
    """An API server that knows Argo CD's kinds."""
    crds = manifests_of("argo-cd", "github.com/argoproj/argo-cd/v3", "manifests/crds")
    define(control_plane.client, crds)
    add_namespace(control_plane.client, "argocd")
    return control_plane.client


def faults(manifest: Manifest) -> Iterator[str]:
    """Yield what the documentation forbids, or has Argo CD ignore."""
    spec = manifest["spec"]
    if manifest["kind"] == "ApplicationSet":
        yield from set_faults(spec)
        application = spec["template"]
    else:
        application = manifest
    meta, spec = application["metadata"], application["spec"]
    yield from option_faults(spec["syncPolicy"].get("syncOptions", ()))
    notes = meta.get("annotations", {})
    for each in notes.get("argocd.argoproj.io/compare-options", "").split(",")[: len(notes)]:
        if each not in COMPARE_OPTIONS and not each.startswith("ServerSideDiff={{ ."):
            yield f"no compare option: {each}"
    for each in meta.get("finalizers", ()):
        if each not in FINALIZERS:
            yield f"no finalizer: {each}"
    if len(spec["destination"].keys() & {"server", "name"}) != 1:
        yield "a destination has a server or a name"
    if spec["source"]["path"].startswith(("/", "./")):
        yield "a path is relative to the repository"


def set_faults(spec: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with an ApplicationSet's placeholders."""
    if not spec.get("goTemplate") or spec.get("goTemplateOptions") != ["missingkey=error"]:
        yield "a value that is missing would be left out in silence"
    used = set(_PLACEHOLDER.findall(str(spec["template"])))
    if "{{" in _PLACEHOLDER.sub("", str(spec["template"])):
        yield "a placeholder that Go's template would read otherwise"
    for generator in spec["generators"]:
        for element in generator["list"]["elements"]:
            for name in sorted(used ^ element.keys()):
                yield f"{name} is {'not given' if name in used else 'not used'}"


def option_faults(options: Any) -> Iterator[str]:
    """Yield sync options that Argo CD does not know."""
    for option in options:
        name, _, value = option.partition("=")
        known = SYNC_OPTIONS.get(name, set())
        if value not in known and not (known and _PLACEHOLDER.fullmatch(value)):
            yield f"no sync option: {option}"


def test_the_api_server_takes_everything(argocd: Client, record: Record) -> None:
    """Strictly validated against Argo CD's CRDs, without a warning but that of its finalizer."""
    for each in written():
        answer = argocd.apply(each, dry_run=True)

        assert [warning for warning in answer.warnings if _OF_THE_NAME not in warning] == []
        assert answer.body["spec"] == each["spec"]
        record("reconciled", "objects for Argo CD that its schema takes", 1)


def test_documented_rules_are_kept() -> None:
    """Options, finalizers and placeholders are spelt as Argo CD reads them."""
    found = list(written())

    assert len(found) == 40
    assert [fault for each in found for fault in faults(each)] == []


def test_objects_carry_known_options(shipped_objects: list[Manifest]) -> None:
    """So are the options on what is applied, in every shipped environment."""
    carried = [
        each["metadata"]["annotations"]["argocd.argoproj.io/sync-options"].split(",")
        for each in shipped_objects
        if "argocd.argoproj.io/sync-options" in each["metadata"].get("annotations", {})
    ]

    assert carried
    assert [fault for options in carried for fault in option_faults(options)] == []


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("spec", "syncPolicy", "automated", "pruned"), True, "not declared in schema"),
        (("spec", "syncPolicy", "retry", "limit"), "5", "expected numeric"),
        (("spec", "project"), None, "must be of type string"),
    ],
    ids=str,
)
def test_a_wrong_field_is_refused(
    argocd: Client, path: tuple[str, ...], value: object, fault: str, record: Record
) -> None:
    """The API server refuses a field that is unknown, of another type, or missing."""
    application = copy.deepcopy(next(written()))
    *parents, last = path
    place = application
    for key in parents:
        place = place[key]
    place[last] = value
    with pytest.raises(ApiError, match=fault):
        argocd.apply(application, dry_run=True)
    record("reconciled", "faults put in on purpose, and found", 1)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("ServerSideApply=", "ServerSideApplied=", "no sync option"),
        ("ServerSideDiff=", "ServerSideDiffs=", "no compare option"),
        ("resources-finalizer", "resource-finalizer", "no finalizer"),
        ("missingkey=error", "missingkey=zero", "in silence"),
        (".namespace }}", ".nameSpace }}", "nameSpace is not given"),
        ("{{ .environment }}", "{{environment}}", "otherwise"),
        ("path: dist", "path: ./dist", "relative"),
    ],
)
def test_a_wrong_spelling_is_found(old: str, new: str, fault: str, record: Record) -> None:
    """A fault seeded into what is written shows, which no schema would find."""
    tree = deliver(f"{{argocd: {{repoURL: '{URL}', objects: applicationSet}}}}")
    spoilt = {path: text.replace(old, new) for path, text in tree.items()}
    found = [each for manifest in objects(spoilt) for each in faults(manifest)]

    assert spoilt != tree
    assert any(fault in each for each in found), found
    record("reconciled", "faults put in on purpose, and found", 1)


@pytest.fixture
def shipped_objects() -> list[Manifest]:
    """Every rendered object of the shipped environments."""
    from pathlib import Path

    rendered = Path(__file__).resolve().parents[3] / "dist" / "rendered"
    return [
        manifest
        for path in sorted(rendered.glob("*/*.yaml"))
        for manifest in read_stream(path.read_bytes())
    ]
