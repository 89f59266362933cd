"""Discovery through the Kubernetes API."""

from __future__ import annotations

import pytest

from tests.builds import Builder, environment_of

KINDS = ("hostname", "ip", "dns")


def k8s(kind: str, version: str = "5.8.9") -> str:
    """Return an environment that discovers by *kind*."""
    return f"emqx: {{version: {version}}}\ndiscovery: {{strategy: k8s, addressType: {kind}}}"


@pytest.mark.parametrize("kind", KINDS)
def test_settings_name_service_and_kind(built: Builder, kind: str) -> None:
    """The API server is named as its certificate names it."""
    settings = built(k8s(kind)).settings

    assert settings["EMQX_CLUSTER__DISCOVERY_STRATEGY"] == "k8s"
    assert settings["EMQX_CLUSTER__K8S__APISERVER"] == "https://kubernetes.default.svc:443"
    assert settings["EMQX_CLUSTER__K8S__SERVICE_NAME"] == "emqx-headless"
    assert settings["EMQX_CLUSTER__K8S__ADDRESS_TYPE"] == kind


def test_4_4_has_its_own_keys(built: Builder) -> None:
    """4.4 spells the strategy's key otherwise and needs the name of the nodes that it finds."""
    settings = built(k8s("hostname", "4.4.19")).settings

    assert settings["EMQX_CLUSTER__DISCOVERY"] == "k8s"
    assert settings["EMQX_CLUSTER__K8S__APP_NAME"] == settings["EMQX_NAME"] == "emqx"
    assert "EMQX_CLUSTER__DISCOVERY_STRATEGY" not in settings


@pytest.mark.parametrize(("kind", "suffix"), [("hostname", "svc"), ("dns", "pod"), ("ip", None)])
def test_namespace_and_suffix_are_said(built: Builder, kind: str, suffix: str | None) -> None:
    """Their defaults differ between the image's entrypoint and EMQX, so both are always given."""
    found = environment_of(built(k8s(kind)).broker)

    assert found["EMQX_CLUSTER__K8S__NAMESPACE"] == "$(POD_NAMESPACE)"
    expected = f"{suffix}.$(CLUSTER_DOMAIN)" if suffix else None
    assert found.get("EMQX_CLUSTER__K8S__SUFFIX") == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_is_the_least(built: Builder, kind: str) -> None:
    """A pod may read the Endpoints of one Service, with a token that others do not get."""
    result = built(k8s(kind))

    (rule,) = result.one("Role", "emqx-discovery")["rules"]
    assert rule == {
        "apiGroups": [""],
        "resources": ["endpoints"],
        "resourceNames": ["emqx-headless"],
        "verbs": ["get"],
    }
    binding = result.one("RoleBinding", "emqx-discovery")
    assert binding["apiVersion"] == "rbac.authorization.k8s.io/v1"
    assert binding["roleRef"]["name"] == "emqx-discovery"
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "emqx", "namespace": "emqx-demo"}
    ]
    assert result.pod["serviceAccountName"] == "emqx"
    assert result.pod["automountServiceAccountToken"] is True
