"""The review on a terminal: what it comes to, then each change, what it does, what to do first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from emqx_gitops.review.model import SEVERE, Effect, Entry, Kind, Outcome, Review
from emqx_gitops.review.reports.options import Options
from emqx_gitops.review.reports.paint import OUTCOMES, Paint, Style
from emqx_gitops.review.reports.summary import Group, Summary
from emqx_gitops.review.reports.terminal_fields import field_lines
from emqx_gitops.review.reports.values import short, visible
from emqx_gitops.review.reports.wording import (
    Part,
    counted,
    file_of,
    happened,
    kind_of,
    listed,
    name_of,
    sentence,
    told,
)

_NARROWEST = 40
_WIDEST = 120
"""Nothing is set further right: eyes do not travel that far."""
_NAMED = 2
"""Objects named in the summary, where there are no more."""
_ENVIRONMENTS = 6
_WORD = max(len(each) for each in Outcome)
_QUIET = frozenset({Outcome.NONE, Outcome.IN_PLACE})
_INDENT = "    "


def render(review: Review, options: Options) -> str:
    """Return the review for a terminal, in colour where it is asked for."""
    width = min(max(options.width, _NARROWEST), _WIDEST)
    return "".join(f"{line}\n" for line in _Terminal(review, width, Paint(options.color)).lines())


class _Terminal:
    def __init__(self, review: Review, width: int, paint: Paint) -> None:
        self.review = review
        self.width = width
        self.paint = paint

    def lines(self) -> Iterator[str]:
        yield from self.head()
        for entry in self.review.entries:
            yield ""
            yield from self.entry(entry)
        if self.review.warnings:
            yield ""
        for warning in self.review.warnings:
            yield from self.wrapped(f"warning: {visible(warning)}", "", "  ", "yellow")

    def head(self) -> Iterator[str]:
        review, summary = self.review, Summary(self.review)
        sides = f"{visible(review.old)} -> {visible(review.new)}"
        same = self.paint("dim", f"{sides}, {counted(review.unchanged, 'object')} unchanged")
        if not review.entries:
            yield f"{self.paint('bold', summary.headline)}  {same}"
            return
        yield self.paint("bold", summary.headline)
        yield same
        yield ""
        for group in summary.groups:
            yield self.group(group)

    def group(self, group: Group) -> str:
        word = self.paint(OUTCOMES[group.outcome], f"{group.outcome:<{_WORD}}")
        if group.outcome in SEVERE and len(group.entries) <= _NAMED:
            rest = ", ".join(f"{kind_of(each)} {name_of(each)}" for each in group.entries)
        else:
            rest = listed(group.environments, _ENVIRONMENTS)
        return f"  {word} {group.objects:>5,}  {short(rest, self.width - _WORD - 10)}".rstrip()

    def entry(self, entry: Entry) -> Iterator[str]:
        change = entry.change
        yield from self.title(entry)
        for effect, parts in told(entry):
            yield from self.effect(effect, entry.outcome)
            if effect.outcome not in _QUIET:
                yield from self.advice(parts)
        if change.kind in {Kind.ADDED, Kind.REMOVED} and file_of(change):
            yield _INDENT + self.paint("dim", file_of(change))
        for line in field_lines(change, self.width - len(_INDENT), self.paint):
            yield _INDENT + line if line.strip() else ""

    def title(self, entry: Entry) -> Iterator[str]:
        name, did = f"{kind_of(entry)} {name_of(entry)}", happened(entry)
        where = listed(entry.environments, _ENVIRONMENTS)
        head = f"{self.paint(OUTCOMES[entry.outcome], entry.outcome)}  {self.paint('bold', name)}"
        used = len(f"{entry.outcome}  {name}  {did}")
        gap = self.width - used - len(where)
        if not where:
            yield f"{head}  {did}"
        elif gap > 1:
            yield f"{head}  {did}{' ' * gap}{self.paint('cyan', where)}"
        else:
            yield f"{head}  {did}"
            yield from self.wrapped(f"in {where}", "  ", "  ", "cyan")

    def effect(self, effect: Effect, worst: Outcome) -> Iterator[str]:
        """Yield what an effect says; its outcome where the title does not have it already."""
        quiet = effect.outcome in _QUIET
        word = "" if effect.outcome is worst else f"{effect.outcome}: "
        text = f"{word}{sentence(effect)} [{effect.rule.code}]"
        for number, line in enumerate(self.wrapped(text, _INDENT, _INDENT)):
            if quiet:
                yield self.paint("dim", line)
            elif word and not number:
                rest = line.removeprefix(_INDENT + word.rstrip())
                yield _INDENT + self.paint(OUTCOMES[effect.outcome], word.rstrip()) + rest
            else:
                yield line

    def advice(self, parts: Iterable[Part]) -> Iterator[str]:
        lead = "  fix: "
        for part in parts:
            if part.command:
                # Never wrapped: it is there to be copied.
                yield f"{_INDENT}    {self.paint('blue', part.text)}"
            else:
                yield from self.wrapped(part.text, _INDENT + lead, f"{_INDENT}  ")
            lead = "  "

    def wrapped(
        self, text: str, first: str, rest: str, style: Style | None = None
    ) -> Iterator[str]:
        if text and len(first) + len(text) <= self.width and " ".join(text.split()) == text:
            return iter([self.paint(style, first + text) if style else first + text])
        lines = textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return (self.paint(style, line) if style else line for line in lines)
