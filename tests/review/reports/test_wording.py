"""The words that all reports share."""

from __future__ import annotations

from emqx_gitops.review.model import Entry
from emqx_gitops.review.reports.wording import (
    Part,
    advice,
    counted,
    happened,
    listed,
    name_of,
    restart,
    told,
)
from tests.review.reports import examples


def test_counts_have_their_plural() -> None:
    """One is one, and thousands are parted."""
    assert [counted(1, "object"), counted(2_000, "object")] == ["1 object", "2,000 objects"]
    assert [restart(1), restart(3)] == ["1 pod restarts", "3 pods restart"]


def test_long_lists_say_how_many_more() -> None:
    """A list shows its beginning."""
    assert listed(["a", "b", "c", "d"], 2) == "a, b, 2 more"
    assert listed([], 2) == ""


def test_names_hold_for_all_environments() -> None:
    """A namespace or a hash that differs is no part of the name."""
    assert name_of(examples.refused()) == "emqx-prod/emqx"
    assert name_of(examples.rolled()) == "emqx"
    assert name_of(examples.settings()) == "emqx-env-*"


def test_what_happened_is_told_in_words() -> None:
    """Renames and swaps name what was there before."""
    assert happened(examples.renamed()) == "renamed from emqx-lb"
    assert happened(examples.swapped()) == "was Deployment emqx"
    assert happened(examples.removed()) == "removed"


def test_commands_are_told_from_sentences() -> None:
    """What is indented in advice is a command."""
    effect = examples.LOSS.on((), "gone", "First:\n  kubectl get pvc\n\nThen wait.")

    assert list(advice(effect)) == [
        Part(command=False, text="First:"),
        Part(command=True, text="kubectl get pvc"),
        Part(command=False, text="Then wait."),
    ]


def test_the_same_advice_is_given_once() -> None:
    """Two refusals with one way out show it after the second."""
    effects = [examples.REFUSED.on((name,), f"{name} cannot change") for name in ("local", "nfs")]
    entry = Entry(examples.removed().changes, tuple(effects))

    assert [[part.text for part in parts] for _, parts in told(entry)] == [[], ["Look twice."]]
