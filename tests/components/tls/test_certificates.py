"""Certificates that cert-manager makes."""

from __future__ import annotations

import pytest

from tests.builds import Builder, loaded_of

ISSUED = "issuer: {name: acme, dnsNames: [mqtt.example.com]}"


@pytest.mark.parametrize("end", ["listener", "haproxy", "nginx"])
def test_an_issuer_fills_the_secret(built: Builder, end: str) -> None:
    """Whoever ends TLS reads the Secret that the Certificate names."""
    tls = f"{{terminateAt: {end}, secretName: mine, {ISSUED}}}"
    asked = f"exposure: {{type: clusterIp, tls: {tls}}}"
    result = built(asked)

    spec = result.one("Certificate", "mine")["spec"]
    assert spec["secretName"] == "mine"
    assert spec["dnsNames"] == ["mqtt.example.com"]
    assert spec["issuerRef"] == {
        "group": "cert-manager.io",
        "kind": "ClusterIssuer",
        "name": "acme",
    }
    pod = result.pod if end == "listener" else result.proxy
    names = {each["secret"]["secretName"] for each in pod["volumes"] if "secret" in each}
    assert names == {"mine"}


@pytest.mark.parametrize("end", ["listener", "haproxy", "nginx"])
def test_without_an_issuer_the_secret_must_exist(built: Builder, end: str) -> None:
    """Nothing is made, and the Secret is among those that are said to be outside."""
    tls = f"{{terminateAt: {end}, clientCA: {{secretName: ca}}}}"
    asked = f"exposure: {{type: clusterIp, tls: {tls}}}"

    assert not built(asked).of("Certificate")
    assert {("emqx-tls", "TLS"), ("ca", "TLS")} <= set(loaded_of(asked).resolved.external_secrets())
