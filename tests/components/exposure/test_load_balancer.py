"""A load balancer of the provider."""

from __future__ import annotations

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder, codes

CLOUD = "tls: {terminateAt: cloud, certificate: 'arn:aws:acm:eu:1:certificate/a'}"


def asked(fields: str) -> str:
    """Return an exposure by a balancer with *fields*."""
    return f"exposure: {{type: loadBalancer, {fields}}}"


def service(built: Builder, fields: str, clusters: str = "") -> Manifest:
    """Return the clients' Service of an exposure by a balancer."""
    return built(asked(fields), clusters=clusters).one("Service", "emqx")


def test_the_clients_address_is_kept(built: Builder) -> None:
    """Without PROXY headers, traffic stays on the node where it arrives; with them it need not."""
    policies = [
        service(built, fields)["spec"]["externalTrafficPolicy"]
        for fields in (
            "provider: metallb",
            "provider: metallb, proxyProtocol: true",
            "provider: metallb, externalTrafficPolicy: Cluster",
            "provider: metallb, proxyProtocol: true, externalTrafficPolicy: Local",
        )
    ]

    assert policies == ["Local", "Cluster", "Cluster", "Local"]


def test_ranges_and_class_are_the_services_own(built: Builder) -> None:
    """Kubernetes has fields for them."""
    spec = service(
        built, "provider: other, sourceRanges: [10.0.0.0/8], loadBalancerClass: example.com/lb"
    )["spec"]

    assert spec["type"] == "LoadBalancer"
    assert spec["loadBalancerSourceRanges"] == ["10.0.0.0/8"]
    assert spec["loadBalancerClass"] == "example.com/lb"


def test_the_provider_is_the_clusters_unless_said(built: Builder) -> None:
    """A cluster knows whose balancers it has."""
    clusters = "clusters: {default: {provider: azure}}"
    idle = "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout"

    assert idle in service(built, "dashboard: false", clusters)["metadata"]["annotations"]
    assert "annotations" not in service(built, "provider: other", clusters)["metadata"]


def test_own_annotations_win(built: Builder) -> None:
    """What an environment says itself replaces what is said for the provider."""
    idle = "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout"
    found = service(built, f"provider: azure, annotations: {{{idle}: '5', a/b: c}}")

    assert found["metadata"]["annotations"] == {idle: "5", "a/b": "c"}


def test_fixed_node_ports_lie_behind(built: Builder) -> None:
    """Some balancers are told the node ports by hand."""
    (port,) = service(built, "provider: other, nodePorts: {mqtt: 31883}")["spec"]["ports"]

    assert (port["port"], port["nodePort"]) == (1883, 31883)


@pytest.mark.parametrize("fields", ["", "dashboard: false"])
def test_the_dashboard_stays_inside(built: Builder, fields: str) -> None:
    """It is on the clients' Service only where that is asked for."""
    assert set(built(asked(fields)).ports()) == {"mqtt"}
    assert set(built(asked("dashboard: true")).ports()) == {"mqtt", "dashboard"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (f"provider: gcp, {CLOUD}", {"EG405"}),
        (f"provider: gcp, annotations: {{a/b: c}}, {CLOUD}", set()),
        (f"provider: aws, {CLOUD}", set()),
        ("provider: metallb, internal: true", {"EG416"}),
        ("internal: true", {"EG416"}),
        ("provider: metallb, internal: true, annotations: {metallb.io/address-pool: a}", set()),
        ("provider: gcp, internal: true", set()),
    ],
)
def test_what_nobody_tells_the_balancer_is_refused(fields: str, expected: set[str]) -> None:
    """Ending TLS and staying internal are asked of somebody who understands it."""
    assert codes(asked(fields)) == expected
