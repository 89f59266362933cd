"""One line for each environment: objects, the worst that happens, pods that restart."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.review.model import Kind, Outcome, Review
from emqx_gitops.review.reports.options import Options
from emqx_gitops.review.reports.paint import OUTCOMES, Paint
from emqx_gitops.review.reports.summary import Row, Summary
from emqx_gitops.review.reports.values import short, visible
from emqx_gitops.review.reports.wording import counted, listed

_WORD = max(len(each) for each in Outcome)
_LONGEST_NAME = 40
_NAMED = 8
_COLUMNS = {
    "changed": (Kind.CHANGED, Kind.RENAMED, Kind.REPLACED),
    "added": (Kind.ADDED,),
    "removed": (Kind.REMOVED,),
}
"""Columns of numbers, and the kinds of changes that each counts."""


def render(review: Review, options: Options) -> str:
    """Return a table of environments and a last line for all."""
    return "".join(f"{line}\n" for line in _lines(review, options.width, Paint(options.color)))


def _lines(review: Review, width: int, paint: Paint) -> Iterator[str]:
    summary = Summary(review)
    if not summary.changed:
        yield f"no changes, {counted(review.unchanged, 'object')} unchanged"
        return
    names = [_name(row, review) for row in summary.changed]
    longest = max(len(each) for each in [*names, "environment"])
    numbers = "  ".join(_COLUMNS)
    head = f"{'environment':<{longest}}  {numbers}  {'worst':<{_WORD}}  pods that restart"
    yield paint("bold", head)
    for name, row in zip(names, summary.changed, strict=True):
        yield _row(f"{name:<{longest}}", row, width - len(head), paint)
    quiet = [row.environment for row in summary.rows if not row.changes]
    if quiet:
        yield paint("dim", f"without changes: {listed(quiet, _NAMED)}")
    yield summary.headline


def _name(row: Row, review: Review) -> str:
    return short(visible(row.environment or review.new), _LONGEST_NAME)


def _row(name: str, row: Row, room: int, paint: Paint) -> str:
    counts = (f"{row.count(*kinds) or '-':>{len(name)}}" for name, kinds in _COLUMNS.items())
    outcome = paint(OUTCOMES[row.outcome], f"{row.outcome:<{_WORD}}")
    pods = short(_restarts(row), room + len("pods that restart"))
    return f"{name}  {'  '.join(counts)}  {outcome}  {pods}".rstrip()


def _restarts(row: Row) -> str:
    if not row.restarts:
        return "-"
    names = [workload.partition(" ")[2] for workload, _ in row.restarts]
    workloads = listed(names, _NAMED)
    # A DaemonSet has a pod on every node, and no manifest tells how many there are.
    more = any(number is None for _, number in row.restarts)
    number = f"{row.pods or ''}{'+' if more else ''}"
    return f"{number}  {workloads}"
