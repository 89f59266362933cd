"""Services, network policy and account of the brokers."""

from __future__ import annotations

import pytest

from tests.builds import Builder


def test_nodes_find_each_other_before_they_are_ready(built: Builder) -> None:
    """The headless Service shows pods that are not ready, on the two ports of the cluster."""
    spec = built().one("Service", "emqx-headless")["spec"]

    assert spec["clusterIP"] == "None"
    assert spec["publishNotReadyAddresses"] is True
    assert built().ports("emqx-headless") == {"ekka": (4370, "ekka"), "genrpc": (5369, "genrpc")}


def test_other_services_lead_to_ready_nodes(built: Builder) -> None:
    """Clients are not sent to a node that is still starting."""
    for name in ("emqx", "emqx-internal"):
        assert "publishNotReadyAddresses" not in built().one("Service", name)["spec"]


@pytest.mark.parametrize("end", ["none", "haproxy", "nginx"])
def test_discovery_selects_brokers_only(built: Builder, end: str) -> None:
    """One foreign pod behind the headless Service would break discovery for all."""
    result = built(f"exposure: {{type: clusterIp, tls: {{terminateAt: {end}}}}}")
    selector = result.one("Service", "emqx-headless")["spec"]["selector"]
    templates = {
        each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"]
        for each in result.objects
        if "template" in each.get("spec", {})
    }

    fitting = [name for name, labels in templates.items() if selector.items() <= labels.items()]
    assert fitting == ["emqx"]


def test_every_port_leads_somewhere(built: Builder) -> None:
    """Each target of each Service is a port of the container that it selects."""
    for asked in ("", "emqx: {version: 4.4.19, listeners: {ws: true}}"):
        result = built(asked)
        known = {each["name"] for each in result.broker["ports"]}
        for service in ("emqx", "emqx-headless", "emqx-internal"):
            assert {target for _, target in result.ports(service).values()} <= known


def test_the_account_may_nothing(built: Builder) -> None:
    """It has no token unless discovery needs one."""
    account = built().one("ServiceAccount", "emqx")

    assert account["automountServiceAccountToken"] is False
    assert built().pod["serviceAccountName"] == "emqx"
