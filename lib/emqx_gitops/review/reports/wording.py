"""The words that all reports share: names of objects, what happened to them, counts and lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from emqx_gitops.manifests import base_name
from emqx_gitops.review.model import Change, Effect, Entry, Kind, Outcome
from emqx_gitops.review.reports.values import short, visible

_LONGEST_NAME = 253
"""Of a Kubernetes name (DNS subdomain); what is longer was never one."""
_SENTENCE = 1_000

MEANING = {
    Outcome.DATA_LOSS: "data is deleted, or out of reach",
    Outcome.CLUSTER_SPLIT: "nodes no longer find each other, or lose their identity",
    Outcome.REFUSED: "the API server refuses the object as a whole",
    Outcome.INTERRUPTION: "clients, dashboards or metrics are cut off for a while",
    Outcome.WIDENED: "more is exposed or allowed than before",
    Outcome.ROLLING_RESTART: "pods restart, one after another",
    Outcome.UNKNOWN: "nothing here knows what it does",
    Outcome.IN_PLACE: "takes effect without a restart",
    Outcome.NONE: "does nothing to the cluster",
}
"""What each outcome means, for people who meet the word for the first time."""


class Part(NamedTuple):
    """A piece of advice: a sentence, or a command to copy."""

    command: bool
    text: str


def counted(number: int, noun: str) -> str:
    """Return ``1 object``, ``2,000 objects``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], limit: int) -> str:
    """Return *names* with commas: up to *limit*, then how many more there are."""
    shown = [short(visible(each), _LONGEST_NAME) for each in names[:limit]]
    more = len(names) - len(shown)
    return ", ".join([*shown, f"{more:,} more"] if more else shown)


def kind_of(entry: Entry) -> str:
    """Return the kind of an entry's object."""
    return _name(entry.change.id.kind) or "object"


def name_of(entry: Entry) -> str:
    """Return ``namespace/name``: the namespace where all agree, ``*`` for a hash that differs."""
    sides = [side for each in entry.changes for side in (each.old, each.new) if side]
    spaces = {side.id.namespace for side in sides}
    identity = entry.change.id
    base = base_name(entry.change.object.manifest)
    hashed = identity.name != base and len({side.id.name for side in sides}) > 1
    name = f"{base}-*" if hashed else identity.name
    return _name(f"{identity.namespace}/{name}" if spaces == {identity.namespace} != {""} else name)


def happened(entry: Entry) -> str:
    """Return what happened to it: ``changed``, ``renamed from emqx``, ``was Deployment emqx``."""
    change = entry.change
    if change.kind is Kind.RENAMED and change.old:
        old, new = change.old.id, change.id
        moved = old.namespace != new.namespace
        return _name(
            f"renamed from {old.namespace}/{old.name}" if moved else f"renamed from {old.name}"
        )
    if change.kind is Kind.REPLACED and change.old:
        return _name(f"was {change.old.id.kind} {change.old.id.name}")
    return str(change.kind)


def file_of(change: Change) -> str:
    """Return the file of a change's object; empty where it came from none."""
    return visible(change.object.file)


def sentence(effect: Effect) -> str:
    """Return what an effect says, on one line."""
    return short(visible(" ".join(effect.message.split())), _SENTENCE)


def advice(effect: Effect) -> Iterator[Part]:
    """Yield what to do about an effect: sentences, and commands, which stand indented in it."""
    for line in effect.advice.split("\n"):
        if line.strip():
            command = line.startswith("  ")
            yield Part(command, short(visible(line.strip()), _SENTENCE))


def told(entry: Entry) -> Iterator[tuple[Effect, tuple[Part, ...]]]:
    """Yield what an entry does and what to do; the same advice once, after the last it is for."""
    effects = spoken(entry)
    last = {each.advice: each for each in effects}
    for each in effects:
        yield each, tuple(advice(each)) if last[each.advice] is each else ()


def spoken(entry: Entry) -> tuple[Effect, ...]:
    """Return the effects of an entry without those that say the same twice."""
    return tuple(
        {(each.rule.code, each.message, each.advice): each for each in entry.effects}.values()
    )


def _name(text: str) -> str:
    return short(visible(text), _LONGEST_NAME)


def restart(pods: int) -> str:
    """Return ``1 pod restarts``, ``5 pods restart``."""
    return f"{counted(pods, 'pod')} restart{'s' if pods == 1 else ''}"
