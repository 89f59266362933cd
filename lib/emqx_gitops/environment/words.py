"""What a shape takes, and what a value was meant as, in words for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from emqx_gitops.components.choice import EXPECTATIONS
from emqx_gitops.emqx.slips import nearest_literal
from emqx_gitops.environment.shape import Choices, Leaf, Many, Model, Shape

_SHOWN = 60
"""Characters of a value that a message repeats."""

_NAMED = 6
"""Fields that a fix lists."""


def none_of(given: object, words: list[str]) -> tuple[str, str]:
    """Say that *given* is none of *words*, and which of them to write."""
    guess = nearest_literal(words, str(given))
    fix = f"did you mean `{guess}`?" if guess else f"write {joined(words)}"
    if len(words) == 1:
        return f"{shown(given)} is not {words[0]}", f"write {words[0]}"
    return f"{shown(given)} is none of {', '.join(words)}", fix


def hint_for(  # noqa: PLR0911  (likewise)
    given: object, shape: Shape | None
) -> str:
    """Return what *given* was probably meant as."""
    scalar = isinstance(given, (str, int, float)) and not isinstance(given, bool)
    if isinstance(shape, Many) and scalar:
        return f"write a list: `[{_short(given)}]`"
    if isinstance(shape, Choices) and shape.tag and isinstance(given, str):
        guess = nearest_literal(list(shape.by_tag()), given)
        return f"write `{{{shape.tag}: {guess}}}`" if guess else ""
    if isinstance(shape, Model) and scalar and len(shape.required) == 1:
        return f"write `{{{shape.required[0]}: {_short(given)}}}`"
    leaves = shape.members if isinstance(shape, Choices) else (shape,)
    kinds = {each.kind for each in leaves if isinstance(each, Leaf)}
    if isinstance(given, str) and given.isdecimal() and "number" in kinds:
        return f"write {_short(given)} without quotes"
    if isinstance(given, bool) and any(each == Leaf("text") for each in leaves):
        return f'write it in quotes: "{_short(given)}"'
    size = _SIZE.fullmatch(given) if isinstance(given, str) else None
    if size and isinstance(shape, Leaf) and "quantity" in EXPECTATIONS.get(shape.pattern, ""):
        return f"did you mean `{size[1]}{size[2].upper()}i`?"
    return ""


_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([kmgtpe])(?:i|b|ib)", re.IGNORECASE)
"""A size as people write it elsewhere: `4GB`."""


def wanted_by(shape: Shape | None, *, brief: bool = False) -> str:
    """Return what *shape* takes, in words."""
    return joined(list(_takes(shape, brief=brief)))


def _takes(shape: Shape | None, *, brief: bool) -> Iterator[str]:
    match shape:
        case Leaf():
            yield from _takes_leaf(shape, brief=brief)
        case Many():
            yield "a list"
        case Choices(tag=""):
            for each in shape.members:
                yield from (text.partition(": ")[0] for text in _takes(each, brief=brief))
        case Choices():
            yield "a mapping" if brief else f"a mapping with `{shape.tag}`"
        case Model():
            names = joined(quoted((shape.required or list(shape.fields))[:_NAMED]), "and")
            with_ = "with" if shape.required else "of fields such as"
            yield "a mapping" if brief else f"a mapping {with_} {names}"
        case _:
            yield "a mapping"


def _takes_leaf(shape: Leaf, *, brief: bool) -> Iterator[str]:
    if shape.kind == "switch":
        yield from ("true", "false")
    elif shape.kind == "words":
        yield from shape.words
    elif shape.kind == "number":
        bounds = ("", f" of at least {shape.low}", f" from {shape.low} to {shape.high}")
        yield "a whole number" + bounds[(shape.low is not None) + (shape.high is not None)]
    else:
        words = EXPECTATIONS.get(shape.pattern) or (
            f"text like {shape.pattern}" if shape.pattern else "text"
        )
        yield re.split(r" such as |: ", words)[0] if brief else words


def joined(words: list[str], last: str = "or") -> str:
    """Return *words* as a sentence has them: ``a, b or c``."""
    *some, end = words or [""]
    return f"{', '.join(some)} {last} {end}" if some else end


def quoted(words: Sequence[str]) -> list[str]:
    """Return *words* as what is to be written."""
    return [f"`{each}`" for each in words]


def _short(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def spelled(*steps: str | int) -> str:
    """Return names as a message has them: on one line, and of bounded length."""
    names = (str(each) for each in steps)
    return ".".join(
        _short(each if each.isprintable() else each.encode("unicode_escape").decode())
        for each in names
    )


def shown(value: object) -> str:
    """Return *value* as a message has it, be it long or deep."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return repr(_short(value)) if isinstance(value, str) else _short(value)
