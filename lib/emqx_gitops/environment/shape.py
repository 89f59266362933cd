"""
The shape of a model as plain values: what its fields take, told apart from how Python writes it.

Takes pydantic models; hands `explain` what it needs to say what a person could have written.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from emqx_gitops.components.meanings import meanings

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Leaf:
    """A scalar."""

    kind: Literal["switch", "number", "text", "words", "any"]
    low: int | None = None
    high: int | None = None
    pattern: str = ""
    words: tuple[str, ...] = ()
    """All that it may be, for words."""


@dataclass(frozen=True)
class Many:
    """A list."""

    item: Shape


@dataclass(frozen=True)
class Named:
    """A mapping whose keys the user chooses, or chooses among words."""

    key: Shape
    value: Shape


@dataclass(frozen=True)
class Choices:
    """One of several shapes; *tag* is the field that tells them apart, if there is one."""

    members: tuple[Shape, ...]
    tag: str = ""

    def by_tag(self) -> dict[str, Model]:
        """Return the choices by the word that names each."""
        models = [each for each in self.members if isinstance(each, Model)]
        return {word: each for each in models for word in each.words_of(self.tag)}


@dataclass(frozen=True)
class Model:
    """A mapping with fields of ours."""

    model: type[BaseModel]

    @property
    def fields(self) -> dict[str, Shape]:
        """Its fields, as they are written."""
        return _fields(self.model)

    @property
    def required(self) -> list[str]:
        """The fields that have no default, as they are written."""
        return [
            info.alias or name
            for name, info in self.model.model_fields.items()
            if info.is_required()
        ]

    def meaning(self, name: str) -> str:
        """Return the first line of what is written about the field *name*."""
        found = (n for n, i in self.model.model_fields.items() if name in {n, i.alias})
        return meanings(self.model).get(next(found, ""), "").partition("\n")[0]

    def words_of(self, name: str) -> tuple[str, ...]:
        """Return what the field *name* may say."""
        found = self.fields.get(name)
        return found.words if isinstance(found, Leaf) else ()


Shape = Leaf | Many | Named | Choices | Model


class Step(NamedTuple):
    """A place in a document: its path, what it takes, and the mapping that it is a field of."""

    path: Path
    shape: Shape | None
    owner: Model | None
    siblings: Choices | None
    """The choices that *owner* is one of."""


def follow(model: type[BaseModel], location: tuple[str | int, ...]) -> Step:
    """
    Return the place that pydantic calls *location*.

    Its locations also hold the names of the members of unions, which no file has.
    """
    here: Shape | None = Model(model)
    path: list[str | int] = []
    owner: Model | None = None
    siblings: Choices | None = None
    around: Choices | None = None
    named: Named | None = None
    for place, label in enumerate(location, 1):
        if isinstance(here, Choices):
            if here.tag or place < len(location):
                around, here = here, _member(here, str(label))
            continue  # else one of its members' complaints: the choices as a whole are at fault
        if label == "[key]" and named is not None:
            here = named.key
            continue
        path.append(label)
        owner, siblings, around = None, around, None
        if isinstance(here, Model):
            owner, here = here, here.fields.get(str(label))
            continue
        siblings = None
        named = here if isinstance(here, Named) else None
        here = (
            here.value if isinstance(here, Named) else here.item if isinstance(here, Many) else None
        )
    return Step(tuple(path), here, owner, siblings)


def _member(choices: Choices, label: str) -> Shape | None:
    if choices.tag:
        return choices.by_tag().get(label)
    return next(
        (m for m in choices.members if isinstance(m, Model) and m.model.__name__ == label), None
    )


@cache
def _fields(model: type[BaseModel]) -> dict[str, Shape]:
    return {
        info.alias or name: _shape(info.annotation, tuple(_details(info)))
        for name, info in model.model_fields.items()
    }


def _details(info: FieldInfo) -> Iterator[Any]:
    yield from info.metadata
    if isinstance(info.discriminator, str):
        yield info


def _shape(  # noqa: PLR0911  (one for each shape)
    annotation: Any, details: tuple[Any, ...] = ()
) -> Shape:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(inner[0], (*inner[1:], *details))
    if origin in {Union, types.UnionType}:
        members = tuple(each for each in inner if each is not types.NoneType)
        if len(members) == 1:
            return _shape(members[0], details)
        return Choices(tuple(_shape(each) for each in members), _tag(members, details))
    if origin in {list, tuple}:
        return Many(_shape(inner[0]))
    if origin is dict:
        return Named(_shape(inner[0]), _shape(inner[1]))
    if origin is Literal:
        return Leaf("words", words=tuple(str(each) for each in inner))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Model(annotation)
    return _leaf(annotation, details)


def _leaf(annotation: Any, details: tuple[Any, ...]) -> Leaf:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Leaf("words", words=tuple(str(each.value) for each in annotation))
    pieces = [piece for each in details for piece in (each, *getattr(each, "metadata", ()))]

    def found(name: str) -> Any:
        return next((v for p in pieces if (v := getattr(p, name, None)) is not None), None)

    if annotation is bool:
        return Leaf("switch")
    if annotation is int:
        return Leaf("number", low=found("ge"), high=found("le"))
    if annotation is str:
        return Leaf("text", pattern=str(found("pattern") or ""))
    return Leaf("any")


def _tag(members: tuple[Any, ...], details: tuple[Any, ...]) -> str:
    """Return the field that tells *members* apart, as it is written."""
    for each in details:
        name = getattr(each, "discriminator", None)
        if isinstance(name, str):
            info: FieldInfo = members[0].model_fields[name]
            return info.alias or name
    return ""
