"""The page of what changes do: the rules of `emqx-gitops diff`."""

from __future__ import annotations

from collections.abc import Iterator

from markdown import anchor, code, generated, paragraph, table

from emqx_gitops.review.effects.registry import RULES
from emqx_gitops.review.model import EffectRule, Outcome

_HEAD = """
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

_FAMILIES = {"8": "Kubernetes, Flux and Argo CD", "9": "EMQX"}
"""Rules by the first digit of their code."""


def effects() -> str:
    """Return the page of all rules of a review."""
    rows = ((code(str(each)), meaning) for each, meaning in _OUTCOMES.items())
    lines = ["# Effects", "", *paragraph(_HEAD), "", *table(("outcome", "is"), rows), ""]
    for digit, title in _FAMILIES.items():
        members = [rule for rule in RULES if rule.code[2] == digit]
        lines += [f"## {title}", ""]
        found = ((_link(rule), code(str(rule.outcome)), rule.what) for rule in members)
        lines += [*table(("rule", "outcome", "finds"), found), ""]
        for rule in members:
            lines += [f"### {rule.code} {rule.name}", "", *_rule(rule)]
    return generated("review/effects/registry.py", lines)


def _link(rule: EffectRule) -> str:
    return f"[{rule.code}](#{anchor(f'{rule.code} {rule.name}')})"


def _rule(rule: EffectRule) -> Iterator[str]:
    yield f"`{rule.outcome}`. {rule.what}"
    yield ""
    yield f"- Why: {rule.why}"
    yield f"- Fix: {rule.fix}"
    yield f"- Source: {rule.source}"
    yield ""
