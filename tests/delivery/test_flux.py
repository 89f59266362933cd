"""What Flux is told, and what it does with it (kustomize-controller 1.9, source-controller 1.7)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from emqx_gitops.manifests import Manifest
from tests.delivery.cases import URL, deliver, manifest

ENVIRONMENT = "flux/lab/environments/kustomization-emqx-prod.yaml"
ENTRY = "flux/lab/kustomization-emqx.yaml"
SOURCE = "flux/lab/gitrepository-emqx-gitops.yaml"


def spec(cluster: str, path: str) -> Manifest:
    """Return the ``spec`` of the object at *path*."""
    found: Manifest = manifest(deliver(cluster), path)["spec"]
    return found


def test_an_environment_is_pruned_awaited_and_never_forced() -> None:
    """Its Kustomization waits for health for as long as a roll-out may take."""
    found = spec("{flux: {}}", ENVIRONMENT)

    assert found == {
        "path": "./dist/rendered/prod",
        "sourceRef": {"kind": "GitRepository", "name": "flux-system"},
        "interval": "10m",
        "retryInterval": "2m",
        "timeout": "20m",
        "prune": True,
        "wait": True,
        "force": False,
        "deletionPolicy": "MirrorPrune",
    }


def test_nothing_is_substituted() -> None:
    """``postBuild`` would empty EMQX's placeholders such as ``${clientid}``."""
    assert "postBuild" not in spec("{flux: {}}", ENVIRONMENT)


def test_the_overlay_path_has_flux_build_it() -> None:
    """With `path: overlay` Flux reads what `kubectl apply -k` reads."""
    assert spec("{flux: {path: overlay}}", ENVIRONMENT)["path"] == "./overlays/prod"


def test_brokers_stay_when_asked() -> None:
    """With `onRemoval: keep` the Kustomization goes and leaves everything behind."""
    found = spec("{flux: {}, onRemoval: keep}", ENVIRONMENT)

    assert (found["deletionPolicy"], found["prune"]) == ("Orphan", True)


def test_the_entry_applies_the_environments_and_removes_none_with_itself() -> None:
    """It prunes what left Git, holds up nothing, and deletes nothing when it is deleted."""
    found = spec("{flux: {}}", ENTRY)

    assert found["path"] == "./dist/delivery/flux/lab/environments"
    assert (found["prune"], found["wait"], found["deletionPolicy"]) == (True, False, "Orphan")


def test_a_source_that_exists_is_not_written() -> None:
    """Without a URL there is no GitRepository, and other kinds can be named."""
    tree = deliver("{flux: {source: {kind: OCIRepository, name: emqx, namespace: sources}}}")

    assert not any("gitrepository" in path for path in tree)
    assert manifest(tree, ENVIRONMENT)["spec"]["sourceRef"] == {
        "kind": "OCIRepository",
        "name": "emqx",
        "namespace": "sources",
    }


@pytest.mark.parametrize(
    ("written", "ref"),
    [
        ("production", {"branch": "production"}),
        ("{branch: '1.0'}", {"branch": "1.0"}),
        ("{tag: v1.2.0}", {"tag": "v1.2.0"}),
        ("{semver: '>=1.2.0 <2.0.0'}", {"semver": ">=1.2.0 <2.0.0"}),
        (f"{{commit: {'0a' * 20}}}", {"commit": "0a" * 20}),
    ],
)
def test_a_source_follows_the_ref_of_the_cluster(written: str, ref: dict[str, str]) -> None:
    """Plain text is a branch; a tag, a range and a commit say what they are."""
    found = spec(f"{{ref: {written}, flux: {{source: {{url: '{URL}'}}}}}}", SOURCE)

    assert found["ref"] == ref


def test_a_source_without_ref_follows_main() -> None:
    """Flux's own default would be `master`."""
    assert spec(f"{{flux: {{source: {{url: '{URL}'}}}}}}", SOURCE)["ref"] == {"branch": "main"}


def test_a_source_for_rendered_manifests_carries_little() -> None:
    """Flux stores what is compiled only; overlays may refer to any folder, so there all is kept."""
    rendered = spec(f"{{flux: {{source: {{url: '{URL}'}}}}}}", SOURCE)
    overlay = spec(f"{{flux: {{path: overlay, source: {{url: '{URL}'}}}}}}", SOURCE)

    assert rendered["ignore"] == "/*\n!/dist\n!/overlays\n"
    assert "ignore" not in overlay


def test_a_source_hides_nothing_that_is_applied(tmp_path: Path) -> None:
    """Git, which reads patterns as Flux does, keeps rendered, delivered and overlay files."""
    ignore = spec(f"{{flux: {{source: {{url: '{URL}'}}}}}}", SOURCE)["ignore"]
    (tmp_path / ".gitignore").write_text(ignore)
    files = ["dist/rendered/a/b.yaml", f"dist/delivery/{ENVIRONMENT}", "overlays/a/extra/b.yaml"]
    subprocess.run(["git", "init", "-q", tmp_path], check=True)  # noqa: S607
    hidden = subprocess.run(  # noqa: PLW1510  (1 is an answer)
        ["git", "-C", tmp_path, "check-ignore", *files, "lib/a.py", "README.md"],  # noqa: S607
        stdout=subprocess.PIPE,
        text=True,
    )

    assert hidden.stdout.split() == ["lib/a.py", "README.md"]


def test_credentials_are_referenced() -> None:
    """The Secret with the credentials of Git is named, and so is that with the keys of SOPS."""
    tree = deliver(
        f"{{flux: {{source: {{url: '{URL}', secretName: git}}, decryption: {{secretName: age}}}}}}"
    )

    assert manifest(tree, SOURCE)["spec"]["secretRef"] == {"name": "git"}
    assert manifest(tree, ENVIRONMENT)["spec"]["decryption"] == {
        "provider": "sops",
        "secretRef": {"name": "age"},
    }


def test_objects_live_where_the_tenant_does() -> None:
    """All lie in the namespace asked for, act as its account, and say where a foreign source is."""
    tree = deliver("{flux: {namespace: team, serviceAccount: deployer}}")

    for each in (manifest(tree, ENTRY), manifest(tree, ENVIRONMENT)):
        assert each["metadata"]["namespace"] == "team"
        assert each["spec"]["serviceAccountName"] == "deployer"
        assert each["spec"]["sourceRef"]["namespace"] == "flux-system"
