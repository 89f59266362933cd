"""Secrets inside longer texts: settings, command lines, addresses, keys, headers."""

from __future__ import annotations

import re

from emqx_gitops.review.secrets.names import is_secret_name

_TRIGGER = re.compile(
    r"pass|pwd|secret|cookie|token|jwt|cred|auth|key|htpasswd|docker|bearer|://|-----BEGIN|eyJ"
    r"|gh[opsu]_|AKIA|xox",
    re.IGNORECASE,
)
_PRIVATE_KEY = re.compile(
    r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)"
    r"(.*?)(-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^\s/?#@\"']*)@")
_BEARER = re.compile(r"\b(Bearer|Basic|Token)([ ]+)([A-Za-z0-9._~+/=-]{6,})", re.IGNORECASE)
_KNOWN = re.compile(
    r"\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bgh[opsu]_\w{16,}|\bgithub_pat_\w{16,}|\bAKIA[A-Z0-9]{16}\b"
    r"|\bxox[abeoprs]-[\w-]{8,}"
)
_SETTING = re.compile(
    r"(?P<name>[A-Za-z_][\w.-]*)(?P<gap>[\"']?[ \t]*(?::=|[:=])[ \t]*)"
    r"(?P<value>\"\"\".*?\"\"\"|[|>][-+0-9]*[ \t]*\n(?:[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+"
    r"|\"(?:[^\"\\]|\\.)*\"|'[^']*'|\$\{\w+\}(?=[\s,;}\]]|\Z)|[^\s,;\"'{}\[\]|>][^\s,;\"'{}\]]*)",
    re.DOTALL,
)
_FLAG = re.compile(r"(?P<name>(?<![\w-])--?[A-Za-z][\w.-]*)(?P<gap>[ \t]+)(?P<value>[^\s-]\S*)")
_REFERENCE = re.compile(r"\$\{\w+\}|\$\(\w+\)")


def mask(text: str) -> str:
    """Return what stands for the secret *text* inside a longer one."""
    return f"***({len(text.encode(errors='replace'))} bytes)"


def is_reference(text: str) -> bool:
    """Tell whether *text* only names where its value comes from: ``$(DB_PASSWORD)``."""
    return _REFERENCE.fullmatch(text) is not None


def scrub(text: str) -> str:
    """Return *text* with the secrets in it masked, and everything else as it stands."""
    if not _TRIGGER.search(text):
        return text
    text = _PRIVATE_KEY.sub(lambda found: f"{found[1]}{mask(found[2])}{found[3]}", text)
    text = _ADDRESS.sub(_address, text)
    text = _BEARER.sub(lambda found: f"{found[1]}{found[2]}{mask(found[3])}", text)
    text = _KNOWN.sub(lambda found: mask(found[0]), text)
    return _FLAG.sub(_setting, _SETTING.sub(_setting, text))


def _address(found: re.Match[str]) -> str:
    user, colon, password = found[2].partition(":")
    if colon:
        return f"{found[1]}{user}:{mask(password)}@"
    return f"{found[1]}{mask(user) if found[1].startswith('http') else user}@"


def _setting(found: re.Match[str]) -> str:
    name, value = found["name"], found["value"]
    bare = value.strip("\"'")
    if not is_secret_name(name) or is_reference(bare) or bare.startswith("***("):
        return found[0]
    quote = value[0] if value[0] in "\"'" else ""
    end = "\n" if value.endswith("\n") else ""
    return f"{name}{found['gap']}{quote}{mask(bare)}{quote}{end}"
