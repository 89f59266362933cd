"""The review for programs."""

from __future__ import annotations

import json

import jsonschema

from emqx_gitops.review.model import How, Kind, Outcome
from emqx_gitops.review.reports import Options, render
from tests.review.reports import examples
from tests.review.reports.schemas import REVIEW


def test_a_review_fits_the_published_schema() -> None:
    """The realistic review has the form that is promised."""
    jsonschema.Draft202012Validator.check_schema(REVIEW)

    jsonschema.validate(json.loads(render("json", examples.realistic(), Options())), REVIEW)


def test_the_schema_has_the_words_of_the_model() -> None:
    """Outcomes, kinds of changes and of fields are those of the program, in its order."""
    words = REVIEW["$defs"]

    assert words["outcome"]["enum"] == [str(each) for each in Outcome]
    assert list(words["summary"]["properties"]["outcomes"]["properties"]) == list(Outcome)
    assert words["change"]["properties"]["change"]["enum"] == [str(each) for each in Kind]
    assert sorted(words["field"]["properties"]["change"]["enum"]) == sorted(How)


def test_fields_keep_types_and_hide_secrets() -> None:
    """Numbers stay numbers; a secret is its length, and marked."""
    review = examples.review(examples.refused())

    (change,) = json.loads(render("json", review, Options()))["changes"]

    assert change["fields"][0] == {
        "path": "spec.replicas",
        "change": "changed",
        "old": 3,
        "new": 5,
    }
    assert change["fields"][4] == {
        "path": "spec.template.spec.containers[name=emqx].env[name=EMQX_NODE__COOKIE].value",
        "change": "changed",
        "old": "*** (24 bytes)",
        "new": "*** (32 bytes)",
        "hidden": True,
    }


def test_effects_are_told_by_id() -> None:
    """An effect has the word of its outcome, its rule, its field, and what to do."""
    review = examples.review(examples.removed())

    (change,) = json.loads(render("json", review, Options()))["changes"]

    effect = change["effects"][0]
    assert (effect["id"], effect["rule"], effect["field"]) == ("data-loss", "EG811", "")
    assert "\n  kubectl -n emqx-prod annotate" in effect["advice"]
    assert change["resource"] == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": "emqx-prod",
        "name": "data-emqx-2",
    }


def test_one_change_in_many_environments_stands_once() -> None:
    """All objects that have the change are listed under it."""
    document = json.loads(render("json", examples.review(examples.settings()), Options()))

    (change,) = document["changes"]
    assert change["environments"] == ["dev", "prod", "staging"]
    assert [each["namespace"] for each in change["objects"]] == [
        *("emqx-dev", "emqx-prod", "emqx-staging"),
    ]
    assert document["summary"]["objects"] == 3
    assert change["previous"]["name"] == "emqx-env-2b4c6d8f9g"
