"""
The review as SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from emqx_gitops.review.model import EffectRule, Review, path_text
from emqx_gitops.review.reports.notices import LEVELS, Notice, notices
from emqx_gitops.review.reports.options import Options
from emqx_gitops.review.reports.places import Place
from emqx_gitops.review.reports.wording import kind_of, name_of

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST = 5_000
"""Results that GitHub takes of one run; it shows the worst of up to 25,000."""


def render(review: Review, options: Options) -> str:
    """Return a log of one run; effects that change nothing or only in place are no results."""
    found = list(notices(review))[:_MOST]
    rules = {each.effect.rule.code: each.effect.rule for each in found}
    index = {code: number for number, code in enumerate(rules)}
    driver = {
        "name": "emqx-gitops",
        "rules": [_rule(each) for each in rules.values()],
    }
    if options.version:
        driver["version"] = options.version
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"emqx-gitops/diff/{options.title}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, index[each.effect.rule.code]) for each in found],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(rule: EffectRule) -> dict[str, Any]:
    found = {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\n{rule.fix}\n\nSource: {rule.source}"},
        "defaultConfiguration": {"level": str(LEVELS[rule.outcome])},
        "properties": {"tags": [str(rule.outcome)]},
    }
    if rule.source.startswith("https://") and " " not in rule.source:
        found["helpUri"] = rule.source
    return found


def _result(notice: Notice, index: int) -> dict[str, Any]:
    text = f"{notice.title}: {notice.message}"
    if notice.advice:
        text += f"\n{notice.advice}"
    found = {
        "ruleId": notice.effect.rule.code,
        "ruleIndex": index,
        "level": str(notice.level),
        # Brackets would make links of the words of strangers (3.11.6).
        "message": {"text": text.replace("[", "\\[").replace("]", "\\]")},
        "locations": [_location(notice, notice.places[0])],
        "partialFingerprints": {"change/v1": notice.fingerprint},
    }
    # The schema wants each of them once.
    others = dict.fromkeys(each for each in notice.places[1:] if each.file)
    if others:
        found["relatedLocations"] = [_location(notice, each) for each in others]
    return found


def _location(notice: Notice, place: Place) -> dict[str, Any]:
    name = f"{kind_of(notice.entry)} {name_of(notice.entry)}"
    path = path_text(notice.effect.path)
    logical = {"fullyQualifiedName": f"{name} {path}".strip(), "kind": "resource"}
    found: dict[str, Any] = {"logicalLocations": [logical]}
    if place.file:
        found["physicalLocation"] = {
            "artifactLocation": {"uri": quote(place.file)},
            "region": {"startLine": place.line},
        }
    return found
