"""The pages of rules: those of the compiler, and those of `emqx-gitops diff`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from markdown import anchor, code, generated, paragraph, table

from emqx_gitops.findings import Rule
from emqx_gitops.review.effects import registry as review
from emqx_gitops.review.model import EffectRule, Outcome
from emqx_gitops.rules import registry as compiler

_RULES = """
An error is refused: nothing is written.
A warning is said, and written nevertheless;
an environment accepts one with `ignore: [{rule: EG302, reason: ...}]`.
`emqx-gitops rule EG302` says the same as this page.
"""

_EFFECTS = """
What `emqx-gitops diff` finds in a change, and what that does to the running cluster.
Each effect has one of these outcomes, worst first; they are the words of `--fail-on` and of every
machine-readable report.
`emqx-gitops rule EG810` says the same as this page.
"""

_OUTCOMES = {
    Outcome.DATA_LOSS: "Data is removed, or nobody finds it any more.",
    Outcome.CLUSTER_SPLIT: "Nodes do not find each other any more, or lose their identity.",
    Outcome.REFUSED: "The API server refuses the object, and nothing of it changes.",
    Outcome.INTERRUPTION: "Clients, dashboards or metrics are cut off; the message says whose.",
    Outcome.WIDENED: "More is exposed, or more is allowed.",
    Outcome.ROLLING_RESTART: "Pods are replaced one after the other; the message says which.",
    Outcome.UNKNOWN: "Nothing here can tell.",
    Outcome.IN_PLACE: "It takes effect where it is, and nothing else happens.",
    Outcome.NONE: "Nothing at all.",
}

_FAMILIES = {
    "1": "Form of the files",
    "2": "Combinations that are refused",
    "3": "EMQX settings and cluster",
    "4": "Network and TLS",
    "5": "Fleet and storage",
    "6": "Kustomize documents",
    "7": "Rendered objects",
    "8": "Kubernetes, Flux and Argo CD",
    "9": "EMQX",
}
"""Rules by the first digit of their code."""


def rules() -> str:
    """Return the page of all rules of the compiler."""
    lines = ["# Rules", "", *paragraph(_RULES), "", *_by_family(compiler.RULES, "severity")]
    return generated("rules/registry.py", lines)


def effects() -> str:
    """Return the page of all rules of a review."""
    rows = ((code(str(each)), meaning) for each, meaning in _OUTCOMES.items())
    lines = ["# Effects", "", *paragraph(_EFFECTS), "", *table(("outcome", "is"), rows), ""]
    lines += _by_family(review.RULES, "outcome")
    return generated("review/effects/registry.py", lines)


def _by_family(rules: Iterable[Rule | EffectRule], weight: str) -> Iterator[str]:
    """Yield a table and a text of each family; *rules* stand in the order of their codes."""
    for digit, members in groupby(rules, key=lambda rule: rule.code[2]):
        family = list(members)
        yield from (f"## {_FAMILIES[digit]}", "")
        rows = ((_link(rule), _weight(rule), rule.what) for rule in family)
        yield from (*table(("rule", weight, "finds"), rows), "")
        for rule in family:
            yield from _rule(rule)


def _weight(rule: Rule | EffectRule) -> str:
    return str(rule.severity) if isinstance(rule, Rule) else code(str(rule.outcome))


def _link(rule: Rule | EffectRule) -> str:
    return f"[{rule.code}](#{anchor(_title(rule))})"


def _title(rule: Rule | EffectRule) -> str:
    return f"{rule.code} {rule.name}"


def _rule(rule: Rule | EffectRule) -> Iterator[str]:
    yield from (f"### {_title(rule)}", "")
    yield from (f"{_weight(rule).capitalize()}. {rule.what}", "")
    yield f"- Why: {rule.why}"
    yield f"- Fix: {rule.fix}"
    yield f"- Source: {rule.source}"
    yield ""
