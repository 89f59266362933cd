"""Discovery through DNS."""

from __future__ import annotations

import pytest

from tests.builds import Builder, environment_of


@pytest.mark.parametrize("record", ["srv", "a"])
def test_5_asks_for_the_headless_service(built: Builder, record: str) -> None:
    """The record type is a setting; the name is in `env`, where Kubernetes expands it."""
    result = built(f"discovery: {{strategy: dns, recordType: {record}}}")

    assert result.settings["EMQX_CLUSTER__DISCOVERY_STRATEGY"] == "dns"
    assert result.settings["EMQX_CLUSTER__DNS__RECORD_TYPE"] == record
    expected = "emqx-headless.$(POD_NAMESPACE).svc.$(CLUSTER_DOMAIN)"
    assert environment_of(result.broker)["EMQX_CLUSTER__DNS__NAME"] == expected


def test_4_4_has_its_own_keys(built: Builder) -> None:
    """4.4 also needs the name of the nodes that it finds, which is EMQX_NAME."""
    settings = built("emqx: {version: 4.4.19}\ndiscovery: {strategy: dns}").settings

    assert settings["EMQX_CLUSTER__DISCOVERY"] == "dns"
    assert settings["EMQX_CLUSTER__DNS__TYPE"] == "srv"
    assert settings["EMQX_CLUSTER__DNS__APP"] == settings["EMQX_NAME"]
    assert not {key for key in settings if "STRATEGY" in key or "RECORD_TYPE" in key}


def test_it_needs_no_rights(built: Builder) -> None:
    """No Role, no token: DNS answers everybody."""
    result = built("discovery: {strategy: dns}")

    assert not result.of("Role")
    assert not result.of("RoleBinding")
    assert result.pod["automountServiceAccountToken"] is False


def test_a_records_name_nodes_by_address(built: Builder) -> None:
    """EMQX refuses to boot with A records and a host that is no address; the image gives one."""
    assert "EMQX_HOST" not in environment_of(
        built("discovery: {strategy: dns, recordType: a}").broker
    )
