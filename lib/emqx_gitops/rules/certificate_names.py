"""Rules on user names that come from clients' certificates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emqx_gitops.components.settings import SecretValue
from emqx_gitops.components.tls.haproxy import Haproxy
from emqx_gitops.emqx import PROXY_LISTENER
from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where

NAME_NOT_PASSED = Rule(
    code="EG407",
    name="certificate-name-not-passed",
    severity=Severity.WARNING,
    what="A name is to come from the client's certificate, of which EMQX learns nothing.",
    why=(
        "EMQX then takes the name that the client claims. NGINX's stream proxy passes no name, "
        "HAProxy only the common name, and EMQX asks for certificates only where a client CA is."
    ),
    fix=(
        "End TLS at `listener`, or at `haproxy` with the value `cn`, and give "
        "exposure.tls.clientCA."
    ),
    source="emqx_channel.erl (set_peercert_infos), EMQX v5.7.1; HAProxy, send-proxy-v2-ssl-cn",
)

RULES = (NAME_NOT_PASSED,)

_KEY = re.compile(r"EMQX_MQTT__PEER_CERT_AS_(USERNAME|CLIENTID)")
_KEY_V4 = re.compile(r"EMQX_LISTENER__(TCP|SSL|WS|WSS)__(\w+?)__PEER_CERT_AS_(USERNAME|CLIENTID)")


def check(resolved: Resolved) -> Iterator[Finding]:
    """Warn of names from certificates that do not reach EMQX."""
    for key, value in resolved.asked.emqx.settings.items():
        pattern = _KEY_V4 if resolved.site_is_v4 else _KEY
        found = pattern.fullmatch(key.upper())
        if found is None or value in {"", "disabled"}:
            continue
        text = "" if isinstance(value, SecretValue) else value
        reason = _reason(resolved, found, text)
        if reason:
            where = Where(environment=resolved.name, path=f"emqx.settings.{key}")
            yield NAME_NOT_PASSED.at(where, f"{key}: {reason}", _fix(resolved, found))


def _reason(resolved: Resolved, key: re.Match[str], value: str) -> str:
    """Say why EMQX does not learn the name, empty where it does."""
    tls = resolved.exposure.tls
    if not tls.mutual:
        return "no client is asked for a certificate: there is no exposure.tls.clientCA"
    if tls.ends == "broker":
        return ""
    if not isinstance(tls, Haproxy):
        return f"{tls.label()} passes nothing of the client's certificate to EMQX"
    if resolved.site_is_v4 and key[2].lower() != PROXY_LISTENER:
        return f"HAProxy connects to the listener `{PROXY_LISTENER}`, not to this one"
    if value not in {"", "cn", "dn"}:
        return f"HAProxy passes the common name, and nothing of which to make {value}"
    return ""


def _fix(resolved: Resolved, key: re.Match[str]) -> str | None:
    tls = resolved.exposure.tls
    if not (isinstance(tls, Haproxy) and tls.mutual):
        return None
    if not resolved.site_is_v4:
        return "write `cn`"
    kind = "WS" if key[1].startswith("W") else "TCP"
    name = PROXY_LISTENER.upper()
    return f"write `EMQX_LISTENER__{kind}__{name}__PEER_CERT_AS_{key[3]}: cn`"
