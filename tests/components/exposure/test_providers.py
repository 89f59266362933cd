"""What each provider's controller reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emqx_gitops.components.exposure.providers import PROVIDERS, Asked, aws, azure, gcp, metallb

PLAIN = Asked(
    internal=False,
    address=None,
    proxy_protocol=False,
    ports=(1883,),
    tls_ports=(),
    certificate=None,
)
ENDED = replace(
    PLAIN,
    proxy_protocol=True,
    ports=(1883, 8883, 8084),
    tls_ports=(8883, 8084),
    certificate="arn:aws:acm:eu:1:certificate/a",
)
AWS = "service.beta.kubernetes.io/aws-load-balancer"


def test_aws_makes_a_network_balancer_with_pods_as_targets() -> None:
    """The class names the Load Balancer Controller; without it the in-tree one makes a Classic."""
    found = aws(PLAIN)

    assert found.spec == {"loadBalancerClass": "service.k8s.aws/nlb"}
    assert found.annotations[f"{AWS}-scheme"] == "internet-facing"
    assert found.annotations[f"{AWS}-nlb-target-type"] == "ip"
    assert found.annotations[f"{AWS}-target-group-attributes"] == "preserve_client_ip.enabled=true"
    assert f"{AWS}-proxy-protocol" not in found.annotations


def test_aws_ends_tls_on_tls_ports() -> None:
    """Certificate and ports go together; PROXY headers carry the client's address."""
    found = aws(ENDED).annotations

    assert found[f"{AWS}-ssl-cert"] == "arn:aws:acm:eu:1:certificate/a"
    assert found[f"{AWS}-ssl-ports"] == "8883,8084"
    assert "TLS13-1-2" in found[f"{AWS}-ssl-negotiation-policy"]
    assert found[f"{AWS}-proxy-protocol"] == "*"
    assert f"{AWS}-target-group-attributes" not in found


def test_aws_lets_idle_clients_stay_as_long_as_it_can() -> None:
    """6000 s on TCP; on TLS ports nothing can be set."""
    found = aws(ENDED).annotations
    attributes = {key for key in found if "listener-attributes" in key}

    assert attributes == {f"{AWS}-listener-attributes.TCP-1883"}
    assert found[attributes.pop()] == "tcp.idle_timeout.seconds=6000"


@pytest.mark.parametrize(
    ("internal", "key"), [(False, "eip-allocations"), (True, "private-ipv4-addresses")]
)
def test_aws_takes_the_address_that_fits(key: str, *, internal: bool) -> None:
    """Elastic addresses are for balancers of the internet, private ones for internal ones."""
    found = aws(replace(PLAIN, internal=internal, address="a")).annotations

    assert found[f"{AWS}-{key}"] == "a"
    assert found[f"{AWS}-scheme"] == ("internal" if internal else "internet-facing")


def test_gcp_tells_internal_from_external() -> None:
    """An internal balancer is another kind of one."""
    assert gcp(PLAIN).annotations == {"cloud.google.com/l4-rbs": "enabled"}
    internal = gcp(replace(PLAIN, internal=True, address="10.0.0.1"))
    assert internal.annotations == {"networking.gke.io/load-balancer-type": "Internal"}
    assert internal.spec == {"loadBalancerIP": "10.0.0.1"}


def test_azure_keeps_idle_clients_for_half_an_hour() -> None:
    """Its default of 4 minutes is shorter than many a keepalive."""
    prefix = "service.beta.kubernetes.io/azure-load-balancer"
    found = azure(replace(PLAIN, internal=True, address="10.0.0.1")).annotations

    assert found == {
        f"{prefix}-internal": "true",
        f"{prefix}-ipv4": "10.0.0.1",
        f"{prefix}-tcp-idle-timeout": "30",
    }


def test_metallb_takes_an_address() -> None:
    """It reads nothing else of what can be asked."""
    assert metallb(replace(PLAIN, address="10.0.0.1")).annotations == {
        "metallb.io/loadBalancerIPs": "10.0.0.1"
    }
    assert metallb(PLAIN).annotations == {}


@pytest.mark.parametrize("name", PROVIDERS)
def test_values_are_texts(name: str) -> None:
    """Annotations are strings, whatever they say; the API server refuses others."""
    found = PROVIDERS[name](replace(ENDED, address="a", internal=True))

    assert all(isinstance(value, str) for value in found.annotations.values())
