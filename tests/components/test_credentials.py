"""The Secret with cookie and password: referenced, never written."""

from __future__ import annotations

import pytest

from emqx_gitops.components.credentials import secret_keys
from emqx_gitops.emqx import keys_of, line_of
from emqx_gitops.emqx.versions import Version
from tests.builds import Builder, codes, environment_of


def secrets(built: Builder, asked: str) -> dict[str, tuple[str, str]]:
    """Return the variables that come from Secrets: name of the Secret, and key in it."""
    found = environment_of(built(asked).broker)
    references = {k: v["secretKeyRef"] for k, v in found.items() if "secretKeyRef" in v}
    return {name: (each["name"], each["key"]) for name, each in references.items()}


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (
            "4.4.19",
            {
                "EMQX_NODE__COOKIE": "node-cookie",
                "EMQX_DASHBOARD__DEFAULT_USER__LOGIN": "dashboard-username",
                "EMQX_DASHBOARD__DEFAULT_USER__PASSWORD": "dashboard-password",
                "EMQX_MANAGEMENT__DEFAULT_APPLICATION__SECRET": "management-secret",
            },
        ),
        (
            "5.8.9",
            {
                "EMQX_NODE__COOKIE": "node-cookie",
                "EMQX_DASHBOARD__DEFAULT_USERNAME": "dashboard-username",
                "EMQX_DASHBOARD__DEFAULT_PASSWORD": "dashboard-password",
            },
        ),
    ],
)
def test_every_shipped_secret_is_replaced(
    built: Builder, version: str, expected: dict[str, str]
) -> None:
    """Cookie, password and the API's key of the image are public: none of them is left."""
    found = secrets(built, f"emqx: {{version: {version}}}")
    line = line_of(Version.parse(version))
    assert line is not None

    assert found == {name: ("emqx-credentials", key) for name, key in expected.items()}
    assert set(secret_keys(keys_of(line))) == set(expected.values())


def test_another_name_is_another_reference(built: Builder) -> None:
    """All variables follow the Secret's name, and each is there once."""
    result = built("credentials: {secretName: mine}")
    names = [each["name"] for each in result.broker["env"]]

    assert {name for name, _ in secrets(built, "credentials: {secretName: mine}").values()} == {
        "mine"
    }
    assert len(names) == len(set(names))
    assert "credentials/5" not in result.layout.components


def test_no_secret_is_made(built: Builder) -> None:
    """No value of a Secret is in the tree."""
    assert not built().of("Secret")


@pytest.mark.parametrize("kind", ["statefulset", "deployment", "pod"])
def test_a_revision_restarts_on_purpose(built: Builder, kind: str) -> None:
    """A word of one's own is an annotation of the pods, beside those that are there."""
    result = built(f"workload: {{kind: {kind}}}\ncredentials: {{revision: '2026-11'}}")

    annotations = result.template["metadata"]["annotations"]
    assert annotations["emqx-gitops/credentials-revision"] == "2026-11"
    assert annotations["kubectl.kubernetes.io/default-container"] == "emqx"


@pytest.mark.parametrize("kind", ["statefulset", "deployment"])
def test_reloader_is_told_on_request(built: Builder, kind: str) -> None:
    """Stakater's annotation is on the workload, with the Secret's name."""
    result = built(f"workload: {{kind: {kind}}}\ncredentials: {{secretName: mine, reload: true}}")

    expected = {"secret.reloader.stakater.com/reload": "mine"}
    assert result.workload["metadata"]["annotations"] == expected
    assert "annotations" not in built(f"workload: {{kind: {kind}}}").workload["metadata"]


def test_reloader_cannot_restart_a_bare_pod(built: Builder) -> None:
    """It compiles with a warning; the Pod's own annotations stay."""
    asked = "workload: {kind: pod}\ncredentials: {reload: true}"

    assert not codes(asked)
    assert built(asked).workload["metadata"] == built("workload: {kind: pod}").workload["metadata"]
