"""Rules on values of settings: what breaks a cluster, what no file can hold, what is secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emqx_gitops.emqx import Hazard, Line, Verdict, find_hazard, is_secret
from emqx_gitops.findings import Finding, Rule, Severity, Where

SECRET_IN_PLAIN_TEXT = Rule(
    code="EG315",
    name="secret-in-plain-text",
    severity=Severity.ERROR,
    what="A password, key or token stands in the file.",
    why="Whoever may read the repository, now or in its history, may use it.",
    fix="Put it into a Secret and write {secretName: …, key: …} here; change it if it was pushed.",
    source="Kubernetes documentation, Good practices for Secrets",
)

BREAKS_NODES = Rule(
    code="EG317",
    name="setting-breaks-nodes",
    severity=Severity.ERROR,
    what="A setting is valid, and breaks nodes that run as these manifests run them.",
    why="Ports, probes, names and writable folders are fixed in the pod that is generated.",
    fix="Leave the setting out.",
    source="EMQX's start scripts and ekka_dist.erl; see emqx_gitops/emqx/hazards.py",
)

RISKY_SETTING = Rule(
    code="EG318",
    name="risky-setting",
    severity=Severity.WARNING,
    what="A setting is valid, and needs something that these manifests do not give it.",
    why="Without that, nodes do not find or do not trust each other.",
    fix="Leave the setting out, or give it what it needs.",
    source="EMQX's start scripts and ssl_dist.conf; see emqx_gitops/emqx/hazards.py",
)

NOT_ONE_LINE = Rule(
    code="EG319",
    name="setting-not-one-line",
    severity=Severity.ERROR,
    what="A setting's value has a line break, or is longer than 64 KiB with its name.",
    why=(
        "Settings are lines of a file. Kustomize reads the next line as another setting, and after "
        "a line that is too long it drops all that follow, without a word."
    ),
    fix=(
        "Write it in one line (JSON and HOCON need no line breaks), or put it into a Secret and "
        "write {secretName: …, key: …} here."
    ),
    source="kustomize 5.0.1 and 5.8.2, api/kv (bufio.Scanner)",
)

RULES = (SECRET_IN_PLAIN_TEXT, BREAKS_NODES, RISKY_SETTING, NOT_ONE_LINE)

_LONGEST_LINE = 65535
"""Bytes of a line that kustomize still reads, without its end: run with 5.0.1 and 5.8.2."""


def line_problems(key: str, value: str, where: Where) -> Iterator[Finding]:
    """Refuse what a file of settings cannot hold."""
    if "\n" in value or "\r" in value:
        yield NOT_ONE_LINE.at(where, f"the value of {key} has a line break")
    elif len(f"{key}={value}".encode()) > _LONGEST_LINE:
        yield NOT_ONE_LINE.at(where, f"the value of {key} is longer than a line may be")


_NOT_ITSELF = r"(?!\s*+\"?+(?:\$\{|file://|\"|$))"
_NAMED_SECRET = re.compile(
    rf"(?:^|[^\w])\"?\w*(?:password|passcode|secret|token|cookie)\"?\s*[:=]{_NOT_ITSELF}",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"]+:(?!\$\{)[^\s/@\"]+@", re.IGNORECASE)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def secret_problems(line: Line, key: str, value: str, where: Where) -> Iterator[Finding]:
    """Refuse secrets in the file: under a key that holds one, or within a longer value."""
    text = value.strip().strip('"')
    elsewhere = not text or text.startswith(("${", "file://"))
    if is_secret(line, key) and not elsewhere:
        yield SECRET_IN_PLAIN_TEXT.at(where, f"the value of {key} is a secret in plain text")
        return
    for pattern, what in (
        (_NAMED_SECRET, "a password"),
        (_IN_ADDRESS, "a password in an address"),
        (_PRIVATE_KEY, "a private key"),
    ):
        if pattern.search(value):
            yield SECRET_IN_PLAIN_TEXT.at(where, f"the value of {key} holds {what} in plain text")
            return


def hazards(line: Line, key: str, value: str, where: Where) -> Iterator[Finding]:
    """Refuse or warn of what breaks under the runtime that is generated."""
    found: Hazard | None = find_hazard(line, key, value)
    if found is not None:
        rule = BREAKS_NODES if found.verdict is Verdict.REFUSE else RISKY_SETTING
        yield rule.at(where, f"{key}: {found.why}", found.fix)
