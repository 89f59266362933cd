"""Changes of compiled environments, and what a review says of EMQX in them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import NamedTuple

from emqx_gitops.manifests import Manifest, ResourceId, base_name, to_yaml
from emqx_gitops.review.effects import emqx
from emqx_gitops.review.effects.emqx.judges import judged
from emqx_gitops.review.model import Apply, Review, Surroundings, path_text
from emqx_gitops.review.pipeline import review
from emqx_gitops.review.side import Side, documents_of
from tests.builds import Built

CODES = frozenset(rule.code for rule in emqx.RULES)


class Told(NamedTuple):
    """An effect as a reviewer sees it."""

    code: str
    where: str
    """Kind and name of the object, without hash, and the field."""
    message: str
    advice: str


def reviewed(old: Iterable[Manifest], new: Iterable[Manifest]) -> Review:
    """Return the review of two sides of one environment."""
    sides = [
        Side(name, tuple(documents_of("---\n".join(map(to_yaml, objects)), f"{name}.yaml", "demo")))
        for name, objects in (("old", old), ("new", new))
    ]
    return review(*sides)


def astray(old: Iterable[Manifest], new: Iterable[Manifest]) -> list[str]:
    """Return the effects on EMQX that do not stand at a field that changed."""
    return [
        f"{each.rule.code} {path_text(each.path)}"
        for entry in reviewed(old, new).entries
        for each in entry.effects
        if each.rule.code in CODES and entry.change.fields
        if not any(each.path == field.path[: len(each.path)] for field in entry.change.fields)
    ]


def lost(old: Iterable[Manifest], new: Iterable[Manifest]) -> set[str]:
    """Return the codes of what was found between two sides, and is told of no change."""
    before, after = ({ResourceId.of(each): each for each in side} for side in (old, new))
    found = judged(Surroundings(before, after, frozenset(Apply)))
    codes = {each.rule.code for effects in found.values() for each in effects}
    return codes - {each.code for each in told(before.values(), after.values())}


def told(old: Iterable[Manifest], new: Iterable[Manifest]) -> list[Told]:
    """Return the effects on EMQX from *old* to *new*."""
    return [
        Told(
            each.rule.code,
            f"{entry.change.id.kind} {base_name(entry.change.object.manifest)}: "
            f"{path_text(each.path)}",
            each.message,
            each.advice,
        )
        for entry in reviewed(old, new).entries
        for each in entry.effects
        if each.rule.code in CODES
    ]


Edit = Callable[[Built], object]


def edited(built: Built, *edits: Edit) -> Built:
    """Return a copy of *built* that *edits* have changed."""
    made = Built(copy.deepcopy(built.objects), built.layout)
    for edit in edits:
        edit(made)
    return made


def changes(built: Built, edit: Edit, *, before: Edit | None = None) -> list[Told]:
    """Return what *edit* does to *built*, which *before* may change first."""
    old = edited(built, before) if before else built
    new = edited(old, edit)
    return told(old.objects, new.objects)


def variable(built: Built, name: str) -> Manifest:
    """Return the entry of a variable of the brokers' container, made where there is none."""
    entries = built.broker["env"]
    found: Manifest | None = next((each for each in entries if each["name"] == name), None)
    if found is None:
        found = {"name": name}
        entries.append(found)
    return found
