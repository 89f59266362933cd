"""
Reviews of any shape, with the words of people who mean no good.

Hypothesis draws only a seed: a review has hundreds of parts, and drawing each takes seconds.
"""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.model import (
    Change,
    Effect,
    EffectRule,
    Entry,
    Field,
    Hidden,
    How,
    Item,
    Object,
    Outcome,
    Path,
    Review,
)

HOSTILE = (
    "```",
    "````sh\n/close",
    "/close",
    "~~~",
    "</script><script>alert(1)</script>",
    "</details>",
    "<img src=x onerror=alert(1)>",
    "{{data}}",
    "<!-- -->",
    "-->",
    "@octocat",
    "a@example.com",
    "#1",
    "GH-1",
    "https://evil.example/",
    "www.evil.example",
    "[text](javascript:alert(1))",
    "![image](https://evil.example/x.png)",
    "&lt;b&gt;",
    "| a | b |",
    "**bold** _it_ ~~no~~",
    "\n/lgtm\n",
    "\x1b[2J\x1b]0;title\x07",
    "\u202eabc",
    "\r\n",
    "\ud800",
    "%0A::error::x",
    ": , %",
    "\\",
    "$x^2$",
    "  padded  ",
    "",
)

_LETTERS = (
    "abAB01 .-_/:'\"`<>&|*#@[]{}()\\"
    "$%~!^=+,;\n\r\t\0\x1b\x7f\x85\xa0\u2028\u202e\ufeff\ud83d\U0001f600"
)


def word(random: Random) -> str:
    """Return a word of a stranger: one of the above, some together, or letters as they fall."""
    if random.random() < 0.3:
        return "".join(random.choices(_LETTERS, k=random.randrange(20)))
    return "".join(random.choices(HOSTILE, k=random.choice((1, 1, 1, 2, 3))))


def value(random: Random, depth: int = 0) -> Any:
    """Return a value of a field."""
    numbers = (0, -7, 10**30, 0.5, float("nan"), float("inf"), True, None, Hidden(24))
    kind = random.randrange(4 if depth < 3 else 2)
    if kind == 0:
        return word(random)
    if kind == 1:
        return random.choice(numbers)
    inner = [value(random, depth + 1) for _ in range(random.randrange(4))]
    return inner if kind == 2 else {word(random): each for each in inner}


def path(random: Random) -> Path:
    """Return a path of up to four steps."""
    return tuple(
        random.choice((word(random), random.randrange(9), Item((("name", word(random)),))))
        for _ in range(random.randrange(5))
    )


def manifest(random: Random) -> Manifest:
    """Return an object with any name, of a kind that hashes, restarts, or is unknown."""
    kinds = ("ConfigMap", "Secret", "StatefulSet", "DaemonSet", word(random))
    return {
        "apiVersion": word(random),
        "kind": random.choice(kinds),
        "metadata": {"name": word(random), "namespace": word(random)},
        "data": {"text": word(random)},
        "spec": {"replicas": random.choice((0, 3, None, "three"))},
    }


def change(random: Random, environment: str) -> Change:
    """Return a change with at least one side."""
    old, new = (Object(manifest(random), word(random), 7, word(random)) for _ in range(2))
    if (kind := random.randrange(4)) < 2:
        return Change(old, None) if kind else Change(None, new, (), environment)
    fields = tuple(
        Field(path(random), random.choice(list(How)), value(random), value(random))
        for _ in range(random.randrange(5))
    )
    return Change(old, new, fields, environment)


def effect(random: Random) -> Effect:
    """Return an effect of a rule that says what strangers say."""
    code, outcome = random.choice(("EG801", "EG899", "EG901")), random.choice(list(Outcome))
    rule = EffectRule(code, "a-rule", outcome, *(word(random) for _ in range(4)))
    advice = f"{word(random)}\n  {word(random)}\n  {word(random)}\n{word(random)}"
    return Effect(rule, path(random), word(random), advice)


def entry(random: Random) -> Entry:
    """Return an entry of up to three environments, named as strangers like."""
    names = {word(random) for _ in range(random.randrange(1, 4))}
    changes = tuple(change(random, name) for name in sorted(names))
    return Entry(changes, tuple(effect(random) for _ in range(random.randrange(1, 4))))


def review(random: Random) -> Review:
    """Return a review, worst first."""
    order = list(Outcome)
    entries = [entry(random) for _ in range(random.choice((0, 1, 2, 5, 12)))]
    return Review(
        word(random),
        word(random),
        tuple(sorted(entries, key=lambda each: order.index(each.outcome))),
        random.randrange(9_999),
        tuple(word(random) for _ in range(random.randrange(8))),
        {word(random): random.randrange(99) for _ in range(random.randrange(3))},
    )


seeds = st.integers(0, 2**32)
reviews = seeds.map(lambda seed: review(Random(seed)))  # noqa: S311 - tests, no secrets
words = seeds.map(lambda seed: word(Random(seed)))  # noqa: S311 - tests, no secrets
