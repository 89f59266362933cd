"""Say what pydantic found wrong in the words of the file that a person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from emqx_gitops.emqx.slips import nearest
from emqx_gitops.environment.rules import MISSING_FIELD, UNKNOWN_FIELD, WRONG_VALUE
from emqx_gitops.environment.shape import Choices, Leaf, Many, Model, Named, Path, Step, follow
from emqx_gitops.environment.words import (
    hint_for,
    joined,
    none_of,
    quoted,
    shown,
    spelled,
    wanted_by,
)
from emqx_gitops.findings import Finding

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from emqx_gitops.environment.loader import Places

_LEAST = 4
"""Letters of a field's name that are no accident in another word."""

_CLOSE = {
    "greater_than_equal",
    "less_than_equal",
    "literal_error",
    "enum",
    "string_pattern_mismatch",
    "string_too_long",
    "string_too_short",
    "too_short",
    "too_long",
}
"""Errors of values of the right type: where one member of a union says such, it was meant."""


_COUNTS = {
    "string_too_long": ("is too long: {length} characters", "write at most {max_length}"),
    "string_too_short": ("is too short: {shown}", "write at least {min_length} characters"),
    "too_long": ("has too many entries", "write at most {max_length}"),
    "too_short": ("has too few entries", "write at least {min_length}"),
}
"""What is wrong with lengths, and what to write."""


@dataclass(frozen=True)
class _Fault:
    """What is wrong with one value: where it is, and each of pydantic's reasons."""

    step: Step
    errors: Sequence[ErrorDetails]
    given: Any
    is_key: bool = False
    """Whether a name that the user chose is at fault, not what it stands for."""

    @property
    def path(self) -> Path:
        return self.step.path

    @property
    def name(self) -> str:
        return spelled(*self.path)

    @property
    def kind(self) -> str:
        return self.errors[0]["type"]

    @property
    def context(self) -> Mapping[str, Any]:
        return self.errors[0].get("ctx", {})


def findings_of(
    error: ValidationError, model: type[BaseModel], data: object, places: Places, environment: str
) -> Iterator[Finding]:
    """Yield one finding for each value that *model* refuses in *data*, in the order of the file."""
    found = []
    faults = list(_faults(error, model, data))
    misspelled = {(*fault.path[:-1], _guess(fault)) for fault in faults if _is_unknown(fault)}
    for fault in faults:
        if fault.kind == "missing" and fault.path in misspelled:
            continue
        finding = _finding(fault, places, environment, model)
        if finding.where.file != places.file:
            # In the defaults of the cluster, it is told once, whoever has them.
            finding = replace(finding, where=replace(finding.where, environment=""))
        found.append(finding)
    yield from sorted(found, key=lambda each: (each.where.line, each.where.column))


def _faults(error: ValidationError, model: type[BaseModel], data: object) -> Iterator[_Fault]:
    grouped: dict[tuple[Path, bool], list[tuple[Step, ErrorDetails]]] = {}
    for each in error.errors(include_url=False):
        step = follow(model, each["loc"])
        key = (step.path, each["loc"][-1:] == ("[key]",))
        grouped.setdefault(key, []).append((step, each))
    paths = [path for path, _ in grouped]
    for (path, is_key), pairs in grouped.items():
        errors = [each for _, each in pairs]
        given = path[-1] if is_key else _value_at(data, path)
        if isinstance(given, dict) and any(_is_below(other, path) for other in paths):
            continue  # it was meant as a mapping, and what is wrong with that is told
        close = [each for each in errors if each["type"] in _CLOSE]
        yield _Fault(pairs[0][0], close or errors, given, is_key)


def _is_below(path: Path, above: Path) -> bool:
    return len(path) > len(above) and path[: len(above)] == above


def _finding(fault: _Fault, places: Places, environment: str, model: type[BaseModel]) -> Finding:
    path = fault.path
    if _is_unknown(fault):
        parent = spelled(*path[:-1])
        top = "clusters.yaml" if model.__name__ == "Clusters" else "an environment"
        message = f"{parent or top} has no field `{spelled(path[-1])}`"
        where = places.where(path, environment, key=True)
        return UNKNOWN_FIELD.at(where, message, _meant(fault))
    if fault.kind == "missing":
        where = places.where(path[:-1], environment)
        return MISSING_FIELD.at(where, f"{fault.name} is missing", _example(fault.step))
    if fault.kind == "union_tag_invalid" and isinstance(fault.step.shape, Choices):
        path = (*path, fault.step.shape.tag)
    where = places.where(path, environment, key=fault.is_key)
    wrong, fix = _explained(fault)
    return WRONG_VALUE.at(where, f"{spelled(*path) or 'the document'}: {wrong}", fix)


def _is_unknown(fault: _Fault) -> bool:
    return fault.kind == "extra_forbidden"


def _guess(fault: _Fault) -> str:
    """Return the field that an unknown one was meant as."""
    word, known = str(fault.path[-1]), list(fault.step.owner.fields) if fault.step.owner else []
    return nearest(word, known) or _part_of(word, known)


def _meant(fault: _Fault) -> str:
    """Return what to do about an unknown field."""
    word, step = str(fault.path[-1]), fault.step
    known = list(step.owner.fields) if step.owner else []
    if guess := _guess(fault):
        return f"did you mean `{guess}`?"
    if step.siblings is not None and step.siblings.tag:
        having = [tag for tag, each in step.siblings.by_tag().items() if word in each.fields]
        if having:
            return f"remove it; only `{step.siblings.tag}` {joined(having)} has it"
    return f"known fields: {', '.join(sorted(known))}" if known else "remove it"


def _part_of(word: str, known: Sequence[str]) -> str:
    """Return the longest of *known* that *word* holds: `class` of the chart's storageClass."""
    held = [name for name in known if len(name) >= _LEAST and name.lower() in word.lower()]
    return max(held, key=len, default="")


def _example(step: Step) -> str:
    path, shape = step.path, step.shape
    name = spelled(*path[-1:])
    if isinstance(shape, Choices) and shape.tag:
        return f"write `{name}` with `{shape.tag}`: {joined(list(shape.by_tag()))}"
    if isinstance(shape, Model):
        return f"write `{name}` with {joined(quoted(shape.required), 'and')}"
    if step.owner is None:
        return f"write {wanted_by(shape)}"
    plain = shape == Leaf("text") or isinstance(shape, (Many, Named))
    meaning = step.owner.meaning(str(path[-1])) if plain else ""
    return f"write `{name}`: {meaning or wanted_by(shape)}"


def _explained(  # noqa: PLR0911  (one for each kind of mistake)
    fault: _Fault,
) -> tuple[str, str]:
    """Return what is wrong with the value, and what to write."""
    given, shape, context = fault.given, fault.step.shape, fault.context
    if fault.kind == "value_error":
        # A validator's text is what is wrong, and after a semicolon what to do about it.
        reason = str(context.get("error", ""))
        wrong, _, fix = reason.partition("; ")
        return wrong, fix or reason
    if fault.kind == "union_tag_invalid" and isinstance(shape, Choices):
        return none_of(context["tag"], list(shape.by_tag()))
    if fault.kind == "union_tag_not_found" and isinstance(shape, Choices):
        words = joined(list(shape.by_tag()))
        return f"does not say its `{shape.tag}`", f"write `{shape.tag}`: {words}"
    if isinstance(shape, Leaf) and shape.words and isinstance(given, str):
        return none_of(given, list(shape.words))
    if fault.kind in _COUNTS:
        wrong, fix = _COUNTS[fault.kind]
        return wrong.format(length=len(str(given)), shown=shown(given)), fix.format(**context)
    if given is None:
        return "has no value", _example(fault.step)
    if fault.kind in _CLOSE and isinstance(shape, Choices):
        kind = "number" if "than" in fault.kind else "text"
        shape = next(m for m in shape.members if isinstance(m, Leaf) and m.kind == kind)
    fix = hint_for(given, shape) or f"write {wanted_by(shape)}"
    return f"{shown(given)} is not {wanted_by(shape, brief=True)}", fix


def _value_at(data: object, path: Path) -> object:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data
