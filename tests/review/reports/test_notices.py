"""The review at lines of files: SARIF, GitHub and GitLab."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from emqx_gitops.review.model import Change, Entry, Object, Outcome, Review
from emqx_gitops.review.reports import Options, render
from emqx_gitops.review.reports.notices import LEVELS
from tests.review.reports import examples


def sarif(review: Review) -> dict[str, Any]:
    """Return the one run of a log."""
    log = json.loads(render("sarif", review, Options(version="1.2.3")))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


def test_sarif_results_name_rules_lines_and_advice() -> None:
    """A result points at the line of the field, and at a rule with help."""
    run = sarif(examples.review(examples.refused()))

    result = run["results"][1]
    driver = run["tool"]["driver"]
    rule = driver["rules"][result["ruleIndex"]]
    place = result["locations"][0]["physicalLocation"]
    assert driver["version"] == "1.2.3"
    assert (result["ruleId"], rule["id"], rule["name"]) == (
        *("EG801", "EG801", "ImmutableStatefulSetField"),
    )
    assert result["level"] == "error"
    assert "  kubectl -n emqx-prod delete statefulset emqx" in result["message"]["text"]
    assert place["artifactLocation"]["uri"] == "dist/rendered/prod/statefulset-emqx.yaml"
    assert place["region"]["startLine"] == 6
    assert rule["help"]["text"]
    assert rule["helpUri"].startswith("https://")


def test_sarif_lists_each_environment() -> None:
    """One result stands for all environments, with a place in each."""
    (result,) = sarif(examples.review(examples.settings()))["results"]

    places = [*result["locations"], *result["relatedLocations"]]
    uris = [each["physicalLocation"]["artifactLocation"]["uri"] for each in places]
    assert [uri.split("/")[2] for uri in uris] == ["dev", "prod", "staging"]


def test_harmless_changes_are_not_marked() -> None:
    """What changes nothing, or in place, is no result, annotation or issue."""
    review = examples.review(examples.added(), examples.ordered())

    assert sarif(review)["results"] == []
    assert render("github", review, Options()) == ""
    assert json.loads(render("gitlab", review, Options())) == []


def test_all_other_outcomes_are_marked() -> None:
    """No outcome falls between the levels."""
    assert set(Outcome) - set(LEVELS) == {Outcome.IN_PLACE, Outcome.NONE}


def test_fingerprints_outlive_values() -> None:
    """The same effect with other values, or at another line, is the same issue."""
    entry = examples.settings()
    moved = tuple(
        replace(each, new=replace(each.object, line=40), fields=()) for each in entry.changes
    )
    effect = replace(entry.effects[0], message="now 5 pods restart")

    prints = [
        json.loads(render("gitlab", examples.review(each), Options()))[0]["fingerprint"]
        for each in (entry, Entry(moved, (effect,)))
    ]

    assert prints[0] == prints[1]


def test_annotations_escape_what_github_reads() -> None:
    """Line ends and signs of values stay in the message; colons and commas leave no property."""
    made = Object(examples.manifest("Service", "a,b:c"), "dist/a,b.yaml", 3)
    effect = examples.NODE_PORT.on((), "100% of clients", "first\n  second")

    line = render("github", examples.review(Entry((Change(None, made),), (effect,))), Options())

    assert line == (
        "::error file=dist/a%2Cb.yaml,line=3,"
        "title=interruption%3A Service emqx-prod/a%2Cb%3Ac [EG821]"
        "::100%25 of clients%0Afirst%0A  second\n"
    )


def test_annotations_beyond_ten_are_counted() -> None:
    """GitHub shows ten of a level: the tenth says how many there are besides."""
    lines = render("github", examples.many(2_000), Options()).splitlines()

    assert [line.split()[0] for line in lines] == ["::error"] * 10 + ["::notice"] * 10
    assert lines[9] == (
        "::error title=11 more effects in dist::11 refused; the full report has them all"
    )


def test_gitlab_issues_have_what_gitlab_needs() -> None:
    """Each issue has a description, a fingerprint, a severity and a line."""
    issues = json.loads(render("gitlab", examples.realistic(), Options()))

    first = issues[0]
    assert first["severity"] == "blocker"
    assert first["check_name"] == "EG811"
    assert first["location"] == {
        "path": "dist/rendered/prod/persistentvolumeclaim-data-emqx-2.yaml",
        "lines": {"begin": 1},
    }
    assert len({each["fingerprint"] for each in issues}) == len(issues)
