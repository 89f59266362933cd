"""Which names are those of secrets: variables, keys of maps, fields of custom resources, flags."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_SECRET = frozenset(
    {
        *("password", "passwords", "passwd", "pass", "passphrase", "passcode", "pwd"),
        *("secret", "secrets", "cookie", "cookies", "token", "tokens", "jwt", "bearer"),
        *("credential", "credentials", "creds", "authorization", "htpasswd", "apikey", "keypair"),
        *("privatekey", "secretkey", "accesskey", "dockerconfigjson", "dockercfg"),
    }
)
_GLUED = re.compile(r"password|passwd|passphrase|secret|cookie|credential|apikey|privatekey")
_KEYS = frozenset({"key", "keys"})
_BEFORE_KEY = frozenset(
    {
        *("api", "access", "private", "secret", "encryption", "encrypt", "signing", "sign"),
        *("license", "licence", "shared", "auth", "master", "ssh", "host", "rsa", "psk", "hmac"),
        *("account", "client", "server", "tls", "ssl", "ca", "deploy", "service"),
    }
)
# `db-password-file`, `secretName`, `token_ttl`: about a secret, and none.
_ABOUT = frozenset(
    {
        *("file", "files", "filename", "path", "paths", "dir", "directory", "keyfile", "mount"),
        *("name", "names", "ref", "refs", "reference", "selector", "store", "class", "provider"),
        *("algorithm", "type", "format", "size", "length", "bits", "count", "policy", "mode"),
        *("enable", "enabled", "required", "ttl", "time", "timeout", "interval", "expiry"),
        *("seconds", "hours", "days", "version", "issuer", "audience", "usages", "namespace"),
    }
)
_FILES = re.compile(
    r"\.(?:key|p12|pfx|jks|keystore|ppk)$|(?:^|[./_-])id_(?:rsa|dsa|ecdsa|ed25519)$"
)


@lru_cache(maxsize=1 << 14)
def is_secret_name(name: str) -> bool:
    """Tell whether a value of this *name* is a secret: ``DB_PASSWORD``, ``apiKey``, ``tls.key``."""
    if _FILES.search(name):
        return True
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or words[-1] in _ABOUT:
        return False
    if any(word in _SECRET or _GLUED.search(word) for word in words):
        return True
    return any(word in _KEYS and before in _BEFORE_KEY for before, word in pairwise(words))


@lru_cache(maxsize=1 << 14)
def is_secret_variable(name: str) -> bool:
    """Tell whether a variable of this *name* holds a secret; here any ``KEY`` is one."""
    if is_secret_name(name):
        return True
    words = [word.lower() for word in _WORDS.findall(name)]
    return bool(words) and words[-1] not in _ABOUT and any(word in _KEYS for word in words)
