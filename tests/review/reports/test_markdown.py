"""The review as a comment."""

from __future__ import annotations

import re

import pytest

from emqx_gitops.review.reports import Options, render
from emqx_gitops.review.reports.markdown import marker
from emqx_gitops.review.reports.marks import fence, prose
from tests.review.reports import examples


def test_five_thousand_changes_fit() -> None:
    """A comment on 5,000 objects keeps its budget, shows the worst and counts the rest."""
    text = render("markdown", examples.many(5_000), Options(link="https://ci.example/report"))

    assert 40_000 < len(text) <= 60_000
    assert text.count("<details>") == text.count("</details>") > 20
    shown = text.count("\n<details>")
    assert f"**{5_000 - shown:,} more changes are left out here**" in text
    assert f"for length: {5_000 - shown:,} rolling-restart." in text
    assert "[The full report](https://ci.example/report)" in text


def test_risks_stand_before_everything_else() -> None:
    """The table of risks names each of them, worst first, before the first object."""
    text = render("markdown", examples.realistic(), Options())

    risks = re.findall(r"^\| \*\*([a-z-]+)\*\*", text.partition("<details>")[0], re.MULTILINE)
    assert risks == [
        *("data-loss", "cluster-split", "refused", "interruption", "interruption"),
        *("widened", "unknown"),
    ]


def test_without_changes_the_comment_says_so() -> None:
    """The comment of before is updated too when nothing changes any more."""
    text = render("markdown", examples.review(unchanged=3), Options(title="prod"))

    assert text == (
        "<!-- emqx-gitops:diff:prod -->\n\n### prod: no changes\n\n"
        "<code>main</code> to <code>grow-prod</code>, 3 objects unchanged\n"
    )


@pytest.mark.parametrize("count", [1, 50])
def test_the_smallest_budget_is_enough(count: int) -> None:
    """With hardly any room the comment still says how much changed."""
    text = render("markdown", examples.many(count), Options(budget=1_000, title="t" * 500))

    assert len(text) <= 1_000
    assert text.startswith("<!-- emqx-gitops:diff:t")
    assert "refused" in text


def test_a_budget_of_nothing_is_refused() -> None:
    """A comment without room for its first lines cannot be made."""
    with pytest.raises(ValueError, match="1,000 characters or more"):
        Options(budget=999)


def test_markers_cannot_be_left() -> None:
    """No title ends the comment that marks it."""
    assert marker("a --> b <!-- c") == "<!-- emqx-gitops:diff:a - b - c -->"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("spec.replicas", "spec.replicas"),
        ("@octocat", "&#64;&#8203;octocat"),
        ("see #12", "see &#35;&#8203;12"),
        ("https://x.example", "https:&#8203;//x.example"),
        ("<b>", "&#60;b&#62;"),
        ("a|b", "a&#124;b"),
        ("&lt;", "&#38;&#8203;lt;"),
    ],
)
def test_words_of_strangers_stay_words(text: str, written: str) -> None:
    """Mentions, references, addresses and markup are written so that nothing comes of them."""
    assert prose(text) == written


def test_fences_are_longer_than_what_they_hold() -> None:
    """Backticks in a value do not end the block, and no line is a command to a bot."""
    assert fence(["a ```` b", "/close"], "sh") == "`````sh\na ```` b\n /close\n`````"


def test_only_web_addresses_become_links() -> None:
    """The address of the full report comes from the caller, and is checked all the same."""
    for link in ("javascript:alert(1)", "https://x.example/) <b>", ""):
        text = render("markdown", examples.realistic(), Options(link=link))

        assert "full report" not in text
