"""TLS that ends at the provider's balancer."""

from __future__ import annotations

import pytest

from emqx_gitops.environment.loader import Refused
from tests.builds import Builder, codes, loaded_of

ARN = "'arn:aws:acm:eu:1:certificate/a'"
CLOUD = f"tls: {{terminateAt: cloud, certificate: {ARN}}}"
AWS = "service.beta.kubernetes.io/aws-load-balancer"


def test_the_balancer_has_the_certificate(built: Builder) -> None:
    """It ends TLS on 8883 and passes plain MQTT with PROXY headers to a listener for them."""
    result = built(f"exposure: {{type: loadBalancer, provider: aws, {CLOUD}}}")
    annotations = result.one("Service", "emqx")["metadata"]["annotations"]

    assert annotations[f"{AWS}-ssl-cert"] == ARN.strip("'")
    assert annotations[f"{AWS}-ssl-ports"] == "8883"
    assert annotations[f"{AWS}-proxy-protocol"] == "*"
    assert result.ports() == {"mqtts": (8883, "mqtt-proxy")}
    assert result.settings["EMQX_LISTENERS__TCP__PROXY__PROXY_PROTOCOL"] == "true"
    assert not [each for each in result.pod["volumes"] if "secret" in each]


def test_without_headers_it_reaches_the_plain_listener(built: Builder) -> None:
    """The plain listener is open behind it though no client may use it by name."""
    result = built(
        f"exposure: {{type: loadBalancer, provider: aws, proxyProtocol: false, {CLOUD}}}\n"
        "emqx: {listeners: {mqtt: false}}"
    )

    assert result.ports() == {"mqtts": (8883, "mqtt")}
    assert result.settings["EMQX_LISTENERS__TCP__DEFAULT__ENABLE"] == "true"


def test_a_certificate_is_needed() -> None:
    """There is no balancer that would show none."""
    with pytest.raises(Refused):
        loaded_of("exposure: {type: loadBalancer, provider: aws, tls: {terminateAt: cloud}}")


@pytest.mark.parametrize("kind", ["clusterIp", "nodePort"])
def test_no_balancer_ends_nothing(kind: str) -> None:
    """Only a balancer can."""
    assert codes(f"exposure: {{type: {kind}, {CLOUD}}}") == {"EG205"}


def test_it_cannot_check_clients() -> None:
    """All would be let in."""
    mutual = f"tls: {{terminateAt: cloud, certificate: {ARN}, clientCA: {{secretName: ca}}}}"

    assert codes(f"exposure: {{type: loadBalancer, provider: aws, {mutual}}}") == {"EG206"}
