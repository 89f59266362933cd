"""The pages of environment.yaml and clusters.yaml, from the models that read them."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from markdown import anchor, code, codes, generated, paragraph, table
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import emqx_gitops.environment
from emqx_gitops.components.choice import EXPECTATIONS
from emqx_gitops.components.images import ImageSource
from emqx_gitops.components.meanings import meanings
from emqx_gitops.components.resources import Resources
from emqx_gitops.environment.clusters import Clusters
from emqx_gitops.environment.model import Environment, ListenerOptions

Model = type[BaseModel]

SHARED: dict[object, str] = {
    ListenerOptions: "listener options",
    Resources: "resources",
    ImageSource: "image",
}
"""Headings of models that stand in several places."""


def environment() -> str:
    """Return the page of environment.yaml."""
    return _page(Environment, "environment.yaml", "environment/model.py", _ENVIRONMENT)


_ENVIRONMENT = """
One file for each environment: `overlays/<environment>/environment.yaml`.
The folder's name is the environment's; a field that is left out takes its default.
Editors that read JSON Schema complete and check the file when its first line is
`# yaml-language-server: $schema=../../docs/schema/environment.json`.
"""


def clusters() -> str:
    """Return the page of clusters.yaml."""
    return _page(Clusters, "clusters.yaml", "environment/clusters.py", _CLUSTERS)


_CLUSTERS = """
The Kubernetes clusters that environments live in: `overlays/clusters.yaml`.
Without the file there is one cluster, `default`, delivered with Flux.
Editors complete and check it when its first line is
`# yaml-language-server: $schema=../docs/schema/clusters.json`.
"""


def _page(root: Model, title: str, source: str, intro: str) -> str:
    sections = Sections()
    top = list(sections.fields(root, "", tags=True))
    body = list(sections.rest())
    return generated(source, [f"# {title}", "", *paragraph(intro), "", *top, *body])


class Sections:
    """The sections of a page: each model once, under the path where it is met first."""

    def __init__(self) -> None:
        """Start without any."""
        self._headings: dict[object, str] = {}
        self._waiting: list[tuple[object, str]] = []

    def rest(self) -> Iterator[str]:
        """Yield the sections that were referred to, until none is left."""
        while self._waiting:
            subject, path = self._waiting.pop(0)
            before, self._waiting = self._waiting, []
            choices = _choices(subject)
            yield from self._axis(choices, path) if choices else self._model(subject, path)
            # What a section refers to comes right after it.
            self._waiting += before

    def fields(
        self, model: Model, path: str, *, without: Model | None = None, tags: bool = False
    ) -> Iterator[str]:
        """Yield the table of the fields of *model*, less those that *without* has."""
        known = without.model_fields if without else {}
        said = meanings(model)
        rows = [
            self._row(info.alias or name, info, path, said.get(name, ""))
            for name, info in model.model_fields.items()
            if name not in known and (tags or not _is_tag(info))
        ]
        if rows:
            yield from table(("field", "takes", "default", "meaning"), rows)
            yield ""

    def _row(
        self, name: str, info: FieldInfo, path: str, meaning: str
    ) -> tuple[str, str, str, str]:
        below = f"{path}.{name}" if path else name
        takes = self._takes(info.annotation, info, below)
        return code(name), takes, _default(info), " ".join(meaning.split())

    def _model(self, model: Any, path: str) -> Iterator[str]:
        yield from (f"## {path}", "", *_doc(model))
        yield from self.fields(model, path)

    def _axis(self, choices: tuple[Model, ...], path: str) -> Iterator[str]:
        common = _common(choices)
        tag = _tag(choices)
        words = (f"{code(tag)} is one of {codes(_value(each, tag) for each in choices)}.", "")
        yield from (f"## {path}", "", *_doc(common), *words)
        yield from self.fields(common, path)
        for choice in choices:
            yield from (f"### {path}: {_value(choice, tag)}", "", *_doc(choice))
            yield from self.fields(choice, path, without=common)

    def _refer(self, subject: object, path: str) -> str:
        if subject not in self._headings:
            self._headings[subject] = SHARED.get(subject, path)
            self._waiting.append((subject, self._headings[subject]))
        heading = self._headings[subject]
        return f"[{heading}](#{anchor(heading)})"

    def _takes(self, annotation: Any, info: FieldInfo | None, path: str) -> str:
        is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        if is_model or _choices(annotation):
            return self._refer(annotation, path)
        if get_origin(annotation) is Annotated:
            inner = FieldInfo.from_annotation(annotation)
            return self._takes(inner.annotation, inner, path)
        if get_origin(annotation) in {tuple, dict, Union, types.UnionType}:
            return self._several(annotation, info, path)
        return _scalar(annotation, info)

    def _several(self, annotation: Any, info: FieldInfo | None, path: str) -> str:
        arguments = get_args(annotation)
        if get_origin(annotation) is tuple:
            return f"list of {_plural(self._takes(arguments[0], None, path))}"
        if get_origin(annotation) is dict:
            return f"map of {_plural(self._takes(arguments[1], None, f'{path}.NAME'))}"
        members = [each for each in arguments if each is not types.NoneType]
        return " or ".join(self._takes(each, info, path) for each in members)


def _plural(words: str) -> str:
    """Return *words* without their article; a list says that there are several."""
    return words.removeprefix("a ").removeprefix("an ")


def _scalar(annotation: Any, info: FieldInfo | None) -> str:
    if get_origin(annotation) is Literal:
        return codes(get_args(annotation))
    if annotation is bool:
        return "`true`, `false`"
    metadata = info.metadata if info else []
    if annotation is int:
        low = next((each.ge for each in metadata if isinstance(each, Ge)), None)
        high = next((each.le for each in metadata if isinstance(each, Le)), None)
        return f"number, {low} to {high}" if low is not None else "number"
    if hasattr(annotation, "__members__"):
        return codes(annotation)
    patterns = (getattr(each, "pattern", None) for each in metadata)
    pattern = next((each for each in patterns if each), None)
    if annotation is str:
        words = EXPECTATIONS.get(str(pattern), "text")
        return words.partition(":")[0].partition(" such")[0].partition(" without")[0]
    return "any"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.get_default(call_default_factory=True)
    if value is None or value in ((), {}):
        return ""
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, BaseModel):
        tags = (each for name, each in value if _is_tag(type(value).model_fields[name]))
        return ", ".join(map(code, tags))
    return codes(value) if isinstance(value, tuple) else code(value)


def _choices(annotation: Any) -> tuple[Model, ...]:
    """Return the choices of an axis's field, none for any other."""
    members = get_args(annotation)
    if get_origin(annotation) not in {Union, types.UnionType}:
        return ()
    found = [each for each in members if isinstance(each, type) and issubclass(each, BaseModel)]
    tagged = all(any(_is_tag(info) for info in each.model_fields.values()) for each in found)
    return tuple(found) if len(found) > 1 and tagged else ()


def _is_tag(info: FieldInfo) -> bool:
    """Whether a field only tells choices apart: one literal, which is also the default."""
    return get_origin(info.annotation) is Literal and len(get_args(info.annotation)) == 1


def _tag(choices: tuple[Model, ...]) -> str:
    fields = choices[0].model_fields.items()
    return next(info.alias or name for name, info in fields if _is_tag(info))


def _value(choice: Model, tag: str) -> str:
    found = (info for name, info in choice.model_fields.items() if (info.alias or name) == tag)
    return str(get_args(next(found).annotation)[0])


def _common(choices: tuple[Model, ...]) -> Model:
    """Return the class that all *choices* have in common."""
    first = choices[0].__mro__
    return next(each for each in first if all(issubclass(one, each) for one in choices))


def _doc(model: Model) -> list[str]:
    lines = inspect.cleandoc(model.__doc__ or "").splitlines()
    if model.__name__ in emqx_gitops.environment.__all__:
        lines += ["", f"In Python: {code(model.__name__)}."]
    return [*lines, ""]
