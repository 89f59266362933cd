"""What holds for every report of every review."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from html.parser import HTMLParser

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from emqx_gitops.review.model import Change, Entry, Object, Outcome, Review
from emqx_gitops.review.reports import FORMATS, Options, render
from emqx_gitops.review.reports.options import SMALLEST_BUDGET
from emqx_gitops.review.reports.wording import kind_of, name_of
from tests.review.reports import examples
from tests.review.reports.schemas import REVIEW
from tests.review.reports.strategies import reviews, words

CANARY = "hunter2-canary"
TAGS = {"details", "/details", "summary", "/summary", "b", "/b", "code", "/code"}
some = settings(max_examples=40, deadline=None)
"""A machine that is busy with other things is no failure."""
OWN_COLOR = re.compile(r"\x1b\[(?:\d+;)*\d+m")


def secret_change() -> Change:
    """Return a Secret and a setting that come, with the canary in each place that holds secrets."""
    encoded = b64encode(CANARY.encode()).decode()
    content = examples.manifest(
        "Secret", "emqx-users", data={"user": encoded}, stringData={"plain": CANARY}
    )
    content["metadata"]["annotations"] = {
        "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"data": {"a": CANARY}})
    }
    return Change(None, Object(content, "secret.yaml", 1, json.dumps(content)))


@pytest.mark.parametrize("form", FORMATS)
def test_canaries_appear_nowhere(form: str) -> None:
    """No secret of a new object is shown, neither as it is nor in base64."""
    came = secret_change()
    went = Change(came.new, None)
    both = tuple(Entry((each,), (examples.SECRET.on((), "a Secret"),)) for each in (came, went))

    text = render(form, examples.review(*both), Options())

    assert "Secret" in text or "secret" in text or form == "stat"
    assert CANARY not in text
    assert b64encode(CANARY.encode()).decode() not in text


@pytest.mark.parametrize("form", ["terminal", "markdown", "html", "json"])
def test_every_entry_appears(form: str) -> None:
    """A full report shows each object, and each of its fields."""
    review = examples.realistic()

    text = render(form, review, Options(budget=1_000_000, width=500))

    for entry in review.entries:
        assert entry.change.id.name.removesuffix("-9k8m7t6h5g") in text
        for field in entry.change.fields:
            assert str(field.path[-1]) in text


@some
@given(reviews, st.integers(SMALLEST_BUDGET, 20_000), words)
def test_comments_keep_their_budget_and_their_form(review: Review, budget: int, title: str) -> None:
    """Whatever strangers write, a comment is short enough, and all its markup is ours."""
    text = render("markdown", review, Options(budget=budget, title=title))

    assert len(text) <= budget
    assert text.startswith("<!-- emqx-gitops:diff:")
    assert not re.search(r"^/", text, re.MULTILINE)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    tokens += [child for each in tokens for child in each.children or ()]
    kinds = {each.type for each in tokens}
    assert kinds.isdisjoint({"link_open", "image", "code_block", "blockquote_open"} - _quoted(text))
    for each in tokens:
        if each.type in {"html_block", "html_inline"}:
            assert set(re.findall(r"<(/?\w+)", each.content)) <= TAGS
        if each.type == "fence":
            assert each.info in {"diff", "sh"}
            assert each.map
            assert text.splitlines()[each.map[1] - 1] == each.markup
        if each.type == "text":
            assert not re.search(r"[@#]\w|https?://|www\.", each.content)
    tags = [each.content for each in tokens if each.type == "html_block"]
    assert sum(map(_opens, tags)) == sum(map(_closes, tags))


def _opens(text: str) -> int:
    return text.count("<details>")


def _closes(text: str) -> int:
    return text.count("</details>")


def _quoted(text: str) -> set[str]:
    """Return the caution, which is a quotation of ours, where there is one."""
    return {"blockquote_open"} if "\n> [!CAUTION]\n" in text else set()


class Tags(HTMLParser):
    """Collects the tags of a page and their attributes, and the data in it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.data = ""
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.inside = tag == "script" and ("type", "application/json") in attrs

    def handle_endtag(self, tag: str) -> None:
        """Note where the data ends."""
        self.inside = False if tag == "script" else self.inside

    def handle_data(self, data: str) -> None:
        """Keep the data."""
        self.data += data if self.inside else ""


def parsed(page: str) -> Tags:
    """Return what a reader of HTML makes of *page*."""
    reader = Tags()
    reader.feed(page)
    reader.close()
    return reader


@some
@given(reviews, words)
def test_pages_have_the_same_markup_for_every_review(review: Review, title: str) -> None:
    """No value makes a tag or an attribute, and the data of the page is whole."""
    empty = parsed(render("html", Review("old", "new", ()), Options()))

    page = parsed(render("html", review, Options(title=title)))

    assert page.tags == empty.tags
    assert len(json.loads(page.data)["entries"]) == len(review.entries)


@some
@given(reviews, st.booleans())
def test_terminals_get_no_sequence_of_strangers(review: Review, color: bool) -> None:  # noqa: FBT001
    """Beside our own colours, nothing that a terminal would act on reaches it."""
    for form in ("terminal", "stat"):
        text = render(form, review, Options(color=color))

        left = OWN_COLOR.sub("", text)
        assert all(each.isprintable() or each in "\n\t" for each in left)
        assert color or left == text
        text.encode()


@some
@given(reviews)
def test_terminals_show_every_entry(review: Review) -> None:
    """Each entry has its line on the terminal."""
    lines = render("terminal", review, Options(width=1_000)).splitlines()

    for entry in review.entries:
        title = f"{entry.outcome}  {kind_of(entry)} {name_of(entry)}"
        assert any(line.startswith(title) for line in lines)


@some
@given(reviews)
def test_documents_fit_their_schema(review: Review) -> None:
    """JSON has the published form for every review, and as many changes as it."""
    document = json.loads(render("json", review, Options()))

    jsonschema.validate(document, REVIEW)
    assert len(document["changes"]) == len(review.entries)
    assert (
        sum(len(each["objects"]) for each in document["changes"]) == document["summary"]["objects"]
    )


@some
@given(reviews)
def test_annotations_are_one_line_each(review: Review) -> None:
    """No value begins a workflow command of its own."""
    for line in render("github", review, Options()).splitlines():
        found = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert found
        assert all("=" in each for each in found[2].split(","))


@some
@given(reviews)
def test_marks_are_unique_and_name_outcomes(review: Review) -> None:
    """Each issue and each result has a fingerprint of its own."""
    issues = json.loads(render("gitlab", review, Options()))
    log = json.loads(render("sarif", review, Options()))

    fingerprints = [each["fingerprint"] for each in issues]
    assert len(set(fingerprints)) == len(fingerprints)
    results = log["runs"][0]["results"]
    assert [each["partialFingerprints"]["change/v1"] for each in results] == fingerprints
    for each in results:
        related = [json.dumps(place) for place in each.get("relatedLocations", [])]
        assert len(set(related)) == len(related)
    words = {str(each) for each in Outcome}
    assert all(each["message"]["text"].partition(":")[0] in words for each in results)
