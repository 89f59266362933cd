"""What Argo CD is told, and the rules of its documentation that it keeps (Argo CD 3.6)."""

from __future__ import annotations

import re

import pytest

from emqx_gitops.delivery.argocd import FINALIZER
from emqx_gitops.manifests import Manifest
from tests.delivery.cases import URL, deliver, manifest

ENVIRONMENT = "argocd/lab/environments/application-emqx-prod.yaml"
ENTRY = "argocd/lab/application-emqx.lab.yaml"
SET = "argocd/lab/environments/applicationset-emqx.lab.yaml"


def application(argocd: str = "", cluster: str = "", path: str = ENVIRONMENT) -> Manifest:
    """Return the object at *path* for more fields of ``argocd`` and of its cluster."""
    return manifest(deliver(f"{{argocd: {{repoURL: '{URL}', {argocd}}}, {cluster}}}"), path)


def test_an_environment_is_synced_from_its_rendered_folder() -> None:
    """What left Git is pruned, what was changed by hand is put back, the API server merges."""
    found = application()["spec"]

    assert found["source"] == {
        "repoURL": URL,
        "targetRevision": "HEAD",
        "path": "dist/rendered/prod",
    }
    assert found["destination"] == {
        "server": "https://kubernetes.default.svc",
        "namespace": "emqx-prod",
    }
    assert found["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
    assert found["syncPolicy"]["syncOptions"] == ["ServerSideApply=true"]


def test_the_api_server_compares_what_it_applies() -> None:
    """With server-side apply the comparison must be asked for; the one that comes with it ended."""
    annotations = application()["metadata"]["annotations"]

    assert annotations["argocd.argoproj.io/compare-options"] == "ServerSideDiff=true"


def test_a_bare_pod_is_replaced_not_merged() -> None:
    """The API server refuses to change a Pod, already when it is asked to compare."""
    found = application(path="argocd/lab/environments/application-emqx-try.yaml")

    options = found["metadata"]["annotations"]["argocd.argoproj.io/compare-options"]
    assert options == "ServerSideDiff=false"
    assert found["spec"]["syncPolicy"]["syncOptions"] == ["ServerSideApply=false"]


def test_the_overlay_path_has_argo_cd_build_it() -> None:
    """An overlay may refer to any folder, so a commit anywhere counts."""
    found = application("path: overlay")

    assert found["spec"]["source"]["path"] == "overlays/prod"
    assert "argocd.argoproj.io/manifest-generate-paths" not in found["metadata"]["annotations"]


@pytest.mark.parametrize(
    ("argocd", "destination"),
    [
        ("server: 'https://k8s.example.com'", {"server": "https://k8s.example.com"}),
        ("destination: fra-1", {"name": "fra-1"}),
    ],
)
def test_a_destination_is_a_server_or_a_name(argocd: str, destination: Manifest) -> None:
    """Argo CD refuses an Application with both."""
    assert application(argocd)["spec"]["destination"] == destination | {"namespace": "emqx-prod"}


@pytest.mark.parametrize(
    ("onremoval", "finalizers"), [("delete", [FINALIZER]), ("keep", None)], ids=str
)
def test_removal_follows_the_cluster(onremoval: str, finalizers: list[str] | None) -> None:
    """Brokers go with their Application where the cluster says so; guarded data never does."""
    meta = application(cluster=f"onRemoval: {onremoval}")["metadata"]

    assert meta.get("finalizers") == finalizers


def test_the_entry_applies_the_environments_and_removes_none_with_itself() -> None:
    """It may prune the last one, and without a finalizer it deletes nothing when it is deleted."""
    found = application(path=ENTRY)

    assert "finalizers" not in found["metadata"]
    assert found["spec"]["source"]["path"] == "dist/delivery/argocd/lab/environments"
    assert found["spec"]["syncPolicy"]["automated"]["allowEmpty"] is True


def test_a_pinned_cluster_reads_the_pin_from_the_default_branch() -> None:
    """The tree at a tag was compiled before that tag was named, so only environments are pinned."""
    pinned = "ref: {tag: v1.2.0}"

    assert application(cluster=pinned)["spec"]["source"]["targetRevision"] == "v1.2.0"
    assert application(cluster=pinned, path=ENTRY)["spec"]["source"]["targetRevision"] == "HEAD"


@pytest.mark.parametrize("argocd", ["", "destination: fra-1", "path: overlay"])
@pytest.mark.parametrize("cluster", ["", "onRemoval: keep", "ref: {semver: '>=1.0.0'}"])
def test_an_application_set_makes_the_same_applications(argocd: str, cluster: str) -> None:
    """Filled with a list entry, the template is the Application; a missing value is an error."""
    found = application(f"objects: applicationSet, {argocd}", cluster, SET)["spec"]
    elements = {each["environment"]: each for each in found["generators"][0]["list"]["elements"]}

    assert found["goTemplateOptions"] == ["missingkey=error"]
    assert sorted(elements) == ["dev", "prod", "try"]
    for name, values in elements.items():
        alone = application(
            argocd, cluster, f"argocd/lab/environments/application-emqx-{name}.yaml"
        )
        filled = fill(found["template"], values)
        assert filled["spec"] == alone["spec"]
        assert filled["metadata"] | {"namespace": "argocd"} == alone["metadata"]


def test_an_application_set_leaves_what_the_cluster_keeps() -> None:
    """Otherwise the controller gives its Applications the finalizer itself."""
    kept = application("objects: applicationSet", "onRemoval: keep", SET)

    assert kept["spec"]["syncPolicy"] == {"preserveResourcesOnDeletion": True}


def fill(template: object, values: dict[str, str]) -> Manifest:
    """Do what Go's template does with plain fields."""

    def walk(value: object) -> object:
        if isinstance(value, dict):
            return {key: walk(child) for key, child in value.items()}
        if isinstance(value, list):
            return [walk(child) for child in value]
        if isinstance(value, str):
            return re.sub(r"\{\{ \.(\w+) \}\}", lambda match: values[match[1]], value)
        return value

    filled = walk(template)
    assert isinstance(filled, dict)
    return filled
