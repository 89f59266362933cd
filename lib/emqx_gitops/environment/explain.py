"""Say what pydantic found wrong in the words of the file that a person wrote."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from emqx_gitops.components.choice import EXPECTATIONS
from emqx_gitops.environment.rules import MISSING_FIELD, UNKNOWN_FIELD, WRONG_VALUE
from emqx_gitops.findings import Finding
from emqx_gitops.emqx.slips import nearest, nearest_literal

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from emqx_gitops.environment.loader import Places

Path = tuple[str | int, ...]


def findings_of(
    error: ValidationError, model: type[BaseModel], data: object, places: Places, environment: str
) -> Iterator[Finding]:
    """Yield one finding for each value that *model* refuses in *data*, in the order of the file."""
    grouped: dict[Path, list[ErrorDetails]] = {}
    for each in error.errors(include_url=False):
        grouped.setdefault(_written(each, data), []).append(each)
    found = [
        _finding(path, errors, model, data, places, environment) for path, errors in grouped.items()
    ]
    yield from sorted(found, key=lambda each: (each.where.line, each.where.column))


def _is_key(error: ErrorDetails) -> bool:
    """Tell whether a name that the user chose is at fault, not what it stands for."""
    return error["loc"][-1:] == ("[key]",)


def _written(error: ErrorDetails, data: object) -> Path:
    """Return the path as the file has it: pydantic's also names the members of unions."""
    path: list[str | int] = []
    here = data
    last = len(error["loc"]) - 1
    for place, step in enumerate(error["loc"]):
        if isinstance(here, dict) and step in here:
            here = here[step]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        elif not (place == last and error["type"] == "missing"):
            continue
        path.append(step)
    return tuple(path)


def _finding(
    path: Path,
    errors: list[ErrorDetails],
    model: type[BaseModel],
    data: object,
    places: Places,
    environment: str,
) -> Finding:
    error = errors[0]
    name = ".".join(str(step) for step in path)
    if error["type"] == "extra_forbidden":
        return _unknown(path, model, data, places, environment)
    if error["type"] == "missing":
        where = places.where(path[:-1], environment)
        example = _describe(model, data, path)
        fix = f"write `{path[-1]}`" + (f": {example}" if example else "")
        return MISSING_FIELD.at(where, f"{name} is missing", fix)
    where = places.where(path, environment, key=_is_key(error))
    expected, fix = _expected(errors, model, data, path)
    return WRONG_VALUE.at(where, f"{name or 'the document'}: {expected}", fix)


def _unknown(
    path: Path, model: type[BaseModel], data: object, places: Places, environment: str
) -> Finding:
    where = places.where(path, environment, key=True)
    owner = _model_at(model, data, path[:-1])
    known = sorted(_names(owner)) if owner else []
    guess = nearest(str(path[-1]), known) or _part_of(str(path[-1]), known)
    fix = f"did you mean `{guess}`?" if guess else f"known fields: {', '.join(known)}"
    parent = ".".join(str(step) for step in path[:-1])
    message = f"{parent or 'an environment'} has no field `{path[-1]}`"
    if model.__name__ == "Clusters" and not parent:
        message = f"clusters.yaml has no field `{path[-1]}`"
    return UNKNOWN_FIELD.at(where, message, fix)


def _part_of(word: str, known: Iterable[str]) -> str:
    """Return the one of *known* that *word* has at its end: `class` of the chart's storageClass."""
    return next((name for name in known if word.lower().endswith(name.lower())), "")


def _expected(
    errors: list[ErrorDetails], model: type[BaseModel], data: object, path: Path
) -> tuple[str, str]:
    """Return what was expected at *path*, and what to write."""
    error = errors[0]
    context: Mapping[str, Any] = error.get("ctx", {})
    given = path[-1] if _is_key(error) else _value_at(data, path)
    kind = error["type"]
    if kind in {"union_tag_invalid", "literal_error", "enum"} and len(errors) == 1:
        options = [word.strip(" '") for word in _options(context)]
        guess = nearest_literal(options, str(_tag(given, context)))
        hint = f"did you mean `{guess}`?" if guess else f"one of: {', '.join(options)}"
        return f"{_shown(_tag(given, context))} is none of {', '.join(options)}", hint
    if kind == "union_tag_not_found":
        tag = _camel(str(context.get("discriminator", "type")).strip("'"))
        return f"does not say its `{tag}`", f"write `{tag}`: {_describe(model, data, path)}"
    if kind == "string_pattern_mismatch" and len(errors) == 1:
        wanted = EXPECTATIONS.get(str(context["pattern"]), f"text like {context['pattern']}")
        return f"{_shown(given)} is not {wanted}", f"write {wanted}"
    if kind == "value_error":
        # A validator's text is what is wrong, and after a semicolon what to do about it.
        reason = str(context.get("error", error["msg"]))
        wrong, _, fix = reason.partition("; ")
        return wrong, fix or reason
    wants = list(dict.fromkeys(_wants(each) for each in errors))
    wanted = " or ".join(wants)
    return f"{_shown(given)} is not {wanted}", f"write {wanted}"


_PLAIN = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
}


def _wants(error: ErrorDetails) -> str:
    context: Mapping[str, Any] = error.get("ctx", {})
    kind = error["type"]
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "string_pattern_mismatch":
        return EXPECTATIONS.get(str(context["pattern"]), f"text like {context['pattern']}")
    limits = {
        "greater_than_equal": ("ge", "a number of at least"),
        "less_than_equal": ("le", "a number of at most"),
        "string_too_long": ("max_length", "text of at most this many characters:"),
        "string_too_short": ("min_length", "text of at least this many characters:"),
        "too_short": ("min_length", "a list with at least this many entries:"),
    }
    if kind in limits:
        key, words = limits[kind]
        return f"{words} {context[key]}"
    return str(error["msg"]).removeprefix("Input should be ")


def _options(context: Mapping[str, Any]) -> list[str]:
    text = str(context.get("expected_tags") or context.get("expected", ""))
    return text.replace(" or ", ", ").split(", ")


def _tag(given: object, context: Mapping[str, Any]) -> object:
    return context.get("tag", given)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    if isinstance(value, dict):
        text = "a mapping"
    elif isinstance(value, list):
        text = "a list"
    elif isinstance(value, bool):
        text = str(value).lower()
    elif value is None:
        text = "nothing"
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004


def _value_at(data: object, path: Path) -> object:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
    return data


def _describe(model: type[BaseModel], data: object, path: Path) -> str:
    """Return the choices or the first sentence of the documentation of the field at *path*."""
    owner = _model_at(model, data, path[:-1])
    info = _field(owner, str(path[-1])) if owner and path else None
    if info is None:
        return ""
    tags = [
        f"`{value}`"
        for member in _models(info.annotation)
        for value in _discriminator_values(member, info)
    ]
    if tags:
        return "one of " + ", ".join(tags)
    return (info.description or "").partition("\n")[0]


def _discriminator_values(member: type[BaseModel], info: FieldInfo) -> Iterable[str]:
    name = _discriminator(info)
    found = member.model_fields.get(name) if name else None
    return [str(each) for each in get_args(found.annotation)] if found else []


def _discriminator(info: FieldInfo) -> str:
    if isinstance(info.discriminator, str):
        return info.discriminator
    for part in (info.annotation, *info.metadata):
        for each in get_args(part):
            inner = getattr(each, "__metadata__", ())
            for piece in inner:
                if isinstance(piece, FieldInfo) and isinstance(piece.discriminator, str):
                    return piece.discriminator
    return ""


def _model_at(model: type[BaseModel], data: object, path: Path) -> type[BaseModel] | None:
    """Return the model of the mapping at *path*, as far as *data* tells which choice it is."""
    here: type[BaseModel] | None = model
    values: object = None
    for step in path:
        data = _value_at(data, (step,))
        if isinstance(step, int):
            continue
        annotation = values
        if here is not None:
            info = _field(here, step)
            annotation = info.annotation if info else None
        if here is not None and get_origin(annotation) is dict:
            # The next step is a name that the user chose; its value is of this type.
            here, values = None, get_args(annotation)[1]
            continue
        here, values = _chosen(list(_models(annotation)), data), None
    return here


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            yield member


def _chosen(candidates: list[type[BaseModel]], data: object) -> type[BaseModel] | None:
    for candidate in candidates:
        for name, info in candidate.model_fields.items():
            values = get_args(info.annotation)
            written = data.get(info.alias or name) if isinstance(data, dict) else None
            if get_origin(info.annotation) is Literal and written in values:
                return candidate
    return candidates[0] if candidates else None


def _field(owner: type[BaseModel], written: str) -> FieldInfo | None:
    for name, info in owner.model_fields.items():
        if written in {name, info.alias}:
            return info
    return None


def _names(owner: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in owner.model_fields.items()]


def _members(annotation: object) -> Iterator[object]:
    """Yield the types that *annotation* is made of, however it is wrapped."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in {Union, types.UnionType, tuple, list, dict} or origin is typing.Union:
        for each in get_args(annotation):
            yield from _members(each)
    elif annotation is not None:
        yield annotation
