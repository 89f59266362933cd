"""The folders of delivery: who gets one, what lies in it, and that both controllers can read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emqx_gitops.delivery import delivery_tree
from emqx_gitops.environment.clusters import DEFAULT
from emqx_gitops.environment.loader import load_clusters
from emqx_gitops.kustomize.build import build
from emqx_gitops.kustomize.documents import is_generated
from emqx_gitops.kustomize.engine import Engine
from tests.delivery.cases import SPECS, URL, deliver, environment, fields, objects

FULL = (
    f"{{ref: {{semver: '>=1.0.0'}}, argocd: {{repoURL: '{URL}', destination: lab}}, flux: "
    f"{{source: {{url: '{URL}', secretName: git, interval: 5m}}, namespace: team, "
    "serviceAccount: deployer, decryption: {secretName: sops-age}}}"
)
SET = f"{{ref: main, onRemoval: keep, argocd: {{repoURL: '{URL}', objects: applicationSet}}}}"
OVERLAY = f"{{flux: {{path: overlay}}, argocd: {{repoURL: '{URL}', path: overlay}}}}"
CASES = pytest.mark.parametrize("cluster", ["{flux: {}}", FULL, SET, OVERLAY])


@CASES
def test_only_known_fields_are_written(cluster: str) -> None:
    """Every field of every object is one that the controller's schema has."""
    for each in objects(deliver(cluster)):
        known = SPECS[each["apiVersion"], each["kind"]]

        assert {path for path, _ in fields(each["spec"])} <= known


@CASES
def test_no_two_objects_share_a_name(cluster: str) -> None:
    """Names are unique by kind: those of environments never meet those of entries."""
    tree = deliver(cluster, environment("emqx"), environment("lab"), environment("gitops"))
    names = [(each["kind"], each["metadata"]["name"]) for each in objects(tree)]

    assert sorted(names) == sorted(set(names))


@CASES
@pytest.mark.parametrize("names", [(), ("dev", "prod")], ids=["none", "two"])
def test_every_folder_builds(
    cluster: str, names: tuple[str, ...], tmp_path: Path, engines: tuple[Engine, Engine]
) -> None:
    """Old and new kustomize build each folder, also one without environments, without a warning."""
    clusters, _ = load_clusters(f"clusters: {{lab: {cluster}}}".encode())
    tree = delivery_tree(clusters, [environment(name) for name in names])
    for path, text in tree.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    for folder in (path.parent for path in tmp_path.rglob("kustomization.yaml")):
        new, old = (build(engine, folder) for engine in engines)

        assert new[0] == old[0]
        assert not new[1]


def test_without_a_file_there_is_one_cluster_with_flux() -> None:
    """The default cluster takes the source that `flux bootstrap` makes."""
    tree = delivery_tree(DEFAULT, [environment("dev", cluster="default")])

    assert sorted(tree) == [
        "dist/delivery/flux/default/environments/kustomization-emqx-dev.yaml",
        "dist/delivery/flux/default/environments/kustomization.yaml",
        "dist/delivery/flux/default/kustomization-emqx.yaml",
        "dist/delivery/flux/default/kustomization.yaml",
    ]


def test_a_cluster_without_a_controller_gets_nothing() -> None:
    """Where neither Flux nor Argo CD is named, people apply overlays by hand."""
    assert deliver("{}") == {}


def test_environments_stay_in_their_cluster() -> None:
    """A cluster's folder lists its own environments only."""
    tree = deliver("{flux: {}}", environment("here"), environment("there", cluster="fra-1"))

    assert not any("there" in text for text in tree.values())


def test_order_does_not_matter() -> None:
    """The same environments in another order give the same bytes."""
    one, two = environment("a"), environment("b")

    assert deliver(SET, one, two) == deliver(SET, two, one)


def test_every_file_is_marked_as_ours() -> None:
    """Files open with the comment without which they would never be replaced or removed."""
    assert all(is_generated(text.encode()) for text in deliver(FULL).values())
