"""TLS that ends at EMQX's own listeners."""

from __future__ import annotations

import pytest

from emqx_gitops.manifests import Manifest
from tests.builds import Builder, Built


def ended(fields: str = "", listeners: str = "{}", version: str = "5.8.9") -> str:
    """Return an environment whose brokers end TLS."""
    return (
        f"exposure: {{type: clusterIp, tls: {{terminateAt: listener{fields}}}}}\n"
        f"emqx: {{version: {version}, listeners: {listeners}}}"
    )


def volume(result: Built, name: str) -> Manifest:
    """Return what a volume of the brokers is made of, and that it is mounted to be read."""
    (mount,) = (each for each in result.broker["volumeMounts"] if each["name"] == name)
    assert mount["readOnly"] is True
    assert "subPath" not in mount
    (found,) = (each for each in result.pod["volumes"] if each["name"] == name)
    secret: Manifest = found["secret"]
    return secret


def test_5_reads_the_secrets_files(built: Builder) -> None:
    """Each TLS listener that is on shows the certificate of the Secret."""
    settings = built(ended(listeners="{wss: true}")).settings

    for kind, port in (("SSL", "8883"), ("WSS", "8084")):
        key = f"EMQX_LISTENERS__{kind}__DEFAULT"
        assert settings[f"{key}__ENABLE"] == "true"
        assert settings[f"{key}__BIND"] == port
        assert settings[f"{key}__SSL_OPTIONS__CERTFILE"] == "/etc/emqx/tls/tls.crt"
        assert settings[f"{key}__SSL_OPTIONS__KEYFILE"] == "/etc/emqx/tls/tls.key"
        assert f"{key}__SSL_OPTIONS__VERIFY" not in settings


def test_a_listener_that_is_off_stays_off(built: Builder) -> None:
    """A certificate does not open a port."""
    settings = built(ended()).settings

    assert settings["EMQX_LISTENERS__WSS__DEFAULT__ENABLE"] == "false"
    assert not [key for key in settings if key.startswith("EMQX_LISTENERS__WSS__DEFAULT__SSL")]


def test_4_4_has_its_own_keys(built: Builder) -> None:
    """Without SSL_OPTIONS, and with the port in the listener's own name."""
    settings = built(ended(", clientCA: {secretName: ca}", version="4.4.19")).settings

    key = "EMQX_LISTENER__SSL__EXTERNAL"
    assert settings[key] == "8883"
    assert settings[f"{key}__CERTFILE"] == "/etc/emqx/tls/tls.crt"
    assert settings[f"{key}__CACERTFILE"] == "/etc/emqx/client-ca/ca.crt"
    assert settings[f"{key}__VERIFY"] == "verify_peer"
    assert settings[f"{key}__FAIL_IF_NO_PEER_CERT"] == "true"


def test_clients_must_show_a_certificate_where_asked(built: Builder) -> None:
    """Who has none is refused, not only who has a wrong one."""
    settings = built(ended(", clientCA: {secretName: device-ca, key: root.pem}")).settings

    options = "EMQX_LISTENERS__SSL__DEFAULT__SSL_OPTIONS"
    assert settings[f"{options}__CACERTFILE"] == "/etc/emqx/client-ca/root.pem"
    assert settings[f"{options}__VERIFY"] == "verify_peer"
    assert settings[f"{options}__FAIL_IF_NO_PEER_CERT"] == "true"


@pytest.mark.parametrize("kind", ["statefulset", "deployment", "pod"])
def test_the_secret_is_a_folder(built: Builder, kind: str) -> None:
    """A folder follows the Secret when it is renewed, a single file would not."""
    result = built(f"{ended()}\nworkload: {{kind: {kind}}}")

    assert volume(result, "tls") == {"secretName": "emqx-tls", "defaultMode": 0o440}


def test_secrets_have_any_name(built: Builder) -> None:
    """The volume is there once, with the Secret that is named."""
    result = built(ended(", secretName: mine"))

    assert volume(result, "tls")["secretName"] == "mine"


def test_the_cas_key_stays_out(built: Builder) -> None:
    """A CA's Secret often holds the key that signs: brokers get the certificate alone."""
    result = built(ended(", clientCA: {secretName: device-ca}"))

    assert volume(result, "client-ca") == {
        "secretName": "device-ca",
        "defaultMode": 0o440,
        "items": [{"key": "ca.crt", "path": "ca.crt"}],
    }
