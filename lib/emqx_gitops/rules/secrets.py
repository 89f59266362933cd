"""Rules on secrets in plain text. No message holds a value."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache

from emqx_gitops.emqx import Line, is_secret
from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.lenient import mapping, text
from emqx_gitops.rules.objects import Objects

PLAIN_SECRET = Rule(
    code="EG705",
    name="plain-secret",
    severity=Severity.ERROR,
    what="A Secret has values, or a private key or a secret setting of EMQX stands in plain text.",
    why=(
        "Whoever can read the repository has it, now and from its history; base64 is no encryption."
    ),
    fix=(
        "Take the value out and change it; refer to a Secret that is made in the cluster, or "
        "encrypt it with SOPS, Sealed Secrets or an external store."
    ),
    source="Kubernetes documentation, Good practices for Kubernetes Secrets",
)

LIKELY_SECRET = Rule(
    code="EG717",
    name="likely-secret",
    severity=Severity.WARNING,
    what="A value in plain text has the name of a password, token, cookie or key.",
    why="Whoever can read the repository has it, now and from its history.",
    fix="Refer to a Secret by secretKeyRef, or accept this warning where the value is no secret.",
    source="Kubernetes documentation, Good practices for Kubernetes Secrets",
)

RULES = (PLAIN_SECRET, LIKELY_SECRET)

_NAMED_SO = re.compile(
    r"(?:^|[-_.])(?:pass|password|passwd|passphrase|passcode|secret|cookie|token|credential"
    r"|credentials|(?:api|access|private|secret|encryption|signing|license|licence)[-_.]?key)$",
    re.IGNORECASE,
)

_PLACEHOLDER = re.compile(r".*\$[{(].*|<.*>|ref\+.*|.*ENC\[.*|-----BEGIN CERTIFICATE.*|", re.DOTALL)
"""What Flux, Argo CD's vault plug-in, vals and SOPS replace; certificates are no secret."""

_HARMLESS = re.compile(r"true|false|on|off|none|null|default|evaluation|[0-9]{1,4}|file:.*|/\S*")
"""Switches, counts, EMQX's built-in licences, and files that hold the value."""

_PRIVATE = "PRIVATE KEY-----"


def check_secrets(objects: Objects) -> Iterator[Finding]:
    """Yield values that the repository should not hold."""
    for secret in objects.of("Secret"):
        yield from _secret(objects, secret)
    for config in objects.of("ConfigMap"):
        for key, value in mapping(config.get("data")).items():
            yield from _value(objects, config, f"data.{key}", key, text(value))
    for pod in objects.pods:
        for container in pod.containers:
            for index, each in enumerate(container.env):
                value = each.get("value")
                if value:
                    path = f"{container.path}.env[{index}].value"
                    name = text(each.get("name"))
                    yield from _value(objects, pod.owner, path, name, text(value))


@lru_cache(maxsize=4096)
def _weight(name: str) -> Rule | None:
    """Return the rule that a value of this *name* would break."""
    if name.startswith("EMQX_") and any(is_secret(line, name) for line in Line):
        return PLAIN_SECRET
    return LIKELY_SECRET if _NAMED_SO.search(name) else None


def _value(
    objects: Objects, owner: Manifest, path: str, name: str, value: str
) -> Iterator[Finding]:
    if _PRIVATE in value and "ENC[" not in value:
        yield objects.at(PLAIN_SECRET, owner, path, f"{name} holds a private key")
        return
    rule = _weight(name)
    if rule and not _PLACEHOLDER.fullmatch(value) and not _HARMLESS.fullmatch(value):
        yield objects.at(rule, owner, path, f"{name} has a value in plain text")


def _secret(objects: Objects, secret: Manifest) -> Iterator[Finding]:
    if "sops" in secret:
        return
    plain = [
        *(key for key, value in mapping(secret.get("stringData")).items() if _is_plain(value)),
        *(key for key, value in mapping(secret.get("data")).items() if _is_plain(_decoded(value))),
    ]
    if plain:
        message = f"the Secret has values in plain text: {', '.join(sorted(plain))}"
        yield objects.at(PLAIN_SECRET, secret, "data", message)


def _is_plain(value: object) -> bool:
    held = text(value)
    return not _PLACEHOLDER.fullmatch(held)


def _decoded(value: object) -> str:
    try:
        return base64.b64decode(text(value)).decode(errors="replace")
    except binascii.Error:
        return text(value)
