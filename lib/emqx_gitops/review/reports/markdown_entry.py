"""One entry of a comment: folded, with what it does, commands, and its fields as a diff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emqx_gitops.review.model import Effect, Entry, How, Kind
from emqx_gitops.review.reports.differences import GAP, Difference, Line, differences, whole
from emqx_gitops.review.reports.marks import code, fence, prose
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

_ENVIRONMENTS = 8
_LINES = 40
"""Lines of one field."""
_NEXT = "&#8203;"
"""Before a sentence that begins a line: whatever it begins with is no command and no list."""
_DIFF = 5_000
"""Characters of one object's diff; a comment is no place for more."""


def entry_text(entry: Entry) -> str:
    """Return one entry, folded; it begins and ends with a tag of its own."""
    blocks = [f"<details><summary>{_summary(entry)}</summary>"]
    for effect, parts in told(entry):
        blocks += _effect(effect, parts)
    diff = list(_bounded(entry))
    if diff:
        blocks.append(fence(diff, "diff"))
    files = [file_of(each) for each in entry.changes]
    if files[0]:
        more = f" and {counted(len(files) - 1, 'more file')}" if len(files) > 1 else ""
        blocks.append(f"In {code(files[0])}{more}")
    return "\n\n".join([*blocks, "</details>"])


def subject(entry: Entry) -> str:
    """Return the kind and the name of an entry's object."""
    return f"{prose(kind_of(entry))} {code(name_of(entry))}"


def where(entry: Entry) -> str:
    """Return the environments of an entry."""
    return prose(listed(entry.environments, _ENVIRONMENTS))


def _summary(entry: Entry) -> str:
    did = "" if entry.change.kind is Kind.CHANGED else f" {prose(happened(entry))}"
    environments = f" ({where(entry)})" if entry.environments else ""
    return f"<b>{entry.outcome}</b> {subject(entry)}{did}{environments}"


def _effect(effect: Effect, parts: Iterable[Part]) -> Iterator[str]:
    yield f"**{effect.outcome}** {prose(sentence(effect))} ({prose(effect.rule.code)})"
    commands: list[str] = []
    lead = "Fix: "
    for part in parts:
        if part.command:
            commands.append(part.text)
            continue
        if commands:
            yield fence(commands, "sh")
            commands = []
        yield f"{lead}{prose(part.text)}"
        lead = _NEXT
    if commands:
        yield fence(commands, "sh")


def _bounded(entry: Entry) -> Iterator[str]:
    change, room = entry.change, _DIFF
    yield from (_line(each) for each in whole(change, _LINES))
    for number, found in enumerate(differences(change, lines=_LINES)):
        lines = list(_field(found))
        room -= sum(len(each) + 1 for each in lines)
        if room < 0 and number:
            yield f"  ({counted(len(change.fields) - number, 'more field')})"
            return
        yield from lines


def _field(found: Difference) -> Iterator[str]:
    if found.lines:
        yield f"@@ {found.path} @@"
        yield from (_line(each) for each in found.lines)
    elif found.how is How.ORDER:
        yield f"! {found.path}: only the order, {found.old} -> {found.new}"
    else:
        if found.old is not None:
            yield f"- {found.path}: {found.old}"
        if found.new is not None:
            yield f"+ {found.path}: {found.new}"


def _line(line: Line) -> str:
    if line.mark == "~":
        return "  ..." if line.text == GAP else f"  ({line.text})"
    return f"{line.mark} {line.text}" if line.text else line.mark.strip()
