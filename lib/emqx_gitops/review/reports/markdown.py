"""
The review as a comment: risks first, then each object folded, within a budget.

It is cut between objects only, and says what was left out. The first line marks it, so that the
next review takes its place instead of standing below it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from emqx_gitops.review.model import SEVERE, Entry, Outcome, Review
from emqx_gitops.review.reports.markdown_entry import entry_text, subject, where
from emqx_gitops.review.reports.marks import code, prose, table
from emqx_gitops.review.reports.options import Options
from emqx_gitops.review.reports.summary import Row, Summary
from emqx_gitops.review.reports.values import short
from emqx_gitops.review.reports.wording import counted, listed, sentence, spoken

_RISKS = SEVERE | {Outcome.WIDENED, Outcome.UNKNOWN}
_TITLE = 100
_SIDE = 60
_WARNINGS = 5
_WARNING = 200
_NAMED = 3
_LAST_ROW = 40
_RESERVE = 0.1
"""Part of the budget kept for the words about what was left out, and for warnings."""
_RISK_SHARE = 0.35
_ENVIRONMENT_SHARE = 0.15


def render(review: Review, options: Options) -> str:
    """Return the comment, never longer than the budget."""
    head = [marker(options.title), _headline(review, options)]
    foot = [*_warnings(review), _footer(review, options)]
    if not review.entries:
        return _fit([*head, *foot], options) or _least(review, options)
    room = int(options.budget * (1 - _RESERVE)) - len(_joined([*head, *foot]))
    risks = _cut(list(_risk_rows(review)), int(room * _RISK_SHARE))
    rows = _cut(list(_environment_rows(review)), int(room * _ENVIRONMENT_SHARE))
    head += [*_caution(review), *_table(_RISK_HEAD, risks), *_table(_ROW_HEAD, rows)]
    room -= len(_joined(head[2:]))
    shown = _share((entry_text(each) for each in review.entries), room)
    for number in range(len(shown), -1, -1):
        left = _left_out(review.entries[number:], options)
        text = _fit([*head, *shown[:number], *left, *foot], options)
        if text:
            return text
    return _least(review, options)


def marker(title: str) -> str:
    """Return the line by which a comment is found again."""
    safe = re.sub(r"[^A-Za-z0-9._/ ]+", "-", title)[:_TITLE]
    return f"<!-- emqx-gitops:diff:{safe} -->"


def _headline(review: Review, options: Options) -> str:
    return f"### {prose(short(options.title, _TITLE))}: {Summary(review).headline}"


def _caution(review: Review) -> Iterator[str]:
    groups = [each for each in Summary(review).groups if each.outcome in SEVERE]
    if groups:
        words = ", ".join(f"**{each.outcome}** {each.objects:,}" for each in groups)
        yield f"> [!CAUTION]\n> {words}. Read these before merging."


_RISK_HEAD = ("risk", "object", "in", "what happens")


def _risk_rows(review: Review) -> Iterator[str]:
    found = [(entry, effect) for entry in review.entries for effect in spoken(entry)]
    for outcome in (each for each in Outcome if each in _RISKS):
        for entry, effect in found:
            if effect.outcome is outcome:
                said = prose(short(sentence(effect), _WARNING))
                yield _cells((f"**{outcome}**", subject(entry), where(entry), said))


_ROW_HEAD = ("environment", "changed", "worst", "pods that restart")


def _environment_rows(review: Review) -> Iterator[str]:
    return (_row(each) for each in Summary(review).changed if each.environment)


def _row(row: Row) -> str:
    names = [workload.partition(" ")[2] for workload, _ in row.restarts]
    pods = f"{row.pods or ''} {prose(listed(names, _NAMED))}".strip() or "-"
    return _cells((prose(row.environment), f"{len(row.changes):,}", str(row.outcome), pods))


def _left_out(entries: Sequence[Entry], options: Options) -> Iterator[str]:
    if not entries:
        return
    counts = Counter(each.outcome for each in entries)
    words = ", ".join(f"{counts[each]:,} {each}" for each in Outcome if counts[each])
    verb = "is" if len(entries) == 1 else "are"
    worst = ", ".join(subject(each) for each in entries[:_NAMED])
    more = f" [The full report]({options.link}) has them all." if _is_link(options.link) else ""
    yield (
        f"**{counted(len(entries), 'more change')} {verb} left out here**, for length: {words}."
        f" The first of them: {worst}.{more}"
    )


def _warnings(review: Review) -> Iterator[str]:
    for warning in review.warnings[:_WARNINGS]:
        yield f"Warning: {prose(short(warning, _WARNING))}"
    more = len(review.warnings) - _WARNINGS
    if more > 0:
        yield f"Warning: {counted(more, 'more warning')}"


def _footer(review: Review, options: Options) -> str:
    sides = " to ".join(code(short(each, _SIDE)) for each in (review.old, review.new))
    text = f"{sides}, {counted(review.unchanged, 'object')} unchanged"
    return f"{text}, [full report]({options.link})" if _is_link(options.link) else text


def _least(review: Review, options: Options) -> str:
    """Return what fits into every budget."""
    counts = Counter(each.outcome for each in review.entries)
    words = ", ".join(f"{counts[each]:,} {each}" for each in Outcome if counts[each])
    said = f"The details do not fit here: {words}." if words else "Nothing changed."
    text = _joined([marker(options.title), f"### {counted(len(review.entries), 'change')}", said])
    return text[: options.budget]


def _share(pieces: Iterator[str], room: int) -> list[str]:
    """Return the first of *pieces* that fit into *room* together."""
    found = []
    for each in pieces:
        room -= len(each) + 2
        if room < 0:
            break
        found.append(each)
    return found


def _cut(rows: Sequence[str], room: int) -> list[str]:
    """Return the rows of a table that fit into *room*, with a last one for how many do not."""
    shown = _share(iter(rows), room - _LAST_ROW)
    more = len(rows) - len(shown)
    return [*shown, _cells((f"and {more:,} more", "", "", ""))] if more else shown


def _table(head: Sequence[str], rows: Sequence[str]) -> list[str]:
    return ["\n".join([*table(head, ()), *rows])] if rows else []


def _cells(cells: Sequence[str]) -> str:
    return table(cells, ())[0]


def _fit(blocks: Sequence[str], options: Options) -> str:
    """Return the text of *blocks*; nothing where it is too long."""
    text = _joined(blocks)
    return text if len(text) <= options.budget else ""


def _joined(blocks: Sequence[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _is_link(text: str) -> bool:
    return re.fullmatch(r"https?://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]{1,500}", text) is not None
