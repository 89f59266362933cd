"""Manifests with a secret in every position in which one may stand."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from hypothesis import strategies as st

from emqx_gitops.manifests import Manifest

CANARY = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=12, max_size=24).map(
    "Zz{}zZ".format
)
"""A secret that stands nowhere by chance."""


def _object(kind: str, **body: object) -> Manifest:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, **body}


def _pod(**container: object) -> Manifest:
    return _object("Pod", spec={"containers": [{"name": "emqx", **container}]})


def _config(text: str, key: str = "app.conf") -> Manifest:
    return _object("ConfigMap", data={key: text, "other": "shown"})


def secret_data(canary: str) -> Manifest:
    """In data, as base64."""
    return _object("Secret", data={"any": base64.b64encode(canary.encode()).decode()})


def secret_data_in_plain(canary: str) -> Manifest:
    """In data, by mistake without base64."""
    return _object("Secret", data={"any": canary})


def secret_string_data(canary: str) -> Manifest:
    """In stringData, one of them no text."""
    return _object("Secret", stringData={"any": canary, "odd": {"deep": [canary]}})


def secret_as_text(canary: str) -> Manifest:
    """In place of a Secret's data."""
    return _object("Secret", data=canary, stringData=[canary])


def variable(canary: str) -> Manifest:
    """In variables named like secrets."""
    names = ("EMQX_NODE__COOKIE", "DB_PASSWORD", "API_TOKEN", "SIGNING_KEY", "CLIENT_SECRET", "KEY")
    return _pod(env=[{"name": name, "value": canary} for name in names])


def doubled_variable(canary: str) -> Manifest:
    """In variables without a merge key: one stands twice."""
    return _pod(env=[{"name": "TOKEN", "value": canary}, {"name": "TOKEN", "value": canary}])


def last_applied(canary: str) -> Manifest:
    """In kubectl's copy of the object."""
    copy = json.dumps(_object("Secret", stringData={"any": canary}))
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": copy}
    return _object("Secret", metadata={"name": "x", "annotations": annotations})


def annotation(canary: str) -> Manifest:
    """In annotations."""
    annotations = {"example.org/auth-token": canary, "example.org/url": f"https://u:{canary}@h/"}
    return _object("Service", metadata={"name": "x", "annotations": annotations})


def config_key(canary: str) -> Manifest:
    """In keys of a ConfigMap that look secret."""
    keys = ("password", "db-password", "tls.key", "id_rsa", "apiToken", ".dockerconfigjson")
    return _object("ConfigMap", data=dict.fromkeys(keys, canary))


def config_binary(canary: str) -> Manifest:
    """In binaryData."""
    return _object("ConfigMap", binaryData={"a": base64.b64encode(canary.encode()).decode()})


def setting(canary: str) -> Manifest:
    """In settings of a file."""
    return _config(
        f'node.cookie = "{canary}"\npassword: {canary}\nDB_PASSWORD={canary}\n'
        f'x {{ secret = {canary}, "token": "{canary}" }}\nurl = "http://a:{canary}@b"\n'
        f'password = """{canary}"""\napi_key={canary}\n'
    )


def private_key(canary: str) -> Manifest:
    """In a private key, in text of any name."""
    return _config(f"-----BEGIN RSA PRIVATE KEY-----\n{canary}\n-----END RSA PRIVATE KEY-----\n")


def broken_private_key(canary: str) -> Manifest:
    """In a private key without its end."""
    return _config(f"-----BEGIN PRIVATE KEY-----\n{canary}\n")


def yaml_in_config(canary: str) -> Manifest:
    """In a block of YAML within a file."""
    return _config(f"a: 1\npassword: |\n  {canary}\n  {canary}\nb: 2\n")


def argument(canary: str) -> Manifest:
    """In arguments, joined and apart."""
    return _pod(
        command=["sh", "-c", f"export TOKEN={canary}; run --password {canary}"],
        args=[f"--password={canary}", "--api-token", canary, "-secret", canary],
    )


def address(canary: str) -> Manifest:
    """In addresses, whatever holds them."""
    return _pod(
        env=[{"name": "URL", "value": f"postgres://user:{canary}@db/x"}],
        image=f"https://{canary}@r/i",
    )


def header(canary: str) -> Manifest:
    """In headers of probes."""
    headers = [
        {"name": "Authorization", "value": f"Basic {canary}"},
        {"name": "X-Api-Key", "value": canary},
    ]
    return _pod(livenessProbe={"httpGet": {"port": 1, "httpHeaders": headers}})


def custom_resource(canary: str) -> Manifest:
    """In fields of custom resources."""
    spec = {
        "auth": {"password": canary, "apiKey": canary, "tokens": [canary]},
        "number": {"pin": 1},
    }
    return {**_object("Broker", spec=spec), "apiVersion": "example.org/v1"}


def secret_inside(canary: str) -> Manifest:
    """In a Secret that another object carries."""
    inner = _object("Secret", stringData={"any": canary})
    return {
        **_object("Bundle", spec={"resources": [inner], "template": inner}),
        "apiVersion": "a/v1",
    }


def generator(canary: str) -> Manifest:
    """In literals of a Kustomization."""
    generators = [{"name": "x", "literals": [f"any={canary}"]}]
    return {**_object("Kustomization", secretGenerator=generators), "apiVersion": "a/v1"}


HIDING_PLACES: tuple[Callable[[str], Manifest], ...] = (
    secret_data,
    secret_data_in_plain,
    secret_string_data,
    secret_as_text,
    variable,
    doubled_variable,
    last_applied,
    annotation,
    config_key,
    config_binary,
    setting,
    private_key,
    broken_private_key,
    yaml_in_config,
    argument,
    address,
    header,
    custom_resource,
    secret_inside,
    generator,
)
"""Every position: the canary is the secret."""
