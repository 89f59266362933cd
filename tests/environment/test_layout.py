"""From an environment to its documents."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

import pytest

from emqx_gitops.components.catalog import AXES, shared_components
from emqx_gitops.constructs.structure import BASE_SETTINGS
from emqx_gitops.environment.layout import Layout, lay_out
from emqx_gitops.environment.loader import Loaded, Places, Refused, load, load_clusters
from emqx_gitops.findings import Severity
from emqx_gitops.manifests import Document, Manifest, read_document, to_yaml
from emqx_gitops.rules.environment import check_environment
from tests.builds import Builder, loaded_of, write
from tests.kustomize.conftest import component

VERSIONS = ("4.4.19", "5.8.9", "6.2.2")
"""One of each generation of keys, and one with a licence."""


def layout_of(asked: str = "", *, extra: bool = False) -> Layout:
    """Return the documents of an environment."""
    return lay_out(loaded_of(asked).resolved, extra=extra)


def overlay(layout: Layout) -> Manifest:
    """Return the overlay's kustomization."""
    data: Manifest = read_document(layout.tree["overlays/demo/kustomization.yaml"].encode()).data
    return data


def test_the_overlay_is_thin() -> None:
    """One base, one component for each choice, the environment's own as the last one."""
    assert overlay(layout_of("emqx: {replicas: 5}")) == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["../../dist/base/statefulset"],
        "namespace": "emqx-demo",
        "components": [
            "../../dist/components/credentials/5",
            "../../dist/components/discovery/dns-srv/5",
            "../../dist/components/listeners/default/5",
            "../../dist/components/storage/ephemeral",
            "../../dist/environments/demo",
        ],
    }


def test_extra_comes_last() -> None:
    """A component of one's own changes what all others made."""
    assert overlay(layout_of(extra=True))["components"][-2:] == [
        "../../dist/environments/demo",
        "extra",
    ]


def test_no_values_are_no_component() -> None:
    """Kustomize refuses an empty one."""
    layout = layout_of("namespace: {name: emqx-demo, create: false}")

    assert set(layout.tree) == {"overlays/demo/kustomization.yaml"}
    assert "../../dist/environments/demo" not in overlay(layout)["components"]


def test_every_file_names_its_source() -> None:
    """Whoever opens a generated file reads what to edit in its place."""
    for text in layout_of("emqx: {replicas: 5}").tree.values():
        assert text.splitlines()[1] == "# Source: overlays/demo/environment.yaml"


@pytest.mark.parametrize("kind", ["statefulset", "deployment", "pod"])
def test_the_base_is_the_workloads(kind: str) -> None:
    """The workload is a base, for as a component it would depend on its place in a list."""
    resources = overlay(layout_of(f"workload: {{kind: {kind}}}"))["resources"]

    assert resources == [f"../../dist/base/{kind}"]


def test_the_namespace_is_restricted(built: Builder) -> None:
    """Pod Security's strictest level is enforced; labels of one's own win."""
    named = built("namespace: {name: broker, labels: {team: a}}").one("Namespace", "broker")
    labels = named["metadata"]["labels"]

    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
    assert labels["team"] == "a"
    privileged = "pod-security.kubernetes.io/enforce: privileged"
    weaker = built(f"namespace: {{name: broker, labels: {{{privileged}}}}}")
    labels = weaker.one("Namespace", "broker")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"


def test_a_namespace_of_others_is_left_alone(built: Builder) -> None:
    """It is used and not made."""
    result = built("namespace: {name: broker, create: false}")

    assert not result.of("Namespace")
    assert {each["metadata"]["namespace"] for each in result.objects} == {"broker"}


def test_extra_changes_what_was_built(built: Builder) -> None:
    """A component of one's own adds objects and patches ours."""
    layout = lay_out(loaded_of(name="more").resolved, extra=True)
    files = {
        "kustomization.yaml": component(
            "resources: [secret.yaml]\n"
            "patches: [{patch: '{apiVersion: v1, kind: Service, metadata: {name: emqx,"
            " annotations: {a: b}}}'}]"
        ),
        "secret.yaml": "{apiVersion: example.com/v1, kind: ExternalSecret, metadata: {name: s}}",
    }
    root = built.folder("more").parents[1]
    write(root, layout.tree | {f"overlays/more/extra/{k}": v for k, v in files.items()})

    result = built.folder_as_built("more", layout)

    assert result.one("Service", "emqx")["metadata"]["annotations"] == {"a": "b"}
    assert result.one("ExternalSecret", "s")["metadata"]["namespace"] == "emqx-more"


def every_pair() -> Iterator[Manifest]:
    """Yield an environment for each pair of variants of two axes, on each line."""
    axes = {name: [v for choice in found for v in choice.variants] for name, found in AXES.items()}
    for one, other in itertools.combinations(axes, 2):
        for first, second in itertools.product(axes[one], axes[other]):
            for version in VERSIONS:
                for replicas in (1, 3):
                    yield _asked({one: dict(first), other: dict(second)}, version, replicas)


def _asked(fields: dict[str, Manifest], version: str, replicas: int) -> Manifest:
    tls = fields.pop("tls", None)
    exposure: Manifest = fields.setdefault("exposure", {"type": "loadBalancer", "provider": "aws"})
    listeners = {"ws": True} | ({"wss": True} if tls and tls["terminateAt"] != "none" else {})
    emqx: Manifest = {"version": version, "replicas": replicas, "listeners": listeners}
    if version > "6":
        emqx["license"] = {}
    more: Manifest = {"emqx": emqx, "storage": {"type": "ephemeral"}}
    if tls:
        exposure["tls"] = tls
    return {"metrics": {"serviceMonitor": version > "5"}} | more | fields


def accepted() -> Iterator[Loaded]:
    """Yield those of every pair that are not refused."""
    clusters, _ = load_clusters(None)
    for asked in every_pair():
        try:
            loaded = load("demo", Document(asked, {}, {}), "-", clusters, Places("-"))
        except Refused:
            pytest.fail(to_yaml(asked))
        found = check_environment(loaded)
        if not any(each.rule.severity is Severity.ERROR for each in found):
            yield loaded


def test_no_setting_has_two_places() -> None:
    """Base, components and environment share no key, whatever two choices are combined; every
    shared component that is used exists.
    """
    shared = shared_components()
    count = 0
    for loaded in accepted():
        layout = lay_out(loaded.resolved, extra=False)
        places = Counter(BASE_SETTINGS.keys())
        for path in layout.components:
            places.update(shared[path].settings.keys())
        places.update(layout.own.settings.keys())
        assert [key for key, times in places.items() if times > 1] == []
        count += 1

    assert count > 1000
